"""Commands of `deck-sim exec` and their children: on a terminal, and when they are ended."""

import os
import pty
import select
import shlex
import signal
import sys

import pytest

from deck_sim.cli import process_group
from deck_sim.cli.process_group import ProcessGroup
from deck_sim.cli.signals import handle_signals

EXEC = (sys.executable, "-m", "deck_sim", "exec", "--quiet")
# The words differ from those that it prints, as the terminal also shows what is typed.
ASK = (sys.executable, "-c", "print('rea' 'dy', flush=True); print('got', input())")
# The program itself looks, since the system tells nobody that another group has the terminal.
ASK_AFTER_FG = f"""
import os, time
print("is in the " "background", flush=True)
while os.tcgetpgrp(0) != os.getpgid(os.getppid()):
    time.sleep(0.01)
{ASK[2]}
"""
# Python's own handler of SIGINT would not run while a read begins.
ASK_DESPITE_CTRL_C = """
import signal
signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
print("rea" "dy", flush=True)
signal.sigwait({signal.SIGINT})
print("got", input("not yet"))
"""
END_AT_CTRL_C = f"import signal; signal.signal(signal.SIGINT, signal.SIG_DFL); {ASK[2]}"


@pytest.fixture
def terminal():
    terminals = []

    def terminal(*words):
        terminals.append(Terminal(*words))
        return terminals[-1]

    yield terminal
    for opened in terminals:
        opened.close()


def run_until_ready(source, *signals):
    """Run a shell command, which gets the signals when it sends SIGUSR1."""
    group = ProcessGroup()
    pass_on = {signal.SIGUSR1: lambda *_: [group.pass_on(number) for number in signals]}
    with handle_signals(pass_on):
        return group.run(["sh", "-c", source], os.environ, None, captured=True)


def test_what_ignores_sigterm_is_killed(monkeypatch):
    """Children, too: they would keep a pipe open, so that `deck-sim exec … | tee log` hangs."""
    monkeypatch.setattr(process_group, "_KILL_AFTER", 0.1)
    ignoring = "trap '' TERM; kill -USR1 $PPID; (sleep 600; sleep 600)"
    assert run_until_ready(ignoring, signal.SIGTERM) == -signal.SIGKILL


def test_ctrl_c_while_the_command_is_started_ends_it():
    group = ProcessGroup()
    group.pass_on(signal.SIGINT)
    assert group.run(["sleep", "600"], os.environ, None, captured=True) == -signal.SIGTERM
    group.pass_on(signal.SIGINT)  # there is nothing left to end


@pytest.mark.parametrize("name", ["exec", "explore"])
def test_a_signal_while_the_command_is_started_ends_it(cli, monkeypatch, name):
    def start(group, *arguments, **options):
        os.kill(os.getpid(), signal.SIGTERM)
        return run(group, *arguments, **options)

    run = ProcessGroup.run
    monkeypatch.setattr(ProcessGroup, "run", start)
    assert cli(name, "--", "sleep", "600").exit_code == 128 + signal.SIGTERM


def test_without_process_groups_the_command_itself_is_ended(monkeypatch):
    """On Windows, where Ctrl-C has already reached it."""
    monkeypatch.delattr(os, "killpg")
    ready = "kill -USR1 $PPID; exec sleep 600"
    assert run_until_ready(ready, signal.SIGINT, signal.SIGTERM) == -signal.SIGTERM


def test_a_command_reads_from_the_terminal(terminal):
    screen = terminal(*EXEC, "--", *ASK)
    screen.wait_for("ready")
    screen.type("hello\n")
    screen.wait_for("got hello")
    screen.wait_for("deck-sim: ")


def test_ctrl_c_reaches_the_command_alone_which_may_go_on(terminal):
    screen = terminal(*EXEC, "--", sys.executable, "-c", ASK_DESPITE_CTRL_C)
    screen.wait_for("ready")
    screen.type("\x03")
    screen.wait_for("not yet")
    screen.type("hello\n")
    screen.wait_for("got hello")


@pytest.mark.parametrize("option", ["--quiet", "--hold"])
def test_ctrl_c_that_ends_the_command_ends_the_script_around_it(terminal, option):
    command = shlex.join([*EXEC, option, "--", sys.executable, "-c", END_AT_CTRL_C])
    screen = terminal("sh", "-c", f"{command}; echo the script goes on")
    screen.wait_for("ready")
    screen.type("\x03")
    with pytest.raises(OSError, match="Input/output error"):
        screen.wait_for("the script goes on")


def test_ctrl_z_stops_a_command_until_the_shell_continues_it(terminal):
    shell = terminal("sh", "-i")
    shell.type(f"{shlex.join([*EXEC, '--', *ASK])}\n")
    shell.wait_for("ready")
    shell.type("\x1a")
    shell.wait_for("Stopped")
    shell.type("fg\n")
    shell.type("hello\n")
    shell.wait_for("got hello")
    shell.type("echo $((1 + 2)) is said by the shell\n")
    shell.wait_for("3 is said by the shell")


def test_a_command_in_the_background_leaves_the_terminal_to_the_shell_until_fg(terminal):
    command = [*EXEC, "--", sys.executable, "-c", ASK_AFTER_FG]
    shell = terminal("sh", "-c", f"set -m; {shlex.join(command)} & read word; fg; echo the end")
    shell.wait_for("is in the background")
    shell.type("\n")
    shell.wait_for("ready")
    shell.type("hello\n")
    shell.wait_for("got hello")
    shell.wait_for("the end")  # or else it is killed before its coverage is saved


class Terminal:
    """A terminal, and the program that is the first process of its session."""

    def __init__(self, *words):
        self.output = ""  # and not yet waited for
        self._process, self._end = pty.fork()
        if not self._process:
            signal.signal(signal.SIGINT, signal.SIG_DFL)  # a shell ignores it in the background
            os.execvp(words[0], words)

    def type(self, text):
        os.write(self._end, text.encode())

    def wait_for(self, text):
        """Wait until the terminal shows a text. Raises OSError if the program ends before."""
        while text not in self.output:
            assert select.select([self._end], [], [], 20)[0], f"{text!r} is not in {self.output!r}"
            self.output += os.read(self._end, 4096).decode()
        self.output = self.output.partition(text)[2]

    def close(self):
        """Close the terminal, which ends the program."""
        os.close(self._end)
        os.waitpid(self._process, 0)
