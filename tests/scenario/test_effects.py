"""The steps that are no status: they happen on the way, and take no time."""

import pytest


@pytest.fixture
def put(sim):
    """Put a scenario into the world."""
    return lambda body: sim.put("/scenarios/story", content=f"version: 1\nname: story\n{body}")


@pytest.mark.parametrize("step", ["event: agent.{{ input.did }}", "event: {type: agent.noticed}"])
def test_an_event_step_emits_about_the_run(sim, put, run_task, advance, step):
    """The event has the computed type and shows the run as it is then; no status changes."""
    quoted = step.replace("agent.{{ input.did }}", "'agent.{{ input.did }}'")
    assert put(f"task_run: [running, {quoted}, running: 1s, completed]").status_code == 200
    run = run_task("story", input={"did": "noticed"})
    advance("1m")
    (event,) = [e for e in sim.get("/events").json()["data"] if e["type"] == "agent.noticed"]
    assert (event["data"]["id"], event["data"]["status"]) == (run["id"], "running")
    told = [entry["what"] for entry in sim.get("/timeline").json()["data"]]
    assert "event agent.noticed" in told
