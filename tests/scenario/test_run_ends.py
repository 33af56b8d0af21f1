"""How a run ends: with the output and result of its step, or with an error of the task."""

from deck_sim.cli.player import play_scenario
from output_schemas import wrap

ARRAY = {"type": "array"}
CROSSED = wrap(type="integer", minimum=5, maximum=4)
NO_OUTPUT = "deck-sim could not generate an output for the task's `output_schema`; give"
TEXT = {"completed": {"output": {"x": "text"}}}
WRONG_OUTPUTS = [  # and how the message of the error and a line of the timeline begin
    (CROSSED, "completed", "output.x", NO_OUTPUT, "`output.x`: "),
    (CROSSED, TEXT, "output.x", "`output.x`: 'text' is not of type 'integer'", "`output.x`: "),
    (
        ARRAY,
        "completed",
        "output",
        "The output must be an object, not a list.",
        "running -> failed",
    ),
]


def test_an_output_that_is_no_object_or_breaks_the_schema_fails_the_run(
    api, sim, run_task, task, advance
):
    for schema, step, field, message, begins in WRONG_OUTPUTS:
        api.patch(f"/tasks/{task['id']}", json={"output_schema": schema})
        sim.put("/scenarios/wrong", json={"task_run": ["running", step]})
        run = run_task("wrong")
        advance("10s")
        failed = api.get(f"/task-runs/{run['id']}").json()
        (error, *_) = failed["errors"]
        assert (failed["status"], failed["output"]) == ("failed", None)
        assert (error["type"], error["code"], error["field"]) == ("task", "output_invalid", field)
        assert error["message"].startswith(message)
        lines = [e["what"] for e in sim.get("/timeline").json()["data"] if e["id"] == run["id"]]
        assert any(line.startswith(begins) for line in lines)
    assert sim.get("/world").json()["crashes"] == []


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


def test_a_task_timeout_replaces_the_default_alone(api, advance, put, task, run_task):
    """A run becomes inactive after 45 minutes; a task with a timeout of its own keeps it."""
    name = put("task_timeout: 2h\ntask_run: [queued, running: 45m, running: stuck]")
    for minutes, end in ((30, "for 30 minutes."), (40, "of 40 minutes.")):
        api.patch(f"/tasks/{task['id']}", json={"settings": {"timeout_seconds": minutes * 60}})
        run = run_task(name)
        advance("3h")
        (error,) = api.get(f"/task-runs/{run['id']}").json()["errors"]
        assert error["message"].endswith(end)
