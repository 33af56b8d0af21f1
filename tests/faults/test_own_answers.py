import http.client
from urllib.parse import urlsplit

import pytest

RUNS = "GET /v2/task-runs"


@pytest.fixture
def answer_with(sim, api):
    def answer_with(**fault):
        answer = sim.post("/faults", json={"match": RUNS, **fault, "times": 1})
        assert answer.status_code == 200, answer.text
        return api.get("/task-runs")

    return answer_with


def test_an_error_may_have_a_message_and_field_of_its_own(answer_with):
    """In Deck's envelope; without a message the field is filled into the catalog's."""
    error = {"type": "request", "code": "input_missing", "field": "name"}
    answer = answer_with(error="request/input_missing", field="name", message="Say who.").json()
    assert answer["errors"] == [{**error, "message": "Say who."}]
    (error_of_catalog,) = answer_with(error="request/input_missing", field="name").json()["errors"]
    assert error_of_catalog == {**error, "message": "`name` is required and cannot be empty."}


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


def test_an_answer_has_the_headers_that_are_given(answer_with):
    headers = {"Server": "nginx", "X-Left": 0, "Set-Cookie": ["a=1", "b=2"]}
    answer = answer_with(status=200, body="{}", content_type="application/json", headers=headers)
    assert answer.json() == {}
    assert (answer.headers["server"], answer.headers["x-left"]) == ("nginx", "0")
    assert answer.headers.get_list("set-cookie") == ["a=1", "b=2"]
    answer = answer_with(status=503, headers={"Content-Type": "text/x", "Retry-After": "Wed"})
    assert (answer.headers["content-type"], answer.headers["retry-after"]) == ("text/x", "Wed")


@pytest.mark.parametrize(("status", "length"), [(200, "0"), (204, None), (301, "0"), (304, None)])
def test_an_answer_below_400_has_no_body_unless_it_is_given(sim, server, key, status, length):
    """A 204 and a 304 have no length either, as HTTP says; the connection stays open."""
    body = {} if length else {"body": {}}  # which is not sent
    sim.post("/faults", json={"match": RUNS, "status": status, **body})
    client = http.client.HTTPConnection(urlsplit(server.url).netloc)
    headers = {"Authorization": f"Bearer {key}"}
    for _ in range(2):
        client.request("GET", "/v2/task-runs", headers=headers)
        answer = client.getresponse()
        assert (answer.status, answer.getheader("content-length")) == (status, length)
        assert (answer.read(), answer.getheader("content-type") is None) == (b"", not body)
    client.close()


def test_an_own_answer_is_no_mistake_of_the_client(answer_with, sim, run_task, api):
    """The answer of a fault says nothing about a run; an ignored `Retry-After` counts."""
    run = run_task()
    fault = {"match": "GET /v2/task-runs/*", "status": 200, "body": {"status": "completed"}}
    sim.post("/faults", json={**fault, "times": 5})
    for _ in range(6):
        api.get(f"/task-runs/{run['id']}")
    assert sim.get("/lint").json()["data"] == []
    answer_with(status=503, headers={"Retry-After": 5})
    api.get("/task-runs")
    (mistake,) = sim.get("/lint").json()["data"]
    assert mistake["name"] == "ignores_retry_after"
