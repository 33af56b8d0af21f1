import pytest

from deck_sim.cli.player import play_scenario


def one(**schema):
    """A schema of one required field, `x`."""
    return {"type": "object", "required": ["x"], "properties": {"x": schema}}


@pytest.mark.parametrize(
    ("completed", "begins"),
    [
        ("completed", "deck-sim could not generate an output for the task's `output_schema`; give"),
        ({"completed": {"output": {"x": "text"}}}, "`output.x`: 'text' is not of type 'integer'"),
    ],
)
def test_an_output_that_breaks_the_schema_fails_the_run(
    completed, begins, api, sim, run_task, task, advance
):
    schema = one(type="integer", minimum=5, maximum=4)
    api.patch(f"/tasks/{task['id']}", json={"output_schema": schema})
    sim.put("/scenarios/wrong", json={"task_run": ["running", completed]})
    run = run_task("wrong")
    advance("10s")
    shown_run = api.get(f"/task-runs/{run['id']}").json()
    (error, *_) = shown_run["errors"]
    assert (shown_run["status"], shown_run["output"]) == ("failed", None)
    assert (error["type"], error["code"], error["field"]) == ("task", "output_invalid", "output.x")
    assert error["message"].startswith(begins)
    lines = [entry["what"] for entry in sim.get("/timeline").json()["data"]]
    assert any(what.startswith("`output.x`: ") for what in lines)
    assert sim.get("/world").json()["crashes"] == []


def test_an_output_that_is_not_an_object_fails_the_run(api, advance, connection):
    """The API's outputs are objects, whatever the task's schema allows."""
    agent = api.post("/agents", json={"name": "A"}).json()
    body = {"name": "T", "agent_id": agent["id"], "output_schema": {"type": "array"}}
    task = api.post("/tasks", json=body).json()
    run = api.post(f"/tasks/{task['id']}/run", json={"connection_id": connection["id"]}).json()
    advance("1m")
    failed = api.get(f"/task-runs/{run['id']}").json()
    (error,) = failed["errors"]
    assert error["code"] == "output_invalid"
    assert error["message"] == "The output must be an object, not a list."


def test_a_completed_run_has_the_result_of_its_step(read):
    for step, result, output in (
        ("completed: {output: {a: 1}}", "success", {"a": 1}),
        ("completed: {result: failure}", "failure", None),
        ("completed: {result: failure, output: {tried: 2}}", "failure", {"tried": 2}),
    ):
        run = play_scenario(read(f"edition: credentials\ntask_run: [running, {step}]")).run
        assert (run.status, run["result"], run["output"]) == ("completed", result, output)


def test_a_result_is_for_the_edition_that_has_it(read, mistakes):
    body = "task_run: [running, completed: {result: failure}]"
    assert {*read(body).editions} & {"connections", "credentials"} == {"credentials"}
    (line,) = mistakes(f"edition: connections\n{body}")
    assert "the edition `connections` has no task run with a `result`" in line
