"""Tests that `deck_explore` explores, each with the result that it has."""

import httpx2
import pytest

from deck_sim.contract.editions import EDITIONS

explore, result = pytest.mark.deck_explore, pytest.mark.result
LOST = "lost_response at POST /v2/agents #1"  # which a `client` does not survive
editions = pytest.mark.parametrize(
    "edition", [pytest.param(name, marks=pytest.mark.deck(edition=name)) for name in EDITIONS]
)


def counts(survived, others=0, untested=0):
    total = survived + others + untested
    troubles = f"{total} trouble{'s' if total > 1 else ''}"
    return f"{troubles}: {survived} survived, {others} did not, {untested} not tested*"


# Findings


@editions
@explore
@result("passed", "* troubles: * survived, 0 did not, 0 not tested; * left out")
def test_a_program_without_mistakes_survives(sound_client, edition):
    assert sound_client.wait(sound_client.start_run()) == "completed"


@editions
@explore(troubles=["lost_response"])
@result(
    "failed",
    "1 trouble: 0 survived, 1 did not, 0 not tested; timing not explored: *",
    "lost_response at POST /v2/tasks/[*]/run #1",
    "  work done twice: 2 task runs where the baseline has 1",
    "  what helps: send an `Idempotency-Key` with each create*",
    "  again:      pytest *::test_a_run_is_started_twice* --deck-trouble='lost_response at POST*'",
)
def test_a_run_is_started_twice(client, edition):
    client.start_run()


@pytest.fixture
def agent_id(deck_client):
    return deck_client.post("/agents", json={"name": "a"}).json()["id"]


@explore(troubles=["unavailable"])
@result("failed", "unavailable at POST /v2/agents #1", "  *Error*")
def test_the_setup_of_a_run_fails(agent_id):
    pass


@explore(troubles=["lost_response"])
@result("failed", LOST, "  work done twice: 3 agents where the baseline has 2")
def test_a_world_after_a_reset_has_its_own_places(deck, deck_client, request):
    deck.reset(seed=7, edition="credentials")
    request.getfixturevalue("client").create_agent()


@explore(troubles=["lost_once"])
@result("passed", counts(3))
@pytest.mark.parametrize("move", ["advance", "finish", "advance_until"])
def test_an_advance_waits_for_a_postponed_delivery(deck, client, receiver, move):
    """In a run with a trouble; without one the same move ends before the second attempt."""
    moves = {
        "advance": lambda run: deck.advance("11s"),
        "finish": deck.finish,
        "advance_until": lambda run: deck.advance_until("task_run.completed"),
    }
    run = client.start_run()
    moves[move](run)
    assert receiver.statuses[run["id"]] == "completed"


@explore(troubles=["lost_response", "at_once"])
@result("passed", counts(3))
def test_an_awaited_event_may_have_come_already(deck, sound_client):
    """The program slept before it repeated the call, or the second run ended with the first."""
    runs = [sound_client.start_run()]
    deck.use("slow_success")
    sound_client.headers = {"Idempotency-Key": "order-2"}
    runs.append(sound_client.start_run())
    for run in runs:
        deck.advance_until("task_run.completed", run)


@explore(troubles=["lost_response"])
@result("passed", counts(1))
def test_a_sleep_before_a_repetition_is_not_longer(deck, deck_client, sound_client, receiver):
    """Until then, the program refuses webhooks of a run that it does not know."""
    receiver.knows = lambda run: sound_client.runs
    sound_client.runs = []
    sound_client.runs.append(sound_client.start_run())
    deck.settle()
    assert receiver.statuses


@explore(troubles=["lost_once"])
@result("passed", counts(3))
def test_deliveries_are_finished_unless_the_run_goes_on_before(deck, sound_client, receiver):
    """So the test finds the status that it awaits."""
    deck.use(deck.scenario({"task_run": [{"queued": "1s"}, {"running": "1s"}, "completed"]}))
    sound_client.start_run()
    for status in ("running", "completed"):
        deck.advance_until(f"task_run.{status}")
        assert deck.runs[0]["status"] == status
    assert {delivery["status"] for delivery in deck.deliveries} == {"success"}


