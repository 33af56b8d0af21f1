"""Signals of the commands that run until one comes, and the exit code after Ctrl-C."""

import signal
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

INTERRUPTED = 128 + signal.SIGINT  # as shells count
# The signals that end a command, as far as the system has them. `nohup` ignores SIGHUP.
STOPS = tuple(
    number
    for name in ("SIGINT", "SIGTERM", "SIGHUP", "SIGQUIT")
    if (number := getattr(signal, name, None))
    and (name != "SIGHUP" or signal.getsignal(number) is not signal.SIG_IGN)
)


@contextmanager
def handle_signals(by_signal: Mapping[signal.Signals, Any]) -> Iterator[None]:
    before = {number: signal.signal(number, act) for number, act in by_signal.items()}
    try:
        yield
    finally:
        for number, act in before.items():
            signal.signal(number, act)
