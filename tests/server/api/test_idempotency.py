from dataclasses import replace
from datetime import timedelta

KEY = {"Idempotency-Key": "k-1"}


def test_a_replay_is_the_first_answer_with_a_mark(api, task, connection):
    path, body = f"/tasks/{task['id']}/run", {"connection_id": connection["id"]}
    first, again = (api.post(path, json=body, headers=KEY) for _ in "12")
    assert (again.status_code, again.content) == (201, first.content)
    assert again.headers["Deck-Sim-Scenario"] == first.headers["Deck-Sim-Scenario"]
    marks = [answer.headers.get("Deck-Sim-Replayed") for answer in (first, again)]
    assert marks == [None, "true"]


def test_the_spelling_of_a_body_does_not_matter(api):
    for body in [
        b'{"name":"x","n":[1,{"a":null}]}',
        b'{ "n": [1, {"a": null}],\n "name": "x" }',
        b'{"n":[1,{"a":null}],"name":"\\u0078"}',
    ]:
        answer = api.post("/agents", content=body, headers=KEY)
    assert answer.headers["Deck-Sim-Replayed"] == "true"


BODIES = [b'{"a":null}', b'{"a":1}', b'{"a":1.0}', b'{"a":true}', b'{"a":"1"}', b"", b"{", b"[1]"]


def test_a_key_of_another_call_is_a_conflict(api, refused):
    for key, body in enumerate(BODIES):
        headers = {"Idempotency-Key": f"{key}"}
        assert api.post("/agents", content=body, headers=headers).status_code == 400
        for path, other in [
            *(("/agents?a=1", body), ("/sources", body)),
            *(("/agents", other) for other in BODIES if other != body),
        ]:
            answer = refused("POST", path, 409, content=other, headers=headers)
            assert answer.json()["errors"][0]["code"] == "idempotency_error"
            used_by = "POST /v2/agents; at=2025-01-15T09:30:00Z"
            assert answer.headers["Deck-Sim-Key-Used-By"] == used_by
        again = api.post("/agents", content=body, headers=headers)
        assert again.headers["Deck-Sim-Replayed"] == "true"


def test_a_key_that_is_empty_or_too_long_is_refused(api, refused):
    longest = {"Idempotency-Key": "k" * 256}
    assert api.post("/agents", json={"name": "A"}, headers=longest).status_code == 201
    for key, text in [
        ("", "`Idempotency-Key` must have 1 to 256 characters, not 0."),
        ("k" * 257, "Idempotency key must be at most 256 characters"),
    ]:
        answer = refused("POST", "/agents", 400, json={}, headers={"Idempotency-Key": key})
        (error,) = answer.json()["errors"]
        assert (error["code"], error["message"]) == ("idempotency_key_error", text)


def test_early_refusals_are_not_stored(api, sim):
    long = {"Idempotency-Key": "k" * 257}
    assert api.post("/agents", json={}, headers=long).status_code == 400
    nobody = {**KEY, "Authorization": "Basic x"}
    assert api.post("/agents", json={"name": "A"}, headers=nobody).status_code == 401
    sim.patch("/world", json={"rate_limit": {"requests": 1}})
    api.get("/test")
    assert api.post("/agents", json={"name": "A"}, headers=KEY).status_code == 429
    sim.patch("/world", json={"rate_limit": False})
    assert api.post("/agents", json={"name": "A"}, headers=KEY).status_code == 201


def test_the_control_api_takes_no_keys(sim):
    """A control call is made each time, even in an edition where every POST takes keys."""
    sim.post("/reset", json={"edition": "credentials"})
    times = [sim.post("/clock/advance", json={"by": "1s"}, headers=KEY).json()["now"] for _ in "ab"]
    assert times == ["2025-01-15T09:30:01Z", "2025-01-15T09:30:02Z"]


def test_the_journal_marks_replays(api, sim):
    first, _ = (api.post("/agents", json={"name": "A"}, headers=KEY) for _ in range(2))
    calls = sim.get("/requests").json()["data"]
    assert [call["replayed"] for call in calls] == [False, True]
    assert {call["request_id"] for call in calls} == {first.json()["request_id"]}
    whats = [entry["what"] for entry in sim.get("/timeline").json()["data"]]
    assert whats[-1] == "POST /v2/agents -> 201 (replayed)"


def test_the_path_of_the_first_call_is_shown_as_it_was_sent(api):
    """Decoded, it may hold what a header cannot. Errors are stored in this edition."""
    key = {"Idempotency-Key": "k"}
    api.post("/tasks/%F0%9D%8E%88%0D%0A/run", json={"connection_id": "conn_a"}, headers=key)
    answer = api.post("/agents", json={"name": "a"}, headers=key)
    used_by = "POST /v2/tasks/%F0%9D%8E%88%0D%0A/run; at=2025-01-15T09:30:00Z"
    assert answer.headers["Deck-Sim-Key-Used-By"] == used_by


def test_an_answer_is_replayed_for_less_than_24_hours(api, simulation):
    """Whatever its place: in a world that was read from a file, newer ones may come first."""
    api.post("/agents", json={"name": "A"}, headers=KEY)
    answers = simulation().stored_answers
    for hours, replayed in [(23.99, "true"), (0.01, None)]:
        simulation().world.now += timedelta(hours=hours)
        old = answers.pop("k-1")
        answers |= {"new": replace(old, at=simulation().world.now), "k-1": old}
        again = api.post("/agents", json={"name": "A"}, headers=KEY)
        assert again.headers.get("Deck-Sim-Replayed") == replayed


def test_a_call_that_takes_no_key_is_made_each_time(api):
    before = api.get("/agents", headers=KEY).json()["data"]
    api.post("/agents", json={"name": "A"})
    assert len(api.get("/agents", headers=KEY).json()["data"]) == len(before) + 1
