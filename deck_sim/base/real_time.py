"""Real time, even while freezegun freezes the process. Only this module reads the wall clock.

freezegun replaces the functions of `time` in module attributes, but not in default arguments. So
the functions here keep the real ones as default arguments. The pytest plugin imports this module
when pytest starts, before anything is frozen. time-machine changes `time_ns` itself, but no
monotonic function, so with time-machine only `now` is not real.
"""

import os
import sys
import time
from datetime import UTC, datetime, timedelta

_RANDOM = os.urandom(16).hex()
PROCESS_HEADER = "Deck-Sim-Process"
# With this header, a process with a frozen clock sends its time.
PRESENT_HEADER = "Deck-Sim-Present"

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def process_id() -> str:
    """Return an id of this process, unique across machines; a forked child has a new one.

    A new id tells a client that it was forked and must open its own sockets. A server compares a
    client's id with its own, and uses the client's frozen time only if they differ.
    """
    return f"{_RANDOM}-{os.getpid()}"


def monotonic_ns(read=time.monotonic_ns) -> int:  # type: ignore[no-untyped-def]
    return int(read())


def monotonic(read=time.monotonic) -> float:  # type: ignore[no-untyped-def]
    return float(read())


def now(read=time.time_ns) -> datetime:  # type: ignore[no-untyped-def]
    """Return the current real time in UTC; with time-machine, the time that time-machine sets."""
    return _EPOCH + timedelta(microseconds=read() // 1000)


def process_now() -> datetime:
    """Return the current time in UTC as this process sees it: frozen if the process is frozen."""
    return _EPOCH + (datetime.now(UTC) - _EPOCH)  # a plain `datetime`, not freezegun's subclass


def is_frozen() -> bool:
    """Whether freezegun or time-machine sets the time of this process now, ticking or not."""
    freezegun, time_machine = map(sys.modules.get, ("freezegun.api", "time_machine"))
    return bool(
        (freezegun and freezegun.freeze_factories)
        or (time_machine and time_machine.escape_hatch.is_travelling())
    )
