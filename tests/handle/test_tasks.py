"""`deck.ready_task` and `deck.start_run`."""

import pytest

from deck_sim import DeckSimError


def test_the_ids_of_a_ready_task_are_its_own(deck, api):
    first, second = deck.ready_task(), deck.ready_task(name="Read", input_schema={"type": "object"})
    assert first.task_id != second.task_id
    assert first.login == {"connection_id": first.connection_id}
    assert api.get(f"/tasks/{second.task_id}").json()["name"] == "Read"


def test_a_login_can_be_opened_by_its_script(deck):
    """A seeded one is ready, and has no events."""
    deck.use("connection_needs_mfa")
    assert deck.ready_task().connection_id == deck.connections[0]["id"]
    assert (deck.connections[0]["status"], deck.events) == ("connected", [])
    opened = deck.ready_task(login=True).connection_id
    deck.advance_until("connection.interaction_required", opened)
    assert [one["status"] for one in deck.connections] == ["connected", "interaction_required"]


@pytest.mark.parametrize("edition", ["connections", "credentials"])
def test_a_run_is_started_and_played_up_to_a_status(deck, edition):
    """Without a status nothing is played; one that the run has at once needs no time either."""
    deck.reset(edition=edition, clock="frozen")
    now = deck.clock.now
    runs = [deck.start_run("source_down"), deck.start_run("source_down", status="queued")]
    assert [run["status"] for run in runs] == ["queued", "queued"]
    assert deck.clock.now == now
    schema = {"const": {"rooms": 3}}
    run = deck.start_run(input={"nights": 2}, output_schema=schema, status="completed")
    assert (run["input"], run["output"]) == ({"nights": 2}, {"rooms": 3})
    assert run == deck.runs[-1]


def test_the_login_is_opened_if_the_scenario_has_a_script_for_it(deck):
    """The run starts when the login is ready."""
    login = {"connection": [{"connecting": "1m"}, "connected"]}
    deck.use(deck.scenario({**login, "name": "slow_login"}))
    run = deck.start_run(status="completed")
    assert run["created_at"] == "2025-01-15T09:31:00Z"
    assert [row["scenario"] for row in deck.coverage()] == ["slow_login"]
    deck.scenario({"connection": ["connected"], "name": "fast_login"})
    assert deck.start_run("fast_login")["created_at"] == "2025-01-15T09:31:10Z"


REFUSED = [
    (
        {"scenario": "mfa_then_success", "status": "completed"},
        "no `task_run.completed` of `trun_.*an answer to `mfa` must give `code`",
    ),
    ({"scenario": "source_down", "status": "completed"}, "`failed` .source/source_not_available"),
    ({"scenario": "credentials_rejected"}, "no `connection.connected` of `conn_.*is `invalid`"),
    ({"status": "complete"}, "a run is never 'complete'; did you mean 'completed'"),
    ({"scenario": "sucess"}, "names an unknown scenario: 'sucess'; did you mean"),
]


def test_a_status_that_is_not_reached_is_an_error(deck):
    for how, text in REFUSED:
        with pytest.raises(DeckSimError, match=text):
            deck.start_run(**how)


@pytest.mark.asyncio
async def test_coroutines_start_runs_too(deck):
    run = await deck.async_start_run("source_down", status="failed")
    assert (run["status"], deck.runs) == ("failed", [run])
    with pytest.raises(DeckSimError, match="async_start_run"):
        deck.start_run(status="completed")
