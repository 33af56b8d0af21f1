"""The progress bar of `deck-sim check`, on a real terminal."""

import os
import pty
import subprocess
import sys
from contextlib import redirect_stderr

import pytest

from deck_sim.cli.progress import track_progress

MANY = 120


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


def test_a_bar_counts_the_items(monkeypatch):
    """They are the same as without."""
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.delenv("NO_COLOR", raising=False)
    ours, its = pty.openpty()
    with open(its, "w") as terminal, redirect_stderr(terminal):
        assert [*track_progress(range(MANY), "counting")] == [*range(MANY)]
        assert b"counting" in os.read(ours, 100_000)
    os.close(ours)
