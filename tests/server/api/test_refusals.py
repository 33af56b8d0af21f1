import pytest

BUSY = [{"refused": {"error": "rate_limit/rate_limit_exceeded", "retry_after": 5}}]


@pytest.fixture
def refuse(sim):
    """Add a scenario `no` with a script that refuses, and return the header that chooses it."""

    def refuse(kind="task_run", script=BUSY):
        sim.call("PUT", "/scenarios/no", {kind: script})
        return {"Deck-Sim-Scenario": "no"}

    return refuse


@pytest.fixture
def call(api, task, connection):
    body = {"connection_id": connection["id"]}
    return lambda **headers: api.post(f"/tasks/{task['id']}/run", json=body, headers=headers)


def test_a_refused_run_is_not_created(api, sim, call, refuse):
    answer = call(**refuse())
    assert (answer.status_code, answer.headers["Retry-After"]) == (429, "5")
    assert answer.headers["Deck-Sim-Scenario"] == "no; because=header"
    assert [error["code"] for error in answer.json()["errors"]] == ["rate_limit_exceeded"]
    assert api.get("/task-runs").json()["data"] == []
    types = {event["type"] for event in sim.get("/events").json()["data"]}
    assert not any(type_.startswith("task_run.") for type_ in types)


def test_a_refused_connection_is_not_opened(api, source, refuse):
    error = {"error": "source/source_blocked", "message": "No robots.", "field": "source_id"}
    body = {"source_id": source["id"], "auth_method": "none"}
    headers = refuse("connection", [{"refused": error}])
    answer = api.post("/connections", json=body, headers=headers)
    expected = {"type": "source", "code": "source_blocked", **error}
    del expected["error"]
    assert (answer.status_code, answer.json()["errors"]) == (403, [expected])
    assert api.get("/connections").json()["data"] == []


def test_records_say_which_scenario_refused(sim, call, refuse):
    call(**refuse())
    journal, timeline = (sim.get(path).json()["data"] for path in ("/requests", "/timeline"))
    assert journal[-1]["scenario"] == "no; because=header"
    text = "refused: rate_limit/rate_limit_exceeded: Too many requests. (scenario `no`)"
    assert ("task_run", text) in [(entry["kind"], entry["what"]) for entry in timeline]
    assert sim.get("/world").json()["choices"][-1]["scenario"] == "no"
    rows = sim.get("/coverage").json()["data"]
    (row,) = [row for row in rows if row["scenario"] == "no"]
    assert row["steps"] == {"task_run[0]": 1}


def test_a_refusal_that_precedes_the_endpoint_is_not_stored(sim, call, refuse):
    """A client that waits and tries again with the same key gets its run."""
    for error in ("rate_limit/rate_limit_exceeded", "idempotency/idempotency_error"):
        refuse(script=[{"refused": error}])
        sim.post("/queue", json={"resource": "task_run", "scenarios": ["no"]})
        key = {"Idempotency-Key": error}
        assert [call(**key).status_code // 100 for _ in range(2)] == [4, 2]


def test_a_wrong_call_is_not_refused_by_its_scenario(api, task, refuse):
    """Checks come first: a mistake in the body is reported, and nothing is used up."""
    answer = api.post(f"/tasks/{task['id']}/run", json={"connection_id": 5}, headers=refuse())
    assert answer.status_code == 400
