"""The clock that follows the process's time."""

from datetime import UTC, datetime, timedelta

import pytest

from deck_sim.runtime.clock_modes import FollowClock, ProcessWatch

START = datetime(2025, 1, 15, 9, 30, tzinfo=UTC)
END = datetime(2025, 1, 16, tzinfo=UTC)
HOUR = timedelta(hours=1)


class Process:
    """A process whose time a test sets."""

    def __init__(self):
        self.now, self.frozen = START, True

    def clock(self, now=START):
        """The clock of a world that starts to follow this process at `now`."""
        return FollowClock(now, lambda: self.now, lambda: self.frozen)


@pytest.fixture
def process():
    return Process()


def test_the_clock_moves_by_the_difference_between_two_reads(process):
    """A world that is ahead of the process stays as far ahead."""
    clock = process.clock()
    process.now += HOUR
    assert clock.read(START, END) == START + HOUR
    assert clock.read(START + 2 * HOUR, END) == START + 2 * HOUR
    process.now += HOUR
    assert clock.read(START + 2 * HOUR, END) == START + 3 * HOUR


def test_the_first_read_moves_the_world_to_the_process_time(process):
    """The process's time may be later or earlier than the world's."""
    assert process.clock(START - HOUR).read(START - HOUR, END) == START
    assert process.clock(START + HOUR).read(START + HOUR, END) == START


def test_a_step_back_counts_once(process):
    """Later reads count from the earlier time."""
    clock = process.clock()
    process.now -= HOUR
    assert clock.read(START, END) == START - HOUR
    process.now += HOUR
    assert clock.read(START, END) == START + HOUR


def test_the_clock_stops_at_the_last_moment(process):
    """A process in the far future moves the world to its last moment only."""
    clock = process.clock()
    process.now = datetime.max.replace(tzinfo=UTC)
    assert clock.read(START, END) == END


def test_no_time_passes_between_two_freezes(process):
    """Unfrozen time counts only before the first freeze."""
    process.frozen, clock = False, process.clock()
    process.now += HOUR
    assert clock.read(START, END) == START + HOUR
    process.frozen = True
    clock.read(START, END)
    process.frozen, frozen_at = False, process.now
    process.now += 400 * HOUR
    assert clock.read(START, END) == START
    process.frozen, process.now = True, frozen_at + HOUR
    assert clock.read(START, END) == START + HOUR


def test_an_advance_does_not_change_how_far_the_process_has_moved(process):
    """A world that was advanced stays as far ahead."""
    clock = process.clock()
    clock.resume(START + HOUR)
    process.now += HOUR
    assert clock.read(START + HOUR, END) == START + 2 * HOUR


@pytest.mark.parametrize(
    ("process", "world", "seconds", "moved"),
    [
        (START + HOUR, START, 1, HOUR),
        (START + HOUR, START, 3600, timedelta()),  # it ticked with real time
        (START + HOUR, START + HOUR, 1, timedelta()),  # the world moved too
        (START, START, 1, timedelta()),
        (START - HOUR, START, 1, timedelta()),
        (None, START, 1, timedelta()),
    ],
)
def test_a_process_that_moves_alone_is_seen(process, world, seconds, moved):
    """The first look has nothing to compare with."""
    watch = ProcessWatch()
    assert watch.look(START, START, 0) == timedelta()
    assert watch.look(process, world, seconds * 10**9) == moved
