"""Control calls about holds."""

import pytest


@pytest.fixture
def hold(sim):
    """Make a hold; returns it."""

    def hold(**body):
        answer = sim.post("/holds", json=body)
        assert answer.status_code == 200, answer.text
        return answer.json()

    return hold


def test_a_hold_shows_what_it_holds(sim, hold, run_task, advance):
    """Its release lists what continues."""
    run = run_task()
    created = hold(event="task_run.completed", id=run["id"])
    assert (created["event"], created["of"], created["held"]) == (
        "task_run.completed",
        run["id"],
        [],
    )
    advance("1m")
    (listed,) = sim.get("/holds").json()["data"]
    standing = {"id": run["id"], "status": "running", "since": "2025-01-15T09:30:11Z"}
    assert (listed["id"], listed["held"], listed["answers"]) == (created["id"], [standing], 0)
    assert (created["met"], listed["met"]) == (0, 1)
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


def test_a_hold_that_stopped_nothing_is_noted_at_its_release(sim, simulation, hold, run_task):
    """Reports name it: the test proves less than its author thinks."""
    run_task()
    holds = [hold(event=event) for event in ("task_run.completed", "task_run.failed")]
    sim.post("/clock/advance", json={"by": "1m"})
    for created in holds:
        sim.delete(f"/holds/{created['id']}")
    assert [*simulation().unmet_holds] == ["`task_run.failed`"]
