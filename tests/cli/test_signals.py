"""How `deck-sim serve` ends while its interpreter is busy, as with a pattern that takes hours."""

import signal
import subprocess
import sys
from contextlib import contextmanager

BUSY = r"""
import re
from deck_sim.cli import signals
signals._STOP_SECONDS = {seconds}
signals.stop_once(lambda: print("stopping", flush=True))
print("ready", flush=True)
re.match(r"^(\w+\s?)*$", "a" * 80 + "!")
"""


@contextmanager
def busy(seconds):
    """A process that is busy and has got a first signal."""
    words = [sys.executable, "-c", BUSY.format(seconds=seconds)]
    streams = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    with subprocess.Popen(words, **streams) as process:
        try:
            assert process.stdout.readline() == "ready\n"
            process.send_signal(signal.SIGTERM)
            assert process.stdout.readline() == "stopping\n"
            yield process
        finally:
            process.kill()


def test_a_second_signal_ends_the_process_at_once():
    with busy(seconds=600) as process:
        process.send_signal(signal.SIGINT)
        assert process.wait(60) == -signal.SIGINT


def test_a_process_that_does_not_stop_is_ended_and_says_where_it_was():
    with busy(seconds=0.1) as process:
        assert process.wait(60) == 1
        assert "in match" in process.stderr.read()
