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
def open_connection(sim, api, source):
    """Open a connection whose script has these steps."""

    def open_connection(*steps):
        answer = sim.put("/scenarios/login", json={"connection": [*steps]})
        assert answer.status_code == 200, answer.text
        body = {"source_id": source["id"], "auth_method": "none"}
        headers = {"Deck-Sim-Scenario": "login"}
        return api.post("/connections", json=body, headers=headers).json()

    return open_connection


@pytest.fixture
def run_in_session(credentials_edition, api, source, task):
    """A run in a world of the edition `credentials`."""
    return api.post(f"/tasks/{task['id']}/run", json={"source_id": source["id"]}).json()


def test_a_session_waits_for_its_run(run_in_session, unfinished):
    """In the edition that has sessions."""
    session = unfinished()[run_in_session["session_id"]]
    assert session["why"] == f"It waits for the task run `{run_in_session['id']}`."
    assert session["remedy"] == {"do": "none"}


def test_a_delivery_that_is_tried_again_says_how_the_last_attempt_went(
    subscribe, receiver, unfinished, agent, advance
):
    receiver.say(503)
    subscribe("agent.created")
    agent()
    first = [one for one in unfinished().values() if one["kind"] == "event_delivery"]
    advance("1s")
    second = [one for one in unfinished().values() if one["kind"] == "event_delivery"]
    assert first[0]["why"] == "The clock is frozen; a delivery is attempted as soon as time passes."
    assert second[0]["why"].startswith("The clock is frozen; attempt 1 failed (503); a delivery is")


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


def test_a_limit_is_a_number(message):
    assert message("GET", "/next?limit=-1") == "`limit` must be a whole number from 0, not '-1'"


def test_a_status_that_ends_by_itself_says_what_follows(run_in_session, sim, unfinished):
    """A canceled run takes a moment in the edition `credentials`."""
    sim.post(f"/task-runs/{run_in_session['id']}/cancel")
    waits = unfinished()[run_in_session["id"]]
    assert (waits["status"], waits["next"]["to"]) == ("cancelling", "canceled")


def test_the_end_of_a_script_leads_to_no_status(sim, open_connection, advance):
    """The connection stays as it is."""
    opened = open_connection({"connecting": "1s"}, {"connected": "10m"})
    advance("1s")
    (due,) = sim.get("/next").json()["due"]
    assert (due["id"], due["in"]) == (opened["id"], "10m")
    assert "to" not in due
