"""Real time, also while freezegun or time-machine freeze the process that we live in.

freezegun replaces the functions of `time`, and every module attribute that is one of them. It does
not look into default arguments, so that is where the real ones are kept. The pytest plugin imports
this module when pytest starts, before anything can be frozen. time-machine changes what the
functions themselves answer, but leaves the monotonic ones alone; `now` follows it. Nothing else
reads the wall clock.

`process_now` is what everybody else in the process takes for the present: the frozen moment, while
it is frozen.
"""

import os
import sys
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

# Names this process. Who asks a server to follow its time must live in the same one.
PROCESS = os.urandom(16).hex()
PROCESS_HEADER = "Deck-Sim-Process"
# What a caller whose process is frozen takes for the present.
PRESENT_HEADER = "Deck-Sim-Present"

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

# How each library that freezes a process says, by its module, that it does so just now.
_FREEZERS: Mapping[str, Callable[[Any], Any]] = {
    "freezegun.api": lambda freezegun: freezegun.freeze_factories,
    "time_machine": lambda time_machine: time_machine.escape_hatch.is_travelling(),
}


def monotonic_ns(read=time.monotonic_ns) -> int:  # type: ignore[no-untyped-def]
    """Nanoseconds since some moment."""
    return int(read())


def monotonic(read=time.monotonic) -> float:  # type: ignore[no-untyped-def]
    """Seconds since some moment, as event loops count them."""
    return float(read())


def now(read=time.time_ns) -> datetime:  # type: ignore[no-untyped-def]
    """The present moment, in UTC."""
    return _EPOCH + timedelta(microseconds=read() // 1000)


def process_now() -> datetime:
    """The present moment as the rest of the process sees it, in UTC; frozen, if that is frozen."""
    return _EPOCH + (datetime.now(UTC) - _EPOCH)  # a plain one, whatever class froze it


def is_frozen() -> bool:
    """Whether freezegun or time-machine sets the time of the process just now."""
    loaded = ((sys.modules.get(name), asks) for name, asks in _FREEZERS.items())
    return any(module is not None and asks(module) for module, asks in loaded)
