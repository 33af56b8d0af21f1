from datetime import UTC, datetime

import pytest
import time_machine
from freezegun import freeze_time

from deck_sim.handle.failure_report import write_report

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
        assert text in write_report(deck).partition("why nothing moved:")[2]
        deck.advance_to(datetime.now(UTC))
        assert deck.runs[0]["status"] == "completed"
    assert text not in write_report(deck)
