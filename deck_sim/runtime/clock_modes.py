"""How the clocks that move by themselves move: with the wall clock, or with the process's time."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from fractions import Fraction
from typing import Protocol

from deck_sim.base import real_time

_MICROSECOND = timedelta(microseconds=1)


class Pace(Protocol):
    """Where a world's clock is to be by now."""

    def moment(self, now: datetime, last: datetime) -> datetime:
        """The moment for a world in which it is `now`, and whose time ends at `last`."""

    def resume(self, now: datetime) -> None:
        """Go on from `now`, to which the world was moved by other means."""


class RealClock:
    """Goes on with real time, `speed` times as fast. No rounding error adds up."""

    def __init__(self, now: datetime, speed: float, real_ns: Callable[[], int]) -> None:
        self._speed, self._real_ns = Fraction(speed), real_ns
        self.resume(now)

    def moment(self, now: datetime, last: datetime) -> datetime:
        """Never earlier than `now`, though the wall clock may have been put back."""
        elapsed = int((self._real_ns() - self._from_ns) * self._speed) // 1000
        left = (last - self._from) // _MICROSECOND
        return max(now, self._from + min(elapsed, left) * _MICROSECOND)

    def resume(self, now: datetime) -> None:
        """The wall's next second is the world's next second."""
        self._from, self._from_ns = now, self._real_ns()


class FollowClock:
    """Goes on with what the process takes for the present, which freezegun or time-machine set.

    What counts is the step from one look to the next, so a world that was moved ahead stays ahead.
    A step back leads to an earlier moment than `now`; what comes of that is not decided here. Once
    the process has been frozen, the time between two freezes is no time: a test whose freezer is
    over would else end years later than it was played.
    """

    def __init__(
        self,
        now: datetime,
        read: Callable[[], datetime] = real_time.process_now,
        is_frozen: Callable[[], bool] = real_time.is_frozen,
    ) -> None:
        self._heard, self._read, self._is_frozen = now, read, is_frozen
        self._was_frozen = False

    def moment(self, now: datetime, last: datetime) -> datetime:
        """As much later than `now`, or earlier, as the process's time since it was last read."""
        frozen = self._is_frozen()
        if self._was_frozen and not frozen:
            return now
        self._was_frozen = frozen
        before, self._heard = self._heard, self._read()
        return now + min(self._heard - before, last - now)

    def resume(self, now: datetime) -> None:
        """The process's time has not moved."""


# The modes of a clock that moves by itself: when a world begins in one, and how it goes on.
STARTS: Mapping[str, Callable[[], datetime]] = {
    "real": real_time.now,
    "follow": real_time.process_now,
}
MOVING_CLOCKS: Mapping[str, Callable[[datetime, float, Callable[[], int]], Pace]] = {
    "real": RealClock,
    "follow": lambda now, speed, real_ns: FollowClock(now),
}
