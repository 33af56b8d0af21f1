"""Effects: steps that are not statuses."""


def test_an_event_step_emits_about_the_run(sim, put, run_task, advance):
    """The event has the computed type and the current run; no status changes."""
    put("task_run: [running, event: 'agent.{{ input.did }}', running: 1s, completed]")
    run = run_task("story", input={"did": "noticed"})
    advance("1m")
    (event,) = [e for e in sim.get("/events").json()["data"] if e["type"] == "agent.noticed"]
    assert (event["data"]["id"], event["data"]["status"]) == (run["id"], "running")
    lines = [entry["what"] for entry in sim.get("/timeline").json()["data"]]
    assert "event agent.noticed" in lines
