"""How `deck-sim serve` ends while its interpreter is busy, as with a pattern that takes hours."""

import signal
import subprocess
import sys

import pytest

BUSY = r"""
import re
from deck_sim.cli import signals
signals._STOP_SECONDS = {seconds}
signals.stop_once(lambda: print("stopping", flush=True))
print("ready", flush=True)
re.match(r"^(\w+\s?)*$", "a" * 80 + "!")
"""


@pytest.fixture
def busy():
    """A process that is busy, and a function that sends it a signal and returns what it prints."""
    processes = []

    def busy(seconds):
        words = [sys.executable, "-c", BUSY.format(seconds=seconds)]
        streams = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
        process = subprocess.Popen(words, **streams)
        processes.append(process)
        assert process.stdout.readline() == "ready\n"
        process.send_signal(signal.SIGTERM)
        assert process.stdout.readline() == "stopping\n"
        return process

    yield busy
    for process in processes:
        process.kill()
        process.communicate()


def test_a_second_signal_ends_the_process_at_once(busy):
    process = busy(seconds=600)
    process.send_signal(signal.SIGINT)
    assert process.wait(60) == -signal.SIGINT


def test_a_process_that_does_not_stop_is_ended_and_says_where_it_was(busy):
    process = busy(seconds=0.1)
    assert process.wait(60) == 1
    assert "in match" in process.stderr.read()
