"""The command line: `deck-sim`."""

import gc
import os
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

INTERRUPTED = 130  # the usual exit code after Ctrl-C


def main(**options: Any) -> None:
    """Run the program. Ctrl-C shows no traceback, not even while the libraries are imported."""
    try:
        with importing():
            from deck_sim.cli.app import main

        main(**options)
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)
    except SystemExit as end:
        gc.freeze()  # or Python looks through all worlds before it ends
        _end_working_process(end.code)
        raise


def _end_working_process(code: Any) -> None:
    """End the process at once if threads still work: Python would wait for them, and may crash if
    they are daemons.
    """
    from deck_sim.base.work_threads import is_working

    if is_working():
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code or 0)


@contextmanager
def importing() -> Iterator[None]:
    """Import modules in the block: fast, and Ctrl-C ends the process at once.

    A KeyboardInterrupt may become another error while a library makes its classes.
    """
    interrupts = (
        threading.current_thread() is threading.main_thread()
        and signal.getsignal(signal.SIGINT) is signal.default_int_handler
    )
    collects = gc.isenabled()
    gc.disable()  # it makes imports a tenth slower, and finds nothing
    if interrupts:
        signal.signal(signal.SIGINT, signal.SIG_DFL)
    try:
        yield
    finally:
        if interrupts:
            signal.signal(signal.SIGINT, signal.default_int_handler)
        if collects:
            gc.enable()
