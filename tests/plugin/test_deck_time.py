import asyncio
import os
from contextlib import ExitStack
from datetime import UTC, date, datetime, timedelta

import pytest
import standardwebhooks
import time_machine
from freezegun import freeze_time

from deck_sim import Deck, DeckSimError
from deck_sim.engine.world import FROZEN_START
from deck_sim.handle.failure_report import write_report
from forks import Child
from pytest_deck_sim.frozen_time import bind

SECOND = timedelta(seconds=1)


def elapsed():
    """The time of the process since the start of a world."""
    return datetime.now(UTC) - FROZEN_START


@pytest.fixture(params=["in this process", "elsewhere"])
def world(request, deck):
    """A world and its `deck_time`, which reads it directly, or by calls to another process."""
    if request.param == "in this process":
        yield deck, request.getfixturevalue("deck_time")
    else:
        with Deck(request.getfixturevalue("elsewhere"), deck.api_key) as other:
            other.reset()
            with bind(other) as time:
                yield other, time
            other.delete()


MOVES = {  # and how far each moves both
    "tick": (lambda deck, time: time.tick(), SECOND),
    "text": (lambda deck, time: time.tick("1h30m"), timedelta(minutes=90)),
    "move_to": (lambda deck, time: time.move_to(date(2025, 1, 16)), timedelta(hours=14.5)),
    "settle": (lambda deck, time: deck.settle(), 10 * SECOND),
    "sleep": (lambda deck, time: deck.sleep(1.5), 1.5 * SECOND),
}


def test_the_process_and_the_world_move_as_one(world, start_run):
    deck, time = world
    for name, (move, length) in MOVES.items():
        deck.reset()
        start_run(deck)
        move(deck, time)
        assert elapsed() == time.now - FROZEN_START == deck.clock.now - FROZEN_START == length, name


def test_an_on_poll_jump_moves_the_process(world, start_run, read_run):
    deck, _ = world
    deck.clock.set("on_poll", now="2025-01-15T09:31")
    run = start_run(deck)
    assert read_run(deck, run)["status"] == "running"
    assert elapsed() == 62 * SECOND


def test_a_receiver_sees_the_time_of_each_webhook(world, receiver, start_run):
    (deck, time), arrivals = world, []
    deck.register_webhook(receiver.url)
    verifier = standardwebhooks.Webhook(deck.webhook_secret)

    def take(arrival, line):
        event = verifier.verify(arrival.body, arrival.headers)
        arrivals.append((event["type"], elapsed() // SECOND))
        return 200

    receiver.say(take)
    start_run(deck, "slow_success")
    time.tick("1h")
    assert arrivals == [
        ("task_run.queued", 0),
        ("task_run.running", 3 * 60),
        ("task_run.completed", 25 * 60),
    ]
    assert elapsed() == timedelta(hours=1)


def test_the_time_can_be_read_when_the_server_has_gone(serving_apart):
    """A thread in the background may do so, such as the loop of another server."""
    with ExitStack() as server:
        url = server.enter_context(serving_apart())
        with Deck(url, "sk_test") as deck, bind(deck) as time:
            time.tick()
            server.close()
            assert elapsed() == SECOND


def test_the_freezer_does_not_go_back(world):
    deck, time = world
    for move in (lambda: time.tick(-1), lambda: time.move_to("2025")):
        with pytest.raises(
            DeckSimError, match=r"time cannot go back by .*: the clock shows 2025-01-15 09:30"
        ):
            move()
        assert (elapsed(), deck.clock.now) == (0 * SECOND, FROZEN_START)


def test_the_freezer_has_twins_for_coroutines(deck, deck_time):
    """The application on the same loop may have to answer a webhook."""

    async def move():
        await deck_time.async_tick("5s")
        await deck_time.async_move_to("2025-01-15 10:30")

    asyncio.run(move())
    assert elapsed() == timedelta(hours=1)


def test_an_inner_freeze_affects_the_process_only(deck, deck_time):
    with freeze_time("2030-01-01"):
        deck.advance("5s")
        assert datetime.now(UTC).year == 2030
    assert elapsed() == 5 * SECOND


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no forks")
@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
def test_a_forked_child_has_the_time_of_the_world(deck, deck_time):
    assert Child(lambda: (deck_time.tick(60), elapsed().seconds)[1]).result() == 60
    assert elapsed() == 60 * SECOND


def test_a_reset_world_sets_the_time_of_the_process(deck, deck_time):
    deck.reset(now="2031-01-01")
    assert datetime.now(UTC).year == 2031
    deck.delete()
    assert elapsed() == 0 * SECOND
    asyncio.run(asyncio.sleep(0.001))  # event loops keep real time, so this ends


def test_the_time_is_real_after_the_test(run):
    text = """
        import datetime, pytest
        def test_frozen(deck_time): assert datetime.datetime.now().year == 2025
        @pytest.mark.deck(clock="real")
        def test_refused(deck_time): pass
        def test_after(): assert datetime.datetime.now().year > 2025
    """
    result = run(text, "--durations=0", "-vv")
    result.assert_outcomes(passed=2, errors=1)
    result.stdout.no_re_match_line(r"-?\d{4,}\.\d\ds (setup|call|teardown)")
    result.stdout.fnmatch_lines(["*clock is `real`, which moves by itself; use clock='frozen'*"])


WAYS = {
    "freezegun": (lambda: freeze_time("2034-03-01 12:00"), "tick"),
    "time-machine": (lambda: time_machine.travel("2034-03-01 12:00Z", tick=False), "shift"),
}


@pytest.mark.parametrize("way", WAYS)
def test_the_report_says_that_only_the_process_has_moved(way, deck, start_run):
    text = "the time of this frozen process moved 5m, and the world's did not; use `deck_time`"
    freeze, move = WAYS[way]
    with freeze() as frozen:
        start_run(deck)
        getattr(frozen, move)(300)
        assert deck.runs[0]["status"] == "queued"
        assert text in write_report(deck).text.partition("why nothing moved:")[2]
        deck.advance_to(datetime.now(UTC))
        assert deck.runs[0]["status"] == "completed"
    assert text not in write_report(deck).text