@explore(troubles=["slow"])
@result("passed", "1 trouble: * survived, 0 did not, *")
@pytest.mark.parametrize("scenario", ["slow_success", "long_queue"])
def test_longer_steps_let_no_run_time_out(deck, sound_client, scenario):
    """Which goes on after the test."""
    deck.sleep(1)
    deck.use(scenario)
    sound_client.start_run()


# What is not explored


@explore(troubles=["at_once"])
@result("passed", "*timing not explored: a run reaches a timeout")
def test_timing_is_not_explored_if_a_run_reaches_a_timeout(deck, client):
    """A shorter step would change how it ends."""
    deck.use("task_timeout")
    run = client.start_run()
    for _ in range(5):
        client.read_status(run)
        deck.sleep(1)


@explore(skip=["lost_response", "client_timeout", "fails_again"])
@result("passed", "3 troubles: *; worlds that `deck.restore` put back are not explored")
def test_a_restored_world_is_not_explored(deck, client):
    snapshot = deck.snapshot()
    client.create_agent()
    deck.restore(snapshot)
    client.create_agent()


@explore
@result("failed", "nothing to explore: the test made no call of the Deck API")
def test_a_marked_test_without_calls_fails(deck):
    deck.ready_task()


successes = iter([True])


@explore
@result("failed", "the two runs*", "  the second run fails: AssertionError: too many*")
def test_a_test_that_passes_once_fails(client):
    client.create_agent()
    assert next(successes, False), "too many"


@explore(False)
@result("passed")
def test_false_forbids_exploration(client):
    client.create_agent()


@result("passed")
def test_without_the_marker_a_test_is_not_explored(client):
    client.create_agent()


# Arguments


class Unavailable(Exception):
    """The result of a program that Deck does not answer."""


def arguments(outcome, line, **options):
    """A run of a test with these arguments of the marker, and its result."""
    return pytest.param(f"{options}", marks=[explore(**options), result(outcome, line)])


ARGUMENTS = [
    arguments("passed", counts(3), skip=["lost_response", "client_timeout", "fails_again"]),
    arguments("failed", counts(1, 1, 1), troubles=["reset", LOST, "late"]),
    arguments("passed", counts(0, 0, 1), troubles=["reset at POST /v2/agents #2"]),
    arguments(
        "passed",
        f"{counts(2)}; 1 not tried*",
        skip=[LOST, "client_timeout", "fails_again"],
        limit=2,
    ),
    arguments("passed", counts(0, 1), troubles=["lost_response"], report_only=True),
    arguments(
        "failed", "  work done twice: 3 agents *", raises=Unavailable, troubles=["lost_response"]
    ),
]


@pytest.mark.parametrize("options", ARGUMENTS)
def test_the_runs_and_the_verdict_can_be_chosen(client, options):
    client.create_agent()


EXCEPTIONS = [
    arguments("passed", counts(6), raises=Unavailable),
    arguments("passed", counts(1), raises=(KeyError, Unavailable), troubles=["reset"]),
    arguments("failed", "*Unavailable", raises=ValueError, troubles=["reset"]),
]


@pytest.mark.parametrize("options", EXCEPTIONS)
def test_an_exception_can_be_a_result(deck_client, options):
    """The program may then leave things undone."""
    try:
        deck_client.post("/agents", json={"name": "a"}).raise_for_status()
    except httpx2.HTTPError as error:
        raise Unavailable from error


# Each run


events = []


@pytest.fixture(scope="class")
def wide():
    events.append("class")
    yield
    events.append("end of class")


@pytest.fixture
def narrow():
    events.append("function")
    yield
    events.append("end")


@pytest.mark.usefixtures("wide")
class TestEachRun:
    """Fixtures of wider scopes are made once, and end when pytest ends them."""

    @explore(troubles=["reset", "unavailable"])
    @result("passed", counts(2))
    def test_has_its_own_fixtures_and_instance(self, client, narrow, tmp_path, monkeypatch):
        assert not hasattr(self, "is_used")
        assert not [*tmp_path.iterdir()]
        self.is_used = True
        (tmp_path / "file").write_text("x")
        client.create_agent()

    @result("passed")
    def test_has_no_wider_fixtures_of_its_own(self):
        assert events == ["class", *["function", "end"] * 4]


@explore(troubles=["reset"])
@result("passed", counts(1))
def test_each_run_has_what_was_stored_with_the_test_when_it_was_collected(client, stored):
    assert stored == "at collection"
    client.create_agent()


