"""Real time, also while the process is frozen."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from freezegun import freeze_time

from deck_sim import realtime

FAR = datetime(2040, 1, 1, tzinfo=UTC)
FREEZERS = {
    "freezegun": lambda: freeze_time(FAR),
    "time-machine": lambda: time_machine.travel(FAR, tick=False),
}


def test_now_is_the_present_in_utc():
    """The moment agrees with the machine's own."""
    before = datetime.now(UTC)
    assert before <= realtime.now() <= datetime.now(UTC) + timedelta(microseconds=1)
    assert realtime.now().tzinfo is UTC


@pytest.mark.parametrize("freezer", FREEZERS)
def test_the_monotonic_clocks_run_on_in_a_frozen_process(freezer):
    """Whatever freezes `time`, real time goes on, from where it was."""
    before, before_seconds = realtime.monotonic_ns(), realtime.monotonic()
    with FREEZERS[freezer]():
        first, second = realtime.monotonic_ns(), realtime.monotonic_ns()
        seconds = realtime.monotonic()
    assert before < first < second <= realtime.monotonic_ns()
    assert before_seconds <= seconds <= realtime.monotonic()


def test_now_is_real_while_freezegun_freezes_the_process():
    """A world in `real` mode begins at the real present."""
    with freeze_time(FAR):
        assert realtime.now() < FAR
    assert realtime.now() < FAR


def test_now_follows_time_machine():
    """time-machine changes the clock below us: a world begins where it travelled to."""
    with time_machine.travel(FAR, tick=False):
        assert realtime.now() == FAR


@pytest.mark.parametrize("freezer", FREEZERS)
def test_the_present_of_the_process_is_what_froze_it(freezer):
    """As a plain moment, whatever class the freezer gives."""
    with FREEZERS[freezer]():
        now = realtime.process_now()
    assert (now, type(now)) == (FAR, datetime)
    assert realtime.process_now() < FAR


@pytest.mark.parametrize("freezer", FREEZERS)
def test_a_frozen_process_is_told_apart(freezer):
    """While it is frozen, and neither before nor after."""
    assert not realtime.is_frozen()
    with FREEZERS[freezer]():
        assert realtime.is_frozen()
    assert not realtime.is_frozen()
