"""All problems of a body in one answer, however different they are."""

import pytest


@pytest.fixture
def strict_task(api, task):
    """A task whose input must have a whole number `n`."""
    schema = {"type": "object", "properties": {"n": {"type": "integer"}}, "required": ["n"]}
    return api.patch(f"/tasks/{task['id']}", json={"input_schema": schema}).json()


def fields(answer):
    assert answer.status_code == 400
    return {error.get("field") for error in answer.json()["errors"]}


def test_shape_references_and_schemas_of_a_create_are_told_at_once(api):
    """A missing name, an unknown one, an agent that is not there, a schema that is none."""
    body = {"agent_id": "agt_none", "zz": 1, "input_schema": {"type": "bogus"}}
    told = fields(api.post("/tasks", json=body))
    assert told == {"name", "zz", "agent_id", "input_schema.type"}


def test_shape_references_and_input_of_a_run_are_told_at_once(api, strict_task):
    """An unknown name, a connection that is not there, an input that breaks the schema."""
    body = {"connection_id": "conn_none", "input": {"n": "x"}, "zz": 1}
    told = fields(api.post(f"/tasks/{strict_task['id']}/run", json=body))
    assert told == {"zz", "connection_id", "input.n"}


def test_what_has_no_shape_is_told_once(api, strict_task):
    """A field that cannot be read is not looked into."""
    body = {"connection_id": 5, "input": [1]}
    answer = api.post(f"/tasks/{strict_task['id']}/run", json=body)
    assert [e["field"] for e in answer.json()["errors"]] == ["connection_id", "input"]


@pytest.mark.parametrize("value", [{"a": 1}, [1]])
def test_what_can_be_no_answer_uses_up_no_attempt(api, advance, run_task, value):
    """An object or a list is refused with its field; the prompt stays open."""
    run = run_task("mfa_then_success")
    advance("10s")
    path = f"/task-runs/{run['id']}/interaction"
    for _ in range(3):
        told = fields(api.post(path, json={"inputs": {"code": value}}))
        assert told == {"inputs.code"}
    answer = api.post(path, json={"inputs": {"code": 123456}})
    assert answer.json()["status"] == "running"


def test_a_misspelt_event_moves_no_time(sim, run_task):
    """The nearest type is told before the clock moves."""
    run_task()
    before = sim.get("/clock").json()["now"]
    refused = sim.post("/clock/advance", json={"until": {"event": "task_run.completd"}})
    assert "did you mean 'task_run.completed'?" in refused.json()["errors"][0]["message"]
    assert sim.get("/clock").json()["now"] == before
