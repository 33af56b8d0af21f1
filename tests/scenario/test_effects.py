import pytest


def test_an_event_step_emits_about_the_run(sim, put, run_task, advance):
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
        return api.get(f"/task-runs/{run['id']}?include=storage").json()

    return play_file


@pytest.mark.parametrize(
    ("keys", "schema", "why"),
    [
        ("{name: a.csv, extraction: {total: many}}", TOTAL, "`extraction.total`"),
        ("a.csv", {**TOTAL, "not": {"required": ["total"]}}, "give the scenario's `file` step an"),
        ("{name: a.csv, extraction: {total: 1}, result: failure}", TOTAL, ""),
    ],
)
def test_a_failed_extraction_keeps_the_file(sim, play_file, keys, schema, why):
    """Documented. The run goes on, and the timeline says why nothing was extracted."""
    run = play_file(keys, schema)
    (item,) = run["storage"]
    assert (run["status"], item["extraction"], item["file_name"]) == ("completed", None, "a.csv")
    assert any(why in entry["what"] for entry in sim.get("/timeline").json()["data"])
