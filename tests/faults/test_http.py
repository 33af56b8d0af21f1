from contextlib import suppress

import httpx2
import pytest

from deck_sim.faults.fault import fault_keys

RUN = "POST /v2/tasks/*/run"


@pytest.fixture
def put(sim):
    def put(match=RUN, **fault):
        answer = sim.post("/faults", json={"match": match, **fault})
        assert answer.status_code == 200, answer.text

    return put


@pytest.fixture
def call(api, task, connection):
    def call(**headers):
        body = {"connection_id": connection["id"]}
        return api.post(f"/tasks/{task['id']}/run", json=body, headers=headers)

    return call


def test_error_refuses_a_call(put, call):
    put(error="rate_limit/rate_limit_exceeded", retry_after=7)
    answer = call()
    assert (answer.status_code, answer.headers["retry-after"]) == (429, "7")
    assert answer.json()["errors"][0]["code"] == "rate_limit_exceeded"
    assert answer.json()["request_id"].startswith("req_")


def test_status_answers_with_the_page_of_a_proxy(put, call):
    """HTML without Deck's envelope. It may have `Retry-After`."""
    for status, reason, after in [
        (502, "Bad Gateway", None),
        (504, "Gateway Timeout", 2),
        (499, "Error", None),
    ]:
        put(status=status, times=1, **({"retry_after": after} if after else {}))
        answer = call()
        assert answer.headers.get("retry-after") == (f"{after}" if after else None)
        assert (answer.status_code, answer.headers["content-type"]) == (status, "text/html")
        assert f"<h1>{status} {reason}</h1>" in answer.text


def test_the_first_three_faults_replace_the_call(put, call, sim):
    """The others affect its answer. The journal has the status and the fault."""
    values = {"error": "api/api_error", "status": 502, "delay": "1h"}
    for fault in fault_keys("match"):
        status = {"error": 500, "status": 502, "reset": 0}.get(fault, 201)
        before = len(sim.get("/task-runs").json()["data"])
        put(**{fault: values.get(fault, True)}, times=1)
        with suppress(httpx2.TransportError):
            call()
        created = len(sim.get("/task-runs").json()["data"]) - before
        journaled = sim.get("/requests").json()["data"][-1]
        assert created == (status == 201)
        assert (journaled["status"], journaled["fault"]) == (status, fault)


def test_truncate_sends_half_of_the_body(put, api):
    put("GET /v2/agents", truncate=True)
    with api.stream("GET", "/agents") as answer, pytest.raises(httpx2.RemoteProtocolError):
        answer.read()
    assert answer.num_bytes_downloaded == int(answer.headers["content-length"]) // 2


def test_the_answer_to_head_arrives_before_its_connection_ends(put, api):
    put("* /v2/agents", truncate=True)
    assert api.head("/agents").status_code == 200
