"""Signals of the commands that run until one comes, and the exit code after Ctrl-C."""

import faulthandler
import signal
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

_STOP_SECONDS = 5
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


def stop_once(stop: Callable[[], None]) -> None:
    """Call `stop` at the first signal. A second signal ends the process at once. After five seconds
    faulthandler ends it, which works even while a regular expression keeps the interpreter.
    """

    def act(*_: object) -> None:
        for number in STOPS:
            signal.signal(number, signal.SIG_DFL)
        faulthandler.dump_traceback_later(_STOP_SECONDS, exit=True, file=2)
        stop()

    for number in STOPS:
        signal.signal(number, act)
