"""Effects: steps that are not statuses."""

import pytest


@pytest.mark.parametrize("step", ["event: 'agent.{{ input.did }}'", "event: {type: agent.noticed}"])
def test_an_event_step_emits_about_the_run(sim, put, run_task, advance, step):
    """The event has the computed type and the current run; no status changes."""
    put(f"task_run: [running, {step}, running: 1s, completed]")
    run = run_task("story", input={"did": "noticed"})
    advance("1m")
    (event,) = [e for e in sim.get("/events").json()["data"] if e["type"] == "agent.noticed"]
    assert (event["data"]["id"], event["data"]["status"]) == (run["id"], "running")
    lines = [entry["what"] for entry in sim.get("/timeline").json()["data"]]
    assert "event agent.noticed" in lines


LINE = "must be one line of text, without control characters, not"
TYPE = "must be a media type like `text/csv`, not"
BROKEN = {
    r'event: "a\nb"': f'{LINE} "a\\nb"',
    r'event: {type: "a\x85b"}': f'{LINE} "a\x85b"',
    r'file: {name: "a\r\nX: b"}': f'{LINE} "a\\r\\nX: b"',
    r'screenshot: {name: "a\tb"}': f'{LINE} "a\\tb"',
    r'file: {name: a, type: "text/csv\nX: b"}': f'{TYPE} "text/csv\\nX: b"',
    'file: {name: a, type: "text/csv\u00fc"}': f'{TYPE} "text/csv\u00fc"',
    "file: {name: a, type: csv}": f'{TYPE} "csv"',
}


def test_names_and_types_are_checked(mistakes):
    """Control characters in names and types are mistakes in the file."""
    for step, message in BROKEN.items():
        (line,) = mistakes(f"task_run: [running, {step}, completed]")
        assert line.endswith(message)


@pytest.mark.parametrize(
    ("step", "message"),
    [
        ("event: '{{ input.it }}'", "`type` must be one line of text"),
        ("file: '{{ input.it }}'", "`name` must be one line of text"),
        ("file: {name: a, type: '{{ input.it }}'}", "`type` must be a media type"),
        ("screenshot: '{{ input.it }}'", "`name` must be one line of text"),
    ],
)
def test_computed_names_and_types_are_checked(api, put, run_task, advance, step, message):
    """The run fails with a message that names the step."""
    put(f"task_run: [running, {step}, completed]")
    run = run_task("story", input={"it": "a\nb: c"})
    advance("1m")
    (error,) = api.get(f"/task-runs/{run['id']}").json()["errors"]
    assert error["code"] == "task_failed"
    assert f"scenario `story`, task_run[1]: {message}" in error["message"]
