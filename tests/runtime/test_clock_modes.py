"""The clocks that move by themselves."""

from datetime import UTC, datetime, timedelta

import pytest

from deck_sim.runtime.clock_modes import FollowClock

START = datetime(2025, 1, 15, 9, 30, tzinfo=UTC)
END = datetime(2025, 1, 16, tzinfo=UTC)
HOUR = timedelta(hours=1)


class Process:
    """A process whose time a test sets."""

    def __init__(self):
        self.now, self.frozen = START, True

    def pace(self, now=START):
        """The pace of a world that begins to follow it."""
        return FollowClock(now, lambda: self.now, lambda: self.frozen)


@pytest.fixture
def process():
    return Process()


def test_a_world_goes_as_far_as_the_process(process):
    """Each look is a step from the last one, also for a world that is ahead."""
    pace = process.pace()
    process.now += HOUR
    assert pace.moment(START, END) == START + HOUR
    assert pace.moment(START + 2 * HOUR, END) == START + 2 * HOUR
    process.now += HOUR
    assert pace.moment(START + 2 * HOUR, END) == START + 3 * HOUR


def test_a_world_comes_to_where_the_process_is_when_it_begins_to_follow(process):
    """The first step leads from the world's moment to the process's, be it later or earlier."""
    assert process.pace(START - HOUR).moment(START - HOUR, END) == START
    assert process.pace(START + HOUR).moment(START + HOUR, END) == START


def test_a_step_back_is_told_once(process):
    """What comes after it counts from there."""
    pace = process.pace()
    process.now -= HOUR
    assert pace.moment(START, END) == START - HOUR
    process.now += HOUR
    assert pace.moment(START, END) == START + HOUR


def test_no_step_leads_beyond_the_end_of_time(process):
    """A process in a far future takes the world to its last moment."""
    pace = process.pace()
    process.now = datetime.max.replace(tzinfo=UTC)
    assert pace.moment(START, END) == END


def test_between_two_freezes_no_time_passes(process):
    """What counts is the step from one frozen moment to the next; before, real time is followed."""
    process.frozen, pace = False, process.pace()
    process.now += HOUR
    assert pace.moment(START, END) == START + HOUR
    process.frozen = True
    pace.moment(START, END)
    process.frozen, frozen_at = False, process.now
    process.now += 400 * HOUR
    assert pace.moment(START, END) == START
    process.frozen, process.now = True, frozen_at + HOUR
    assert pace.moment(START, END) == START + HOUR


def test_an_advance_leaves_what_the_process_has_said(process):
    """A world that was moved ahead stays as much ahead."""
    pace = process.pace()
    pace.resume(START + HOUR)
    process.now += HOUR
    assert pace.moment(START + HOUR, END) == START + 2 * HOUR
