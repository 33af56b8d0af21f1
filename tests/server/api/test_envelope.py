"""What every answer has: the envelope, the ids, the headers."""

import json

import httpx2
import pytest

from deck_sim import __version__


@pytest.fixture
def anyone(server):
    """A client without a key."""
    with httpx2.Client(base_url=server.base_url, trust_env=False) as client:
        yield client


def test_every_answer_has_a_request_id_of_its_own_and_the_version(api, sim, task):
    """Success or error, on either API: a new `request_id`, and `Deck-Sim-Version`."""
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


@pytest.mark.parametrize(
    "authorization", [None, "", "Bearer", "Basic c2s6", "sk_live_1", "Bearersk_live_1"]
)
def test_a_call_without_a_key_is_refused(anyone, authorization):
    """No key, or another scheme than Bearer, is a 401 in the envelope, on any path."""
    headers = {} if authorization is None else {"Authorization": authorization}
    for path in ("/test", "/no", "/agents/x"):
        answer = anyone.get(path, headers=headers)
        assert answer.status_code == 401
        (error,) = answer.json()["errors"]
        assert (error["type"], error["code"]) == ("request", "api_key_invalid")
        assert answer.json()["request_id"].startswith("req_")
        assert answer.headers["Deck-Sim-Version"] == __version__


def test_refused_keys_never_share_a_request_id(anyone):
    """A 401 has a request id of its own, too."""
    assert len({anyone.get("/test").json()["request_id"] for _ in range(5)}) == 5


def test_an_element_says_its_field_only_where_one_applies(refused):
    """`field` stands in elements about a field, and in no other."""
    missing = refused("POST", "/agents", 400, json={}).json()["errors"]
    assert missing == [
        {
            "type": "request",
            "code": "input_missing",
            "field": "name",
            "message": "`name` is required and cannot be empty.",
        }
    ]
    (broken,) = refused("POST", "/agents", 400, content=b"{").json()["errors"]
    assert set(broken) == {"type", "code", "message"}


BODIES = {
    "empty": b"",
    "cut": b'{"name": ',
    "array": b"[]",
    "NaN": b'{"name": NaN}',
    "not UTF-8": b'{"name": "\xff"}',
    "half a pair": b'{"name": "\\ud800"}',
    "infinite": b'{"name": "x", "n": 1e999}',
    "deep": b'{"name":' + b"[" * 5000 + b"]" * 5000 + b"}",
}


@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES)
@pytest.mark.parametrize("path", ["/agents", "/tasks/{task}/run"])
def test_a_body_that_is_no_json_object_is_refused(errors, sim, task, path, body):
    """An unreadable body changes nothing, and the journal of calls can still be read."""
    path = path.replace("{task}", task["id"])
    assert errors("POST", path, 400, content=body) == [("body_invalid", None)]
    assert sim.get("/requests").json()["data"][-1]["errors"] == ["request/body_invalid"]


def test_the_place_where_json_breaks_is_told(refused):
    """The message says line and column, counted from 1."""
    answer = refused("POST", "/agents", 400, content=b'{"name": "x",\n  oops}')
    assert "in line 2, column 3." in answer.json()["errors"][0]["message"]


def test_a_body_that_is_too_large_is_refused(errors):
    """More than 10 MiB is a 413, which the client gets to see."""
    body = json.dumps({"name": "x" * (10 * 1024 * 1024)}).encode()
    assert errors("POST", "/agents", 413, content=body) == [("payload_too_large", None)]


def test_a_get_may_have_a_content_type_and_no_body(api):
    """Clients send the header on every call; that works."""
    headers = {"Content-Type": "application/json"}
    assert api.get("/agents", headers=headers).status_code == 200


def test_the_last_of_two_equal_keys_counts(api):
    """A key that stands twice in a body is read as JSON readers do."""
    answer = api.post("/agents", content=b'{"name": "first", "name": "last"}')
    assert answer.json()["name"] == "last"


@pytest.mark.parametrize(
    "path", ["/agents/", "/agent", "/agents/x/y", "/tasks/x/run/", "/tasks//run"]
)
def test_an_unknown_path_is_not_an_endpoint(errors, path):
    """A path that is nearly right is a 404, with a trailing slash, too."""
    assert errors("GET", path, 404) == [("endpoint_not_found", None)]


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("PUT", "/agents", "POST, GET"),
        ("OPTIONS", "/agents", "POST, GET"),
        ("POST", "/agents/x", "GET, PATCH, DELETE"),
        ("GET", "/tasks/x/run", "POST"),
        ("HEAD", "/tasks/x/run", "POST"),
        ("DELETE", "/task-runs/x", "GET"),
        ("POST", "/test", "GET"),
    ],
)
def test_a_wrong_method_is_told_the_right_ones(api, unchanged, method, path, allowed):
    """405, with the methods of the path in `Allow`."""
    with unchanged():
        answer = api.request(method, path)
    assert (answer.status_code, answer.headers["Allow"]) == (405, allowed)


def test_head_is_get_without_a_body(api, task):
    """HEAD answers with the status and the headers of GET."""
    answer = api.head(f"/tasks/{task['id']}")
    assert (answer.status_code, answer.content) == (200, b"")
    assert api.head("/tasks/no").status_code == 404


def _heading(answer):
    return answer.headers.get("Deck-Sim-Scenario")


def test_a_create_says_which_scenario_is_played_and_why(api, sim, task, connection):
    """Header before queue before default; other calls say nothing."""
    sim.post("/queue", json={"resource": "task_run", "scenarios": ["mfa_then_success"]})
    body, path = {"connection_id": connection["id"]}, f"/tasks/{task['id']}/run"
    header = {"Deck-Sim-Scenario": "source_down"}
    said = [_heading(api.post(path, json=body, headers=headers)) for headers in (header, {}, {})]
    assert said == [
        "source_down; because=header",
        "mfa_then_success; because=queue",
        "success; because=default",
    ]
    assert _heading(api.get("/task-runs")) is None
    assert _heading(api.post("/agents", json={"name": "x"}, headers=header)) is None
    journal = [call["scenario"] for call in sim.get("/requests").json()["data"]]
    assert [said for said in journal if said][1:] == said


def test_an_unknown_scenario_in_the_header_is_refused(api, refused, task, connection):
    """The error names the header, what was found, and what was meant."""
    body, headers = {"connection_id": connection["id"]}, {"Deck-Sim-Scenario": "sucess"}
    answer = refused("POST", f"/tasks/{task['id']}/run", 400, json=body, headers=headers)
    (error,) = answer.json()["errors"]
    assert (error["code"], error["field"]) == ("input_invalid", "Deck-Sim-Scenario")
    assert error["message"] == (
        "`Deck-Sim-Scenario` names an unknown scenario: 'sucess'; did you mean 'success'?"
    )
    assert _heading(answer) is None


def test_a_refused_call_uses_up_no_queued_scenario(api, sim, errors, task, connection):
    """The queue waits for the first run that really starts."""
    sim.post("/queue", json={"resource": "task_run", "scenarios": ["source_down"]})
    path = f"/tasks/{task['id']}/run"
    errors("POST", path, 400, json={})
    errors("POST", path, 404, json={"connection_id": "conn_no"})
    body = {"connection_id": connection["id"]}
    errors("POST", path, 400, json=body, headers={"Deck-Sim-Scenario": "no_such_story"})
    assert _heading(api.post(path, json=body)) == "source_down; because=queue"
