import pytest


@pytest.fixture
def hold(sim):
    return lambda **body: sim.call("POST", "/holds", body)


def test_a_hold_shows_what_it_holds(sim, hold, run_task, advance):
    run = run_task()
    created = hold(event="task_run.completed", id=run["id"])
    assert (created["event"], created["of"]) == ("task_run.completed", run["id"])
    assert (created["held"], created["met"]) == ([], 0)
    advance("1m")
    (listed,) = sim.get("/holds").json()["data"]
    standing = {"id": run["id"], "status": "running", "since": "2025-01-15T09:30:11Z"}
    assert (listed["id"], listed["held"], listed["answers"]) == (created["id"], [standing], 0)
    assert listed["met"] == 1
    answer = sim.delete(f"/holds/{created['id']}").json()
    assert (answer["deleted"], answer["released"], answer["answers"]) == (True, [run["id"]], 0)
    assert sim.get("/holds").json()["data"] == []
    assert sim.get("/task-runs").json()["data"][0]["status"] == "completed"


def test_advance_and_next_show_what_is_held(sim, hold, run_task):
    run = run_task()
    assert "held" not in sim.get("/next").json()
    created = hold(event="task_run.completed")
    held = [{"id": run["id"], "event": "task_run.completed", "hold": created["id"]}]
    report = sim.post("/clock/advance", json={"until": "idle"}).json()
    assert (report["now"], report["held"]) == ("2025-01-15T09:30:11Z", held)
    now = sim.get("/next").json()
    assert (now["held"], now["waiting"][0]["id"]) == (held, run["id"])
