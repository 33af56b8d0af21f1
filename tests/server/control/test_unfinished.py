import pytest


@pytest.fixture
def unfinished(sim):
    return lambda: {resource["id"]: resource for resource in sim.get("/next").json()["unfinished"]}


def test_a_run_that_waits_for_time_says_when_and_for_what(run_task, unfinished):
    run = run_task()
    due = {"at": "2025-01-15T09:30:03Z", "in": "2s", "what": "the script continues"}
    assert unfinished()[run["id"]] == {
        "id": run["id"],
        "kind": "task_run",
        "status": "queued",
        "since": "2025-01-15T09:30:01Z",
        "why": "The clock is frozen; it becomes `running` in 2s.",
        "remedy": {"do": "advance", "by": "2s"},
        "next": {**due, "to": "running"},
    }


def test_an_attempt_in_progress_waits_for_its_receiver(
    sim, subscribe, receiver, unfinished, run_task
):
    """No time passes during the attempt."""
    answers = []
    receiver.say(lambda arrival, line: answers.append(unfinished()) or 200)
    subscribe("task_run.running")
    run = run_task()
    sim.post("/clock/advance", json={"by": "2s"})
    (during,) = answers
    assert during[run["id"]]["why"] == "An advance is in progress; it becomes `completed` in 8s."
    (delivery,) = [resource for resource in during.values() if resource["kind"] == "event_delivery"]
    assert delivery["why"] == "Its receiver has not answered yet."
    assert delivery["remedy"] == {"do": "wait"}


def test_the_latest_unfinished_resources_are_listed_and_all_are_counted(sim, run_task, advance):
    """`limit` cuts the other lists, which are complete without it."""
    for _ in range(205):
        run_task("needs_approval")
    advance("1m")
    whole, cut = sim.get("/next").json(), sim.get("/next?limit=3").json()
    assert (len(whole["unfinished"]), whole["unfinished_total"]) == (200, 205)
    assert (len(whole["due"]), len(whole["waiting"])) == (410, 205)
    assert (len(cut["due"]), len(cut["waiting"])) == (3, 3)


def test_a_held_run_names_its_hold(run_task, unfinished, advance, sim):
    """Since when it is held, not since its status."""
    run = run_task()
    hold = sim.post("/holds", json={"event": "task_run.completed"}).json()
    advance("1m")
    held = unfinished()[run["id"]]
    assert held["remedy"] == {"do": "release", "hold": hold["id"]}
    assert held["since"] == "2025-01-15T09:30:11Z"
