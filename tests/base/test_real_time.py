from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from freezegun import freeze_time

from deck_sim.base import real_time

FAR = datetime(2040, 1, 1, tzinfo=UTC)
FREEZERS = {
    "freezegun": lambda: freeze_time(FAR),
    "time-machine": lambda: time_machine.travel(FAR, tick=False),
}


def test_now_is_the_present_in_utc():
    before = datetime.now(UTC)
    assert before <= real_time.now() <= datetime.now(UTC) + timedelta(microseconds=1)
    assert real_time.now().tzinfo is UTC


@pytest.mark.parametrize("freezer", FREEZERS)
def test_the_monotonic_clocks_run_on_in_a_frozen_process(freezer):
    before, before_seconds = real_time.monotonic_ns(), real_time.monotonic()
    with FREEZERS[freezer]():
        first, second = real_time.monotonic_ns(), real_time.monotonic_ns()
        seconds = real_time.monotonic()
    assert before < first < second <= real_time.monotonic_ns()
    assert before_seconds <= seconds <= real_time.monotonic()


def test_now_is_real_under_freezegun_but_not_under_time_machine():
    """A world with clock `real` begins at the real present; time-machine patches the functions."""
    with freeze_time(FAR):
        assert real_time.now() < FAR
    with time_machine.travel(FAR, tick=False):
        assert real_time.now() == FAR
    assert real_time.now() < FAR


@pytest.mark.parametrize("freezer", FREEZERS)
def test_a_frozen_process_is_detected_and_its_present_is_the_frozen_moment(freezer):
    """As a plain `datetime`, not a subclass."""
    with FREEZERS[freezer]():
        now, is_frozen = real_time.process_now(), real_time.is_frozen()
    assert (now, type(now), is_frozen) == (FAR, datetime, True)
    assert (real_time.process_now() < FAR, real_time.is_frozen()) == (True, False)
