"""Why each unfinished resource waits, in `/_sim/next`."""

import pytest


@pytest.fixture
def unfinished(sim):
    """The unfinished resources by id."""
    return lambda: {one["id"]: one for one in sim.get("/next").json()["unfinished"]}


def test_a_run_that_waits_for_time_says_when_and_for_what(run_task, unfinished, sim):
    """On a frozen clock an advance helps; on a real one there is nothing to do."""
    run = run_task()
    assert unfinished() == {
        run["id"]: {
            "id": run["id"],
            "kind": "task_run",
            "status": "queued",
            "since": "2025-01-15T09:30:01Z",
            "why": "The clock is frozen; it becomes `running` in 2s.",
            "remedy": {"do": "advance", "by": "2s"},
            "next": {
                "at": "2025-01-15T09:30:03Z",
                "in": "2s",
                "what": "the script goes on",
                "to": "running",
            },
        }
    }
    sim.put("/clock", json={"mode": "real", "speed": 0.001})
    waits = unfinished()[run["id"]]
    assert waits["why"] == "It becomes `running` in 2s."
    assert waits["remedy"] == {"do": "wait"}


def test_an_attempt_in_progress_waits_for_its_receiver(
    sim, subscribe, receiver, unfinished, run_task
):
    """No time passes during the attempt."""
    found = []
    receiver.say(lambda arrival, line: found.append(unfinished()) or 200)
    subscribe("task_run.running")
    run = run_task()
    sim.post("/clock/advance", json={"by": "2s"})
    (during,) = found
    assert during[run["id"]]["why"] == "An advance is in progress; it becomes `completed` in 8s."
    (delivery,) = [one for one in during.values() if one["kind"] == "event_delivery"]
    assert (delivery["why"], delivery["remedy"]) == (
        "Its receiver has not answered yet.",
        {"do": "wait"},
    )


def test_the_latest_unfinished_resources_are_listed_and_all_are_counted(sim, run_task):
    """`limit` cuts the other lists, which are complete without it."""
    for _ in range(205):
        run_task()
    whole, cut = sim.get("/next").json(), sim.get("/next?limit=3").json()
    assert (len(whole["unfinished"]), whole["unfinished_total"]) == (200, 205)
    assert (len(whole["due"]), len(cut["due"])) == (410, 3)


def test_a_held_run_names_its_hold(run_task, unfinished, advance, sim):
    """Since when it is held, not since its status."""
    run = run_task()
    hold = sim.post("/holds", json={"event": "task_run.completed"}).json()
    advance("1m")
    held = unfinished()[run["id"]]
    assert held["why"].startswith("Held before `task_run.completed` until it is released; ")
    assert held["remedy"] == {"do": "release", "hold": hold["id"]}
    assert held["since"] == "2025-01-15T09:30:11Z"


@pytest.fixture
def run_in_session(request, api, sim):
    """A run in a world of the edition `credentials`."""
    sim.post("/reset", json={"edition": "credentials"})
    source, task = map(request.getfixturevalue, ("source", "task"))
    return api.post(f"/tasks/{task['id']}/run", json={"source_id": source["id"]}).json()


def test_a_session_waits_for_its_run(run_in_session, unfinished):
    session = unfinished()[run_in_session["session_id"]]
    assert session["why"] == f"It waits for the task run `{run_in_session['id']}`."
    assert session["remedy"] == {"do": "none"}


def test_a_status_that_ends_by_itself_says_what_follows(run_in_session, sim, unfinished):
    """A canceled run takes a moment in the edition `credentials`."""
    sim.post(f"/task-runs/{run_in_session['id']}/cancel")
    waits = unfinished()[run_in_session["id"]]
    assert (waits["status"], waits["next"]["to"]) == ("cancelling", "canceled")


def test_a_delivery_that_is_tried_again_says_how_the_last_attempt_went(
    subscribe, receiver, unfinished, agent, advance
):
    receiver.say(503)
    subscribe("agent.created")
    agent()
    found = []
    for _ in "ab":
        found += [one["why"] for one in unfinished().values() if one["kind"] == "event_delivery"]
        advance("1s")
    assert found[0] == "The clock is frozen; a delivery is attempted as soon as time passes."
    assert found[1].startswith("The clock is frozen; attempt 1 failed (503); a delivery is")


def test_the_end_of_a_script_leads_to_no_status(sim, api, source, advance):
    """The connection stays as it is."""
    steps = [{"connecting": "1s"}, {"connected": "10m"}]
    sim.put("/scenarios/login", json={"connection": steps})
    body = {"source_id": source["id"], "auth_method": "none"}
    api.post("/connections", json=body, headers={"Deck-Sim-Scenario": "login"})
    advance("1s")
    (due,) = sim.get("/next").json()["due"]
    assert due["in"] == "10m"
    assert "to" not in due
