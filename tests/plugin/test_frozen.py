"""Tests that freeze the process themselves: with a world of its own time, and with `follow`."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from freezegun import freeze_time

from deck_sim.handle.failure_report import write_report

START = datetime(2034, 3, 1, 12, tzinfo=UTC)
WAYS = {
    "freezegun": lambda: freeze_time("2034-03-01 12:00"),
    "freezegun, ticking": lambda: freeze_time("2034-03-01 12:00", tick=True),
    "freezegun, each read a tick": lambda: freeze_time("2034-03-01 12:00", auto_tick_seconds=0.1),
    "time-machine": lambda: time_machine.travel("2034-03-01 12:00Z", tick=False),
    "time-machine, ticking": lambda: time_machine.travel("2034-03-01 12:00Z", tick=True),
}


@pytest.fixture(params=WAYS)
def freeze(request):
    """Freeze the process in one of the ways."""
    return WAYS[request.param]


def test_a_frozen_world_keeps_its_time(deck, freeze, start_run, read_run):
    """It moves only by its own methods."""
    with freeze():
        run = start_run(deck)
        deck.advance("5m")
        assert read_run(deck, run)["status"] == "completed"
        assert deck.clock.now == datetime(2025, 1, 15, 9, 35, tzinfo=UTC)


@pytest.mark.parametrize("way", ["freezegun", "time-machine"])
def test_a_world_that_the_process_leaves_behind_says_so_once(
    way, deck, start_run, read_run, caplog
):
    """In the timeline, the report and the log; not if the world moves too."""
    with WAYS[way]() as frozen:
        move = getattr(frozen, "tick" if way == "freezegun" else "shift")
        run = start_run(deck)
        move(60)
        deck.advance(60)
        read_run(deck, run)
        assert deck.world["unfollowed_process"] is None
        for _ in "ab":
            move(300)
            read_run(deck, run)
    text = f"the process is frozen by {way} and moved 5m ahead; this world does not follow it: use"
    assert [entry.what for entry in deck.timeline if text in entry.what] == [
        f'{text} `deck_time`, or clock="follow"'
    ]
    assert caplog.text.count(text) == 1
    assert f"  {text}" in write_report(deck).partition("why nothing moved:")[2]


@pytest.mark.deck(clock="follow")
def test_a_world_follows_the_frozen_process(deck, freeze, start_run, deck_webhooks):
    """A read settles what fell due when the freezer moved."""
    with freeze() as frozen:
        run = start_run(deck)
        assert deck.clock.now - START < timedelta(minutes=1)
        getattr(frozen, "tick" if hasattr(frozen, "tick") else "shift")(300.0)
        assert deck.clock.now - START >= timedelta(minutes=5)
        assert deck_webhooks.wait_for("task_run.completed", run, timeout=60)


@pytest.mark.deck(clock="follow")
def test_a_world_follows_from_one_frozen_block_to_the_next(deck, start_run):
    """As freezegun's decorators and blocks are used."""
    with freeze_time("2024-03-01 12:00"):
        start_run(deck)
    for moment, status in [("12:00:05", "running"), ("12:05", "completed")]:
        with freeze_time(f"2024-03-01 {moment}"):
            assert deck.runs[0]["status"] == status
    assert deck.clock.now == datetime(2024, 3, 1, 12, 5, tzinfo=UTC)


@pytest.mark.deck(clock="follow")
def test_wait_for_moves_a_following_world(deck, start_run, deck_webhooks):
    """It reads the world again and again."""
    with freeze_time("2034-03-01", auto_tick_seconds=0.1):
        run = start_run(deck)
        assert deck_webhooks.wait_for("task_run.completed", run, timeout=60)
