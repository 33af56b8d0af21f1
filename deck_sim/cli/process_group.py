"""Runs a command in its own process group, so that its children can be ended, too."""

import os
import shutil
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import timedelta
from errno import ENOENT
from pathlib import Path
from queue import Empty, SimpleQueue
from subprocess import DEVNULL, PIPE, STDOUT
from threading import Thread

import click

from deck_sim.cli.output import echo
from deck_sim.cli.signals import INTERRUPTED, STOPS, handle_signals

_NOT_FOUND, _NOT_EXECUTABLE, _BY_SIGNAL = 127, 126, 128  # the exit codes of shells
_TIMED_OUT = 124  # the exit code of timeout(1)
_KILL_AFTER = 5  # seconds between the SIGTERM and the SIGKILL that end a group
_KILL = getattr(signal, "SIGKILL", signal.SIGTERM)  # Windows has no SIGKILL


class ProcessGroup:
    """A command that runs once, in a process group of its own."""

    def __init__(self) -> None:
        self.has_timed_out = False
        self.output = b""
        self._process: subprocess.Popen[bytes] | None = None
        self._ends = SimpleQueue[bool]()  # False: the command has ended by itself

    def run(
        self,
        words: Sequence[str],
        variables: Mapping[str, str],
        timeout: timedelta | None,
        *,
        captured: bool = False,
    ) -> int:
        """Run the command. Return its exit code, or minus the number of the signal that ended it.

        After `timeout`, end the group and set `has_timed_out`. A `captured` command has no input,
        and `output` is what it has printed. Any other command has the terminal while this process
        is in the foreground: it can read, and Ctrl-C reaches it alone. Raises OSError if it cannot
        be started.
        """
        # Windows finds `npm.cmd` for `npm` only in this way.
        program = shutil.which(words[0]) or words[0]
        if not words[1:] and " " in program and not Path(program).exists():
            text = f"there is no such program; leave out the quotes: -- {program}"
            raise FileNotFoundError(ENOENT, text)
        self._process = process = subprocess.Popen(
            [program, *words[1:]],
            env=variables,
            process_group=0,
            stdin=DEVNULL if captured else None,
            stdout=PIPE if captured else None,
            stderr=STDOUT if captured else None,
        )
        seconds = None if timeout is None else timeout.total_seconds()
        ending = Thread(target=self._end_when_asked, args=(seconds,), daemon=True)
        ending.start()
        if not captured:
            self._wait_on_terminal(process)
        self.output, _ = process.communicate()
        self._ends.put(False)
        ending.join()
        return process.returncode

    def pass_on(self, number: int) -> None:
        """Pass on a signal, in its handler. SIGINT goes to the command, which may go on. Others end
        the group: it gets SIGTERM, and after five seconds SIGKILL. A command that `run` has yet to
        start is ended then.
        """
        if number != signal.SIGINT or self._process is None:
            self._ends.put(True)
        elif self._process.returncode is None:
            self._send(number)

    def kill(self) -> None:
        """End the running group at once, without a signal that it can handle."""
        self._send(_KILL)

    def _end_when_asked(self, seconds: float | None) -> None:
        try:
            if not self._ends.get(timeout=seconds):
                return
        except Empty:
            self.has_timed_out = True
        last = time.monotonic() + _KILL_AFTER
        is_left = self._send(signal.SIGTERM)
        while is_left and time.monotonic() < last:
            time.sleep(0.01)
            is_left = self._send(0)
        if is_left:
            self._send(_KILL)

    def _wait_on_terminal(self, process: subprocess.Popen[bytes]) -> None:
        """If there is a terminal, wait for the end of the command, which has the terminal while
        this process is in the foreground. After Ctrl-Z, which stops the command, this process
        stops itself and its group, because their shell waits for them; `fg` continues all.
        """
        try:
            terminal = os.open("/dev/tty", os.O_RDWR)
        except OSError:
            return
        own_group = os.getpgrp()

        def hand_over(giver: int, taker: int) -> bool:
            with suppress(OSError):  # the terminal was closed
                if os.tcgetpgrp(terminal) == giver:
                    os.tcsetpgrp(terminal, taker)
                    return True
            return False

        # A process in the background that takes the terminal would get a SIGTTOU.
        with handle_signals({signal.SIGTTOU: signal.SIG_IGN}):
            hand_over(own_group, process.pid)
            self._send(signal.SIGCONT)  # it may have read before it got the terminal
            while os.WIFSTOPPED(status := os.waitpid(process.pid, os.WUNTRACED)[1]):
                if not hand_over(own_group, process.pid):  # else it has read after the shell's `fg`
                    os.kill(0, signal.SIGTSTP)
                    hand_over(own_group, process.pid)
                self._send(signal.SIGCONT)
            process.returncode = code = os.waitstatus_to_exitcode(status)
            had_terminal = hand_over(process.pid, own_group)
        os.close(terminal)
        if had_terminal and code in (-signal.SIGINT, INTERRUPTED):
            os.kill(0, signal.SIGINT)  # this group, such as a script, has not received the Ctrl-C

    def _send(self, number: int) -> bool:
        """Send a signal to the group; return whether something of it is left."""
        assert self._process is not None
        if not hasattr(os, "killpg"):  # on Windows, where Ctrl-C reaches the command anyway
            if number == signal.SIGTERM:
                self._process.terminate()
            return self._process.poll() is None
        try:
            os.killpg(self._process.pid, number)
        except OSError:  # no process, or for macOS one that has ended
            return False
        return True


def run_command(
    words: Sequence[str],
    environment: Mapping[str, str],
    timeout: timedelta | None,
    signals: SimpleQueue[int],
) -> int:
    """Run the command and return the exit code that a shell would show. Signals that ask deck-sim
    to end are passed on to the command, and are then in `signals`.
    """
    group = ProcessGroup()

    def receive(number: int, _frame: object) -> None:
        signals.put(number)
        group.pass_on(number)

    with handle_signals(dict.fromkeys(STOPS, receive)):
        try:
            code = group.run(words, environment, timeout)
        except OSError as error:
            code = _NOT_FOUND if isinstance(error, FileNotFoundError) else _NOT_EXECUTABLE
            echo(f"deck-sim: cannot run {words[0]!r}: {error.strerror}", err=True)
            raise click.exceptions.Exit(code) from None
    if group.has_timed_out:
        text = "the command did not end within --timeout, and was stopped"
        echo(f"deck-sim: {text}", err=True)
        return _TIMED_OUT
    if code >= 0:
        return code
    echo(f"deck-sim: the command was stopped by signal {-code}", err=True)
    return _BY_SIGNAL - code
