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
    made = hold(event="task_run.completed", id=run["id"])
    assert (made["event"], made["of"], made["held"]) == ("task_run.completed", run["id"], [])
    advance("1m")
    (shown,) = sim.get("/holds").json()["data"]
    standing = {"id": run["id"], "status": "running", "since": "2025-01-15T09:30:11Z"}
    assert (shown["id"], shown["held"], shown["answers"]) == (made["id"], [standing], 0)
    assert (made["met"], shown["met"]) == (0, 1)
    answer = sim.delete(f"/holds/{made['id']}").json()
    assert (answer["deleted"], answer["released"], answer["answers"]) == (True, [run["id"]], 0)
    assert sim.get("/holds").json()["data"] == []
    assert sim.get("/task-runs").json()["data"][0]["status"] == "completed"


def test_advance_and_next_show_what_is_held(sim, hold, run_task):
    run = run_task()
    assert "held" not in sim.get("/next").json()
    made = hold(event="task_run.completed")
    held = [{"id": run["id"], "event": "task_run.completed", "hold": made["id"]}]
    report = sim.post("/clock/advance", json={"until": "idle"}).json()
    assert (report["now"], report["held"]) == ("2025-01-15T09:30:11Z", held)
    now = sim.get("/next").json()
    assert (now["held"], now["waiting"][0]["id"]) == (held, run["id"])


def test_a_hold_for_an_unknown_id_is_refused(message, hold, run_task):
    """An event type of a script may be about any resource with a story."""
    run = run_task()["id"]
    hint = "; leave out `id` to hold the next one"
    body = {"event": "task_run.completed", "id": "trun_nope"}
    assert message("POST", "/holds", json=body) == f"`id`: no task_run has the id 'trun_nope'{hint}"
    wrong = {"event": "connection.connected", "id": run}
    assert message("POST", "/holds", json=wrong) == f"`id`: no connection has the id '{run}'{hint}"
    assert message("POST", "/holds", json={"event": "x.y", "id": run[:-1]}) == (
        f"`id`: no connection or task_run has the id '{run[:-1]}'; did you mean '{run}'?{hint}"
    )
    assert hold(event="x.y", id=run)["of"] == run


def test_an_unknown_hold_cannot_be_released(message, hold):
    made = hold(event="task_run.completed")
    text = message("DELETE", "/holds/hold_x")
    assert text == f"this world has no hold 'hold_x'; its holds are `{made['id']}`"
