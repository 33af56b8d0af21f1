"""The clock that moves by itself."""

from collections.abc import Callable
from datetime import datetime, timedelta

_MICROSECOND = timedelta(microseconds=1)


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