@pytest.fixture(scope="class")
def failing_at_its_end():
    yield
    raise RuntimeError("at the end")


class TestWiderFixture:
    """It ends after all runs of a test."""

    @explore(troubles=["reset"])
    @result("passed error", counts(1), "E * RuntimeError: at the end")
    def test_that_fails_at_its_end_is_reported(self, client, failing_at_its_end):
        print("output of a run that passes")
        client.create_agent()


@pytest.mark.deck(lint="fail")
@explore(skip=["lost_response", "client_timeout", "fails_again"])
@result("passed", counts(6))
def test_a_trouble_is_no_leftover_and_its_own_mistakes_no_finding(deck, client):
    """Unused faults fail a strict test, and findings of `lint` others, but not with a trouble."""
    deck.queue("success")
    client.create_agent()
    client.start_run()


timeouts = iter([False, False, True])


@explore(troubles=["reset"])
@result("failed", "*from pytest-timeout.; this limit is for all runs of an expl*")
def test_a_time_limit_is_for_the_whole_exploration(client):
    client.create_agent()
    if next(timeouts):  # pytest-timeout fails the run that is in progress
        pytest.fail("Timeout (>1.0s) from pytest-timeout.")


@explore(troubles=["lost_once"])
@result("passed", counts(3))
def test_a_move_by_nothing_is_for_deliveries(deck, sound_client, receiver):
    deck.use(deck.scenario({"task_run": [{"queued": "1s"}, {"running": "1s"}, "completed"]}))
    run = sound_client.start_run()
    deck.advance(0)
    assert run["id"] in receiver.statuses
    deck.settle()


# Counts and moments


@explore(skip=["rate_limited", "client_timeout", "fails_again"])
@result("passed", counts(3))
def test_calls_that_a_trouble_causes_are_not_counted(deck, sound_client):
    sound_client.create_agent()
    deck.requests.assert_called("POST /v2/agents", times=1, status=201)
    deck.lint.check()


@explore(troubles=["at_once", "slow"])
@result("passed", "2 troubles: 0 survived, 0 did not, *; changed only counts or moments: 2*")
def test_the_number_of_reads_is_no_damage(deck, sound_client):
    sound_client.wait(sound_client.start_run())
    deck.requests.assert_called("GET /v2/task-runs/*", times=11)


@explore(troubles=["at_once", "reset"])
@result("passed", "2 troubles: 0 survived, 0 did not, *; changed only counts or moments: 2*")
def test_a_status_in_between_or_a_moment_is_no_damage(deck, sound_client):
    began = deck.clock.now
    sound_client.start_run()
    deck.advance_until("task_run.running")
    assert deck.runs[0]["status"] == "running"
    assert (deck.clock.now - began).seconds == 2


@explore(troubles=["slow"])
@result(
    "failed", counts(0, 1), "  wrong state: AssertionError*", "*poll until the status is final*"
)
def test_a_program_that_sleeps_and_gives_up_names_no_moment(deck, sound_client):
    sound_client.start_run()
    for _ in range(9):
        deck.sleep(5)
        last_seen = deck.runs[0]["status"]
    assert last_seen == "completed"


@explore(troubles=["at_once"])
@result(
    "passed",
    "1 trouble: 0 survived, 0 did not, *; changed only counts or moments: 1*",
    "changed only counts or moments, which fails nothing:",
    "  at_once: KeyError: 'completed'",
)
def test_an_error_of_the_test_itself_after_another_moment_is_no_damage(deck, sound_client):
    sound_client.start_run()
    deck.advance_until("task_run.running")
    {"running": "as usual"}[deck.runs[0]["status"]]


@explore(troubles=["duplicate"])
@result(
    "failed", "duplicate at task_run.queued of run 1, and 2 more", "  wrong state: *assert 4 == 3*"
)
def test_damage_is_a_finding_although_the_world_is_as_usual(deck, sound_client, receiver):
    handled = []
    receiver.knows = lambda run: handled.append(run) is None
    sound_client.start_run()
    deck.advance("1m")
    assert len(handled) == 3


@explore
@result("passed", "0 troubles: *")
def test_a_call_that_meets_a_fault_of_the_test_is_no_place(deck, sound_client):
    """Nor are its repetitions."""
    deck.fault("POST /v2/agents", status=503, times=2)
    sound_client.create_agent()
