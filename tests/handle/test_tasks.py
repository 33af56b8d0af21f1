"""`deck.ready_task` and `deck.start_run`."""

import pytest

from deck_sim import DeckSimError

EDITIONS = ("connections", "credentials")


@pytest.fixture(params=EDITIONS)
def world(request, deck):
    """The handle of a world, in both editions."""
    deck.reset(edition=request.param, clock="frozen")
    return deck


def test_a_login_can_be_opened_by_its_script(deck):
    """A seeded one is ready, and has no events."""
    deck.use("connection_needs_mfa")
    assert deck.ready_task().connection_id == deck.connections[0]["id"]
    assert (deck.connections[0]["status"], deck.events) == ("connected", [])
    opened = deck.ready_task(login=True).connection_id
    deck.advance_until("connection.interaction_required", opened)
    assert [one["status"] for one in deck.connections] == ["connected", "interaction_required"]


def test_a_login_that_is_created_is_not_verified(deck):
    """A credential plays no script, but the first run has to verify it."""
    deck.reset(edition="credentials")
    ready = deck.ready_task(login=True)
    assert [(one["id"], one["status"]) for one in deck.credentials] == [
        (ready.credential_id, "unverified")
    ]


def test_a_run_is_started_and_played_up_to_a_status(world):
    run = world.start_run("mfa_then_success", input={"nights": 2}, status="interaction_required")
    assert (run["status"], run["input"]) == ("interaction_required", {"nights": 2})
    assert [run] == world.runs
    assert world.world["default_scenario"] == "success"


def test_without_a_status_nothing_is_played(world):
    """A status that the run has at once needs no time either."""
    now = world.clock.now
    runs = [world.start_run("source_down"), world.start_run("source_down", status="queued")]
    assert [run["status"] for run in runs] == ["queued", "queued"]
    assert world.clock.now == now


def test_fields_of_the_task_can_be_given(deck):
    run = deck.start_run(output_schema={"const": {"rooms": 3}}, status="completed")
    assert run["output"] == {"rooms": 3}


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
    (
        {"scenario": "connection_needs_mfa"},
        "no `connection.connected` of `conn_.*an answer to `mfa` must give `code`",
    ),
    ({"scenario": "credentials_rejected"}, "no `connection.connected` of `conn_.*is `invalid`"),
    ({"status": "complete"}, "a run is never 'complete'; did you mean 'completed'"),
    ({"status": "gone"}, "a run is never 'gone'; known are `queued`, "),
    ({"scenario": "sucess"}, "names an unknown scenario: 'sucess'; did you mean"),
    ({"input": [1]}, "`input`: must be an object"),
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
