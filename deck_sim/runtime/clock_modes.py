"""The clock modes that move by themselves: `real` and `follow`."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

from deck_sim.base import real_time

_MICROSECOND = timedelta(microseconds=1)
_JUMP = timedelta(seconds=0.5)  # a smaller move of a frozen process is that of a ticking freezer


class RealClock:
    """Moves with real time, `speed` times as fast, without adding up rounding errors."""

    def __init__(self, now: datetime, speed: float, real_ns: Callable[[], int]) -> None:
        self._speed, self._real_ns = speed.as_integer_ratio(), real_ns
        self.resume(now)

    def read(self, now: datetime, last: datetime) -> datetime:
        """The time of a world whose clock showed `now` and may not pass `last`."""
        times, parts = self._speed
        elapsed = (self._real_ns() - self._from_ns) * times // (parts * 1000)
        left = (last - self._from) // _MICROSECOND
        return max(now, self._from + min(elapsed, left) * _MICROSECOND)

    def resume(self, now: datetime, ago: timedelta = timedelta()) -> None:
        """Continue from `now`, as if it had been set to that so long ago."""
        self._from, self._from_ns = now, self._real_ns() - ago // _MICROSECOND * 1000


class FollowClock:
    """Moves with the process's `datetime.now()`, which freezegun or time-machine set.

    Each read adds the difference from the previous read, so a world that was advanced stays ahead.
    Once the process has been frozen, unfrozen time does not count: it would move the world by years
    when a test stops its freezer.
    """

    def __init__(
        self,
        now: datetime,
        process_now: Callable[[], datetime] = real_time.process_now,
        is_frozen: Callable[[], bool] = real_time.is_frozen,
    ) -> None:
        self._previous, self._process_now, self._is_frozen = now, process_now, is_frozen
        self._was_frozen = False

    def read(self, now: datetime, last: datetime) -> datetime:
        """As `RealClock.read`; earlier than `now` if the process's time went back."""
        frozen = self._is_frozen()
        if self._was_frozen and not frozen:
            return now
        self._was_frozen = frozen
        previous, self._previous = self._previous, self._process_now()
        return now + min(self._previous - previous, last - now)

    def resume(self, now: datetime) -> None:
        """Do nothing: an advance does not change the process's time."""


class ProcessWatch:
    """Compares the time of a frozen process with that of a world that does not follow it."""

    def __init__(self) -> None:
        self._seen: tuple[datetime, datetime, int] | None = None

    def look(self, process: datetime | None, world: datetime, real_ns: int) -> timedelta:
        """How far the process has moved since the last look, zero if the world moved too, or if the
        process only ticked with real time. `process` is None if it is not frozen.
        """
        before = self._seen
        self._seen = None if process is None else (process, world, real_ns)
        if before is None or process is None or world != before[1]:
            return timedelta()
        moved = process - before[0]
        ticked = timedelta(microseconds=(real_ns - before[2]) // 1000)
        return moved if moved - ticked >= _JUMP else timedelta()


MovingClock = RealClock | FollowClock

# By mode: the time at which a world starts, and its clock.
STARTS: Mapping[str, Callable[[], datetime]] = {
    "real": real_time.now,
    "follow": real_time.process_now,
}
MOVING_CLOCKS: Mapping[str, Callable[[datetime, float, Callable[[], int]], MovingClock]] = {
    "real": RealClock,
    "follow": lambda now, speed, real_ns: FollowClock(now),
}
