"""Real time, also while freezegun or time-machine freeze the process that we live in.

freezegun replaces the functions of `time`, and every module attribute that is one of them. It does
not look into default arguments, so that is where the real ones are kept. The pytest plugin imports
this module when pytest starts, before anything can be frozen. time-machine changes what the
functions themselves answer, but leaves the monotonic ones alone; `now` follows it. Nothing else
reads the wall clock.
"""

import time
from datetime import UTC, datetime, timedelta

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def monotonic_ns(read=time.monotonic_ns) -> int:  # type: ignore[no-untyped-def]
    """Nanoseconds since some moment."""
    return int(read())


def monotonic(read=time.monotonic) -> float:  # type: ignore[no-untyped-def]
    """Seconds since some moment, as event loops count them."""
    return float(read())


def now(read=time.time_ns) -> datetime:  # type: ignore[no-untyped-def]
    """The present moment, in UTC."""
    return _EPOCH + timedelta(microseconds=read() // 1000)
