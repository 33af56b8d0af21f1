"""Commands of `deck-sim exec` and their children: on a terminal, and when they are ended."""

import os
import shlex
import signal
import subprocess
import sys

import pytest
from terminal import Terminal

from deck_sim.cli import process_group
from deck_sim.cli.process_group import ProcessGroup

EXEC = (sys.executable, "-m", "deck_sim", "exec", "--quiet")
ASK = "echo re''ady; read word; echo got $word"  # a shell that echoes it shows no `ready`


@pytest.fixture
def terminal():
    """Run these words on a terminal of their own."""
    terminals = []

    def terminal(*words):
        terminals.append(Terminal(*words))
        return terminals[-1]

    yield terminal
    for opened in terminals:
        opened.close()


def test_a_timeout_ends_the_children_of_a_command():
    """They would keep a pipe open, so that `deck-sim exec … | tee log` hangs."""
    words = [*EXEC, "--timeout", "300ms", "--", "sh", "-c", "sleep 600; true"]
    ended = subprocess.run(words, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=60)
    assert ended.returncode == 124


def test_what_ignores_sigterm_is_killed(monkeypatch):
    monkeypatch.setattr(process_group, "_KILL_AFTER", 0.1)
    ignoring = "trap '' TERM; echo; (while :; do sleep 600; done)"
    group = ProcessGroup(["sh", "-c", ignoring], os.environ, stdout=subprocess.PIPE)
    group._process.stdout.readline()
    assert group.wait(0.01) == -signal.SIGKILL
    assert group.has_timed_out
    group.end()  # which it has already


def test_without_process_groups_the_command_itself_is_ended(monkeypatch):
    """On Windows."""
    monkeypatch.delattr(os, "killpg")
    group = ProcessGroup(["sleep", "600"], os.environ)
    assert group.send(signal.SIGINT)
    assert group.wait(0) == -signal.SIGTERM


def test_a_command_reads_from_the_terminal(terminal):
    screen = terminal(*EXEC, "--", "sh", "-c", ASK)
    screen.wait_for("ready")
    screen.type("hello\n")
    screen.wait_for("got hello")
    screen.wait_for("deck-sim: ")


def test_ctrl_c_reaches_the_command_alone_which_may_go_on(terminal):
    screen = terminal(*EXEC, "--", "sh", "-c", f"trap 'echo not yet' INT; {ASK}; {ASK}")
    screen.wait_for("ready")
    screen.type("\x03")
    screen.wait_for("not yet")
    screen.type("hello\n")
    screen.wait_for("got hello")


def test_ctrl_c_that_ends_the_command_ends_the_script_around_it(terminal):
    """Also with --hold."""
    for option in ("--quiet", "--hold"):
        command = shlex.join([*EXEC, option, "--", "sh", "-c", "echo ready; exec sleep 600"])
        screen = terminal("sh", "-c", f"{command}; echo the script goes on")
        screen.wait_for("ready")
        screen.type("\x03")
        with pytest.raises(OSError, match="Input/output error"):
            screen.wait_for("the script goes on")


def test_ctrl_z_stops_a_command_until_the_shell_continues_it(terminal):
    shell = terminal("sh", "-i")
    shell.type(f"{shlex.join(EXEC)} -- sh -c {shlex.quote(ASK)}\n")
    shell.wait_for("ready")
    shell.type("\x1a")
    shell.wait_for("Stopped")
    shell.type("echo $((1 + 1)) is said by the shell\n")
    shell.wait_for("2 is said by the shell")
    shell.type("fg\n")
    shell.type("hello\n")
    shell.wait_for("got hello")
    shell.type("echo $((1 + 2)) is said by the shell\n")
    shell.wait_for("3 is said by the shell")


def test_a_command_in_the_background_leaves_the_terminal_to_the_shell(terminal):
    shell = terminal("sh", "-i")
    shell.type(f"{shlex.join(EXEC)} -- sh -c 'echo $((1 + 1)) is said by the command' &\n")
    shell.wait_for("2 is said by the command")
    shell.type("echo $((1 + 2)) is said by the shell\n")
    shell.wait_for("3 is said by the shell")
