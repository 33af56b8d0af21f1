import httpx2

from deck_sim import __version__


def test_every_answer_has_its_request_id_and_the_version(api, sim, task):
    answers = [
        *(api.get(path) for path in ("/test", "/agents", "/agents/no", "/no", "/tasks?limit=x")),
        api.post("/agents", json={}),
        api.delete(f"/tasks/{task['id']}"),
        api.put("/agents"),
        *(sim.get(path) for path in ("/world", "/no", "/scenarios/no")),
    ]
    ids = [answer.json()["request_id"] for answer in answers]
    assert len(set(ids)) == len(ids)
    assert all(answer.headers["Deck-Sim-Version"] == __version__ for answer in answers)
    assert {answer.headers["Content-Type"] for answer in answers} == {"application/json"}


def test_a_call_without_a_key_is_refused(server):
    for path, sent in [("/test", None), ("/no", "Basic c2s6"), ("/agents/x", "Bearersk_live_1")]:
        headers = {} if sent is None else {"Authorization": sent}
        answer = httpx2.get(f"{server.base_url}{path}", headers=headers, trust_env=False)
        assert answer.status_code == 401
        (error,) = answer.json()["errors"]
        assert (error["type"], error["code"]) == ("request", "api_key_invalid")
        assert answer.json()["request_id"].startswith("req_")
        assert answer.headers["Deck-Sim-Version"] == __version__


def test_a_client_may_send_the_header_with_all_calls_if_its_scenario_is_known(api):
    for name, statuses in (("success", (201, 200)), ("sucess", (400, 400))):
        headers = {"Deck-Sim-Scenario": name}
        created = api.post("/agents", json={"name": "Concierge"}, headers=headers)
        read = api.get("/agents", headers=headers)
        assert (created.status_code, read.status_code) == statuses
    assert "'sucess'; did you mean 'success'?" in read.json()["errors"][0]["message"]
    assert len(api.get("/agents").json()["data"]) == 1
