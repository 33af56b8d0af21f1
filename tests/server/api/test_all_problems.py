"""All problems of a body are in one answer."""

import pytest


@pytest.fixture
def strict_task(api, task):
    """A task whose input must have a whole number `n`."""
    schema = {"type": "object", "properties": {"n": {"type": "integer"}}, "required": ["n"]}
    return api.patch(f"/tasks/{task['id']}", json={"input_schema": schema}).json()


def fields(answer):
    assert answer.status_code == 400
    return {error.get("field") for error in answer.json()["errors"]}


def test_a_create_reports_shape_references_and_schemas_at_once(api):
    """A missing name and unknown field, an unknown agent, an invalid schema: one answer."""
    body = {"agent_id": "agt_none", "zz": 1, "input_schema": {"type": "bogus"}}
    told = fields(api.post("/tasks", json=body))
    assert told == {"name", "zz", "agent_id", "input_schema.type"}


def test_a_run_reports_shape_references_and_input_at_once(api, strict_task):
    """An unknown field, an unknown connection and invalid input are in one answer."""
    body = {"connection_id": "conn_none", "input": {"n": "x"}, "zz": 1}
    told = fields(api.post(f"/tasks/{strict_task['id']}/run", json=body))
    assert told == {"zz", "connection_id", "input.n"}


def test_a_field_of_the_wrong_type_is_reported_once(api, strict_task):
    """A field of the wrong type has one problem."""
    body = {"connection_id": 5, "input": [1]}
    answer = api.post(f"/tasks/{strict_task['id']}/run", json=body)
    assert [e["field"] for e in answer.json()["errors"]] == ["connection_id", "input"]


@pytest.mark.parametrize("value", [{"a": 1}, [1]])
def test_an_answer_of_the_wrong_type_uses_up_no_attempt(api, advance, run_task, value):
    """An object or a list is refused with its field; the interaction stays open."""
    run = run_task("mfa_then_success")
    advance("10s")
    path = f"/task-runs/{run['id']}/interaction"
    for _ in range(3):
        told = fields(api.post(path, json={"inputs": {"code": value}}))
        assert told == {"inputs.code"}
    answer = api.post(path, json={"inputs": {"code": 123456}})
    assert answer.json()["status"] == "running"


def test_a_misspelt_event_does_not_move_the_clock(sim, run_task):
    """The nearest type is reported before the clock moves."""
    run_task()
    before = sim.get("/clock").json()["now"]
    refused = sim.post("/clock/advance", json={"until": {"event": "task_run.completd"}})
    assert "did you mean 'task_run.completed'?" in refused.json()["errors"][0]["message"]
    assert sim.get("/clock").json()["now"] == before
