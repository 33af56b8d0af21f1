from contextlib import suppress

import httpx2

from deck_sim.runtime import call_journal


def test_a_call_is_shown_with_its_response(api, sim):
    agent = api.post("/agents", json={"name": "x"})
    call = sim.get(f"/requests/{agent.json()['request_id']}").json()
    response = call.pop("response")
    [listed] = sim.get("/requests").json()["data"]
    assert call.pop("id") == listed.pop("request_id")
    assert {**call, "request_id": None} == {**listed, "request_id": None}
    assert response["body"] == agent.json()
    assert response["headers"].items() >= {"content-type": "application/json"}.items()
    assert response["truncated"] is False


def test_a_response_is_shown_as_a_fault_sent_it(api, sim):
    for fault, body in [
        ({"status": 502}, "502 Bad Gateway"),
        ({"truncate": True}, '{"data":'),
        ({"empty": True}, "None"),
        ({"status": 418, "body": {"tea": "pot", "token": "abc"}}, "{'tea': 'pot', 'token': '•••'}"),
        ({"status": 200, "body": "[NaN]"}, "[NaN]"),
        ({"status": 200, "body": '["\\ud800"]'}, r'["\ud800"]'),
        ({"status": 200, "body": "[" * 9999}, "[" * 1000),
    ]:
        sim.call("POST", "/faults", {"match": "GET /v2/agents", **fault, "times": 1})
        with suppress(httpx2.HTTPError):
            api.get("/agents")
        call = sim.get("/requests").json()["data"][-1]
        response = sim.get(f"/requests/{call['request_id']}").json()["response"]
        assert body in f"{response['body']}"


def test_a_long_response_is_cut(api, sim, monkeypatch):
    monkeypatch.setattr(call_journal, "MAX_BODY", 50)
    agent = api.post("/agents", json={"name": "x" * 100}).json()
    response = sim.get(f"/requests/{agent['request_id']}").json()["response"]
    assert response["truncated"] is True
    assert response["body"].startswith('{"id":"agt_')
    assert len(response["body"]) == 50


def test_an_event_is_shown_as_destinations_get_it(api, sim):
    api.post("/agents", json={"name": "x"})
    [listed] = sim.get("/events").json()["data"]
    assert sim.get(f"/events/{listed['id']}").json()["event"] == listed


def test_a_delivery_says_whether_its_signature_is_accepted(api, sim, subscribe, advance):
    hook = subscribe("agent.created")
    for fault, refusal in [
        (None, None),
        ("rotated_signature", None),
        ("bad_signature", "no signature matches the secret and the body"),
        ("tampered_body", "no signature matches the secret and the body"),
        ("stale_timestamp", "more than five minutes away"),
    ]:
        if fault:
            sim.post("/faults", json={"event": "agent.created", fault: True, "times": 1})
        api.post("/agents", json={"name": "x"})
        advance("0s")
        delivery = sim.get("/deliveries").json()["data"][-1]
        details = sim.get(f"/deliveries/{delivery['id']}").json()
        signature = details["log"][0]["signature"]
        assert signature["ok"] is (refusal is None)
        assert (refusal or "the signature fits the secret") in signature["why"]
        assert details["event"] == sim.get("/events").json()["data"][-1]
        assert details["destination"]["id"] == hook["id"]
        assert details["destination"]["config"] == hook["config"]
