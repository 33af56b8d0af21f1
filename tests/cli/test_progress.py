"""The progress bars of `deck-sim check` and `advance`, on a real terminal."""

import os
import pty
import subprocess
import sys
import threading
from contextlib import contextmanager, redirect_stderr
from datetime import UTC, datetime, timedelta

import pytest

from deck_sim.base.errors import DeckSimError
from deck_sim.cli.progress import track_clock, track_progress

MANY = 120
HOUR = timedelta(hours=1)
START = datetime(2025, 1, 15, 9, 30, tzinfo=UTC)


@pytest.fixture
def check(tmp_path):
    """Check many files with stderr on a terminal; returns what stdout and the terminal got."""
    for number in range(MANY):
        (tmp_path / f"s{number}.yaml").write_text(f"version: 1\nname: s{number}\n")

    def check(files=MANY, **variables):
        ours, its = pty.openpty()
        words = [sys.executable, "-m", "deck_sim", "check"]
        words += [str(tmp_path / f"s{number}.yaml") for number in range(files)]
        environment = {**os.environ, "TERM": "xterm", "NO_COLOR": "", **variables}
        done = subprocess.run(words, env=environment, stdout=subprocess.PIPE, stderr=its, text=True)
        os.write(its, b"end")
        terminal = os.read(ours, 100_000)
        os.close(ours)
        os.close(its)
        return done.stdout, terminal.decode().removesuffix("end")

    return check


def test_many_files_have_a_bar_on_a_terminal(check):
    """Stdout has the same as without."""
    stdout, terminal = check()
    assert "checking" in terminal
    assert "100%" in terminal
    assert stdout.splitlines()[-1] == f"{MANY} files, no mistakes"
    assert "\x1b" not in stdout


@pytest.mark.parametrize("how", [{"files": 20}, {"NO_COLOR": "1"}, {"TERM": "dumb"}])
def test_few_files_and_a_plain_terminal_have_none(check, how):
    """A bar needs control characters."""
    assert check(**how)[1] == ""


def test_a_pipe_has_none(cli, check, tmp_path):
    """Even with forced colors."""
    assert cli("check", tmp_path, FORCE_COLOR="1").stderr == ""


@pytest.fixture
def on_terminal(monkeypatch):
    """Put stderr on a terminal; returns what it got."""
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.delenv("NO_COLOR", raising=False)

    @contextmanager
    def on_terminal():
        ours, its = pty.openpty()
        with open(its, "w") as terminal, redirect_stderr(terminal):
            yield lambda: (os.write(its, b"end"), os.read(ours, 100_000).decode())[1]
        os.close(ours)

    return on_terminal


def test_a_bar_counts_the_items(on_terminal):
    """They are the same as without."""
    with on_terminal() as shown:
        assert [*track_progress(range(MANY), "counting")] == [*range(MANY)]
        assert "counting" in shown()


@pytest.mark.parametrize("goal", [{"by": HOUR}, {"to": START + HOUR}, {}])
@pytest.mark.parametrize("ends", [None, DeckSimError("gone")])
def test_a_long_advance_shows_the_time_of_the_world(on_terminal, monkeypatch, goal, ends):
    """The bar is filled as far as is known. The command itself reports an error of the server."""
    monkeypatch.setattr("deck_sim.cli.progress._SOON", 0)
    times, moved = iter([START, START + HOUR / 2]), threading.Event()

    def read():
        now = next(times, None)
        if now is None:
            moved.set()
            if ends:
                raise ends
        return now or START + HOUR / 2

    with on_terminal() as shown:
        with track_clock(read, **goal):
            moved.wait()
        assert "advancing" in (text := shown())
    assert "2025-01-15 10:00:00" in text


def test_a_short_advance_shows_no_bar(on_terminal):
    """It is over before a bar is read."""
    with on_terminal() as shown:
        with track_clock(lambda: START):
            pass
        assert shown() == "end"
