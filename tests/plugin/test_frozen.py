"""Tests that freeze the process themselves, with a world of its own time."""

from datetime import UTC, datetime

import pytest
import time_machine
from freezegun import freeze_time

from deck_sim.handle.failure_report import write_report

WAYS = {
    "freezegun": lambda: freeze_time("2034-03-01 12:00"),
    "freezegun, each read a tick": lambda: freeze_time("2034-03-01 12:00", auto_tick_seconds=0.1),
    "time-machine": lambda: time_machine.travel("2034-03-01 12:00Z", tick=False),
    "time-machine, ticking": lambda: time_machine.travel("2034-03-01 12:00Z", tick=True),
}


@pytest.mark.parametrize("way", WAYS)
def test_a_frozen_world_keeps_its_time(deck, way, start_run, read_run):
    with WAYS[way]():
        run = start_run(deck)
        deck.advance("5m")
        assert read_run(deck, run)["status"] == "completed"
        assert deck.clock.now == datetime(2025, 1, 15, 9, 35, tzinfo=UTC)


@pytest.mark.parametrize("way", ["freezegun", "time-machine"])
def test_the_report_says_that_only_the_process_has_moved(way, deck, start_run):
    """Not if the world moves to the time of the process."""
    text = "the time of this frozen process moved 5m, and the world's did not: use `deck_time`"
    with WAYS[way]() as frozen:
        start_run(deck)
        getattr(frozen, "tick" if way == "freezegun" else "shift")(300)
        assert deck.runs[0]["status"] == "queued"
        assert text in write_report(deck).partition("why nothing moved:")[2]
        deck.advance_to(datetime.now(UTC))
        assert deck.runs[0]["status"] == "completed"
    assert text not in write_report(deck)
