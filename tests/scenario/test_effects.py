"""Effects: steps that are not statuses."""

import pytest


def test_an_event_step_emits_about_the_run(sim, put, run_task, advance):
    """The event has the computed type and the current run; no status changes."""
    put("task_run: [running, event: 'agent.{{ input.did }}', running: 1s, completed]")
    run = run_task("story", input={"did": "noticed"})
    advance("1m")
    (event,) = [e for e in sim.get("/events").json()["data"] if e["type"] == "agent.noticed"]
    assert (event["data"]["id"], event["data"]["status"]) == (run["id"], "running")
    lines = [entry["what"] for entry in sim.get("/timeline").json()["data"]]
    assert "event agent.noticed" in lines


TOTAL = {"type": "object", "properties": {"total": {"type": "number"}}, "required": ["total"]}


@pytest.fixture
def play_file(api, put, run_task, task, advance):
    """Play a run with a file of these keys, whose extraction has a schema."""

    def play_file(keys, schema=TOTAL):
        storage = {"enabled": True, "extraction": True, "extraction_schema": schema}
        assert api.patch(f"/tasks/{task['id']}", json={"storage": storage}).status_code == 200
        put(f"task_run: [running, file: {keys}, completed]")
        run = run_task("story")
        advance("1m")
        return api.get(f"/task-runs/{run['id']}").json()

    return play_file


def test_an_extraction_that_breaks_its_schema_fails_the_run(play_file):
    """The error says where."""
    (error,) = play_file("{name: a.csv, extraction: {total: many}}")["errors"]
    assert (error["code"], error["field"]) == ("extraction_failed", "extraction.total")


def test_an_extraction_that_cannot_be_generated_fails_the_run(play_file):
    """The message says what to do."""
    run = play_file("a.csv", {**TOTAL, "not": {"required": ["total"]}})
    assert "give the scenario's `file` step an `extraction:`" in run["errors"][0]["message"]
