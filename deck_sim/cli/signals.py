"""Handlers of signals while a command serves or waits."""

import signal
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

STOPS = (signal.SIGINT, signal.SIGTERM)


@contextmanager
def handling(by_signal: Mapping[signal.Signals, Any]) -> Iterator[None]:
    """Set handlers for a block; at its end the signals have those from before."""
    before = {number: signal.signal(number, act) for number, act in by_signal.items()}
    try:
        yield
    finally:
        for number, act in before.items():
            signal.signal(number, act)
