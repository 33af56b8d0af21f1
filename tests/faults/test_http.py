import http.client
from contextlib import suppress
from urllib.parse import urlsplit

import httpx2
import pytest

from deck_sim.faults.fault import fault_keys

RUNS = "GET /v2/task-runs"


@pytest.fixture
def put(sim):
    return lambda match, **fault: sim.call("POST", "/faults", {"match": match, **fault})


@pytest.fixture
def answer_with(put, api):
    def answer_with(**fault):
        put(RUNS, **fault, times=1)
        return api.get("/task-runs")

    return answer_with


def test_an_error_may_have_a_message_and_field_of_its_own(answer_with):
    """In Deck's envelope; without a message the field is filled into the catalog's."""
    error = {"type": "request", "code": "input_missing", "field": "name"}
    answer = answer_with(error="request/input_missing", field="name", message="Say who.").json()
    assert answer["errors"] == [{**error, "message": "Say who."}]
    assert answer["request_id"].startswith("req_")
    (error_of_catalog,) = answer_with(error="request/input_missing", field="name").json()["errors"]
    assert error_of_catalog == {**error, "message": "`name` is required and cannot be empty."}


def test_an_error_or_the_page_of_a_proxy_may_have_retry_after(answer_with):
    for status, after, fault in (
        (429, "7", {"error": "rate_limit/rate_limit_exceeded", "retry_after": 7}),
        (504, "2", {"status": 504, "retry_after": 2}),
        (503, "Wed", {"status": 503, "headers": {"Retry-After": "Wed"}}),
        (503, None, {"status": 503}),
    ):
        answer = answer_with(**fault)
        assert (answer.status_code, answer.headers.get("retry-after")) == (status, after)


def test_an_answer_has_the_body_that_is_given(answer_with, sim):
    for body, content, content_type in [
        ({"detail": ["é"]}, '{"detail": ["é"]}', "application/json"),
        ([], "[]", "application/json"),
        (0, "0", "application/json"),
        ("Try later.", "Try later.", "text/plain; charset=utf-8"),
        ("", "", "text/plain; charset=utf-8"),
    ]:
        answer = answer_with(status=429, body=body)
        assert (answer.status_code, answer.text) == (429, content)
        assert answer.headers["content-type"] == content_type
        assert sim.get("/faults").json()["data"][-1]["body"] == body


def test_otherwise_it_is_the_page_of_a_proxy(answer_with):
    for status, reason in ((502, "Bad Gateway"), (499, "Error")):
        answer = answer_with(status=status)
        assert (answer.status_code, answer.headers["content-type"]) == (status, "text/html")
        assert f"<h1>{status} {reason}</h1>" in answer.text


def test_an_answer_has_the_headers_that_are_given(answer_with):
    headers = {"Server": "nginx", "X-Left": 0, "Set-Cookie": ["a=1", "b=2"]}
    answer = answer_with(status=200, body="{}", content_type="application/json", headers=headers)
    assert answer.json() == {}
    assert (answer.headers["server"], answer.headers["x-left"]) == ("nginx", "0")
    assert answer.headers.get_list("set-cookie") == ["a=1", "b=2"]
    answer = answer_with(status=503, headers={"Content-Type": "text/x"})
    assert answer.headers["content-type"] == "text/x"


@pytest.mark.parametrize(("status", "length"), [(200, "0"), (204, None), (301, "0"), (304, None)])
def test_an_answer_below_400_has_no_body_unless_it_is_given(put, server, key, status, length):
    """A 204 and a 304 have no length either, as HTTP says; the connection stays open."""
    body = {} if length else {"body": {}}  # which is not sent
    put(RUNS, status=status, **body)
    client = http.client.HTTPConnection(urlsplit(server.url).netloc)
    headers = {"Authorization": f"Bearer {key}"}
    for _ in range(2):
        client.request("GET", "/v2/task-runs", headers=headers)
        answer = client.getresponse()
        assert (answer.status, answer.getheader("content-length")) == (status, length)
        assert (answer.read(), answer.getheader("content-type") is None) == (b"", not body)
    client.close()


def test_an_own_answer_is_no_mistake_of_the_client(answer_with, put, sim, run_task, api):
    """The answer of a fault says nothing about a run; an ignored `Retry-After` counts."""
    run = run_task()
    put("GET /v2/task-runs/*", status=200, body={"status": "completed"}, times=5)
    for _ in range(6):
        api.get(f"/task-runs/{run['id']}")
    assert sim.get("/lint").json()["data"] == []
    answer_with(status=503, headers={"Retry-After": 5})
    api.get("/task-runs")
    (mistake,) = sim.get("/lint").json()["data"]
    assert mistake["name"] == "ignores_retry_after"


def test_the_first_three_faults_replace_the_call(put, api, sim, task, connection):
    """The others affect its answer. The journal has the status and the fault."""
    values = {"error": "api/api_error", "status": 502, "delay": "1h"}
    for fault in fault_keys("match"):
        status = {"error": 500, "status": 502, "reset": 0}.get(fault, 201)
        before = len(sim.get("/task-runs").json()["data"])
        put("POST /v2/tasks/*/run", **{fault: values.get(fault, True)}, times=1)
        with suppress(httpx2.TransportError):
            api.post(f"/tasks/{task['id']}/run", json={"connection_id": connection["id"]})
        created = len(sim.get("/task-runs").json()["data"]) - before
        journaled = sim.get("/requests").json()["data"][-1]
        assert created == (status == 201)
        assert (journaled["status"], journaled["fault"]) == (status, fault)


def test_truncate_sends_half_of_the_body(put, api):
    put(RUNS, truncate=True)
    with api.stream("GET", "/task-runs") as answer, pytest.raises(httpx2.RemoteProtocolError):
        answer.read()
    assert answer.num_bytes_downloaded == int(answer.headers["content-length"]) // 2


def test_the_answer_to_head_arrives_before_its_connection_ends(put, api):
    put("* /v2/agents", truncate=True)
    assert api.head("/agents").status_code == 200
