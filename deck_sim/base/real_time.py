"""Real time, even while freezegun or time-machine freeze the process.

freezegun replaces the functions of `time` wherever a module attribute holds them, but not in
default arguments, so the real functions are kept there. The pytest plugin imports this module when
pytest starts, before anything is frozen. time-machine patches the functions themselves, except the
monotonic ones, so `now` follows time-machine. Nothing else reads the wall clock.
"""

import os
import sys
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

_RANDOM = os.urandom(16).hex()
PROCESS_HEADER = "Deck-Sim-Process"
# The present moment of a caller whose process is frozen.
PRESENT_HEADER = "Deck-Sim-Present"

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

# By library that freezes time: its module, and whether it freezes the process now.
_FREEZERS: Mapping[str, tuple[str, Callable[[Any], Any]]] = {
    "freezegun": ("freezegun.api", lambda module: module.freeze_factories),
    "time-machine": ("time_machine", lambda module: module.escape_hatch.is_travelling()),
}


def process_id() -> str:
    """Identifies this process, on every machine; a forked child has another.

    A server can follow the time of its own process only, and a child must not share the sockets of
    its parent.
    """
    return f"{_RANDOM}-{os.getpid()}"


def monotonic_ns(read=time.monotonic_ns) -> int:  # type: ignore[no-untyped-def]
    """Nanoseconds since an arbitrary moment."""
    return int(read())


def monotonic(read=time.monotonic) -> float:  # type: ignore[no-untyped-def]
    """Seconds since an arbitrary moment, as event loops need them."""
    return float(read())


def now(read=time.time_ns) -> datetime:  # type: ignore[no-untyped-def]
    """The present, in UTC."""
    return _EPOCH + timedelta(microseconds=read() // 1000)


def process_now() -> datetime:
    """The present as other code in the process sees it, in UTC: frozen if the process is."""
    return _EPOCH + (datetime.now(UTC) - _EPOCH)  # a plain `datetime`, not freezegun's subclass


def is_frozen() -> bool:
    """Whether freezegun or time-machine freezes the process now."""
    return freezer() is not None


def freezer() -> str | None:
    """The library that freezes the process now; None if none does."""
    for library, (name, freezes) in _FREEZERS.items():
        if (module := sys.modules.get(name)) and freezes(module):
            return library
    return None
