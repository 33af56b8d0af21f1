"""A command in a process group of its own, so that it can be ended with all that it has started."""

import os
import shutil
import signal
import subprocess
import threading
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any

from deck_sim.cli.signals import INTERRUPTED, handle_signals

_KILL_AFTER = 5  # seconds between the SIGTERM and the SIGKILL that end a group
_KILL = getattr(signal, "SIGKILL", signal.SIGTERM)  # Windows has no SIGKILL


class ProcessGroup:
    """A command that runs in a process group of its own."""

    def __init__(
        self,
        words: Sequence[str],
        variables: Mapping[str, str],
        *,
        in_foreground: bool = False,
        **options: Any,
    ) -> None:
        """Start the command; `options` are those of Popen. `in_foreground`: if this process has the
        terminal, the command gets it until it ends, so it can read, and Ctrl-C reaches it alone.
        Raises OSError if the command cannot be started.
        """
        # Windows finds `npm.cmd` for `npm` only in this way.
        program = shutil.which(words[0]) or words[0]
        self._process = subprocess.Popen(
            [program, *words[1:]], env=variables, process_group=0, **options
        )
        self._terminal = _open_terminal() if in_foreground else None
        self._ending: threading.Thread | None = None
        self.has_timed_out, self.output = False, b""

    def send(self, number: int) -> bool:
        """Send a signal to the group; return False if nothing of the group is left."""
        if not hasattr(os, "killpg"):  # on Windows, where Ctrl-C reaches the command anyway
            if number == signal.SIGTERM:
                self._process.terminate()
            return self._process.poll() is None
        try:
            os.killpg(self._process.pid, number)
        except ProcessLookupError:
            return False
        return True

    def pass_on(self, number: int) -> None:
        """Send SIGINT to the group, which may go on; end the group for any other signal."""
        if number == signal.SIGINT:
            self.send(number)
        else:
            self.end()

    def end(self) -> None:
        """Send SIGTERM, and after five seconds SIGKILL to what is left. `wait` waits for this."""
        if self._ending is None:
            self._ending = threading.Thread(target=self._end)
            self._ending.start()

    def _end(self) -> None:
        last = time.monotonic() + _KILL_AFTER
        is_left = self.send(signal.SIGTERM)
        while is_left and time.monotonic() < last:
            time.sleep(0.01)
            is_left = self.send(0)
        self.send(_KILL)

    def wait(self, seconds: float | None = None) -> int:
        """Return the exit code of the command, or minus the number of the signal that ended it.
        After `seconds`, end the group and set `has_timed_out`.
        """

        def time_out() -> None:
            self.has_timed_out = True
            self.end()

        timer = threading.Timer(seconds or 0, time_out)
        if seconds is not None:
            timer.start()
        try:
            if self._terminal is not None:
                self._wait_in_foreground(self._terminal)
            self.output, _ = self._process.communicate()
        finally:  # also if a signal handler raises an error
            timer.cancel()
            code = self._process.wait()
            if self._ending is not None:
                self._ending.join()
        return code

    def _wait_in_foreground(self, terminal: int) -> None:
        """Wait for the end of the command. Ctrl-Z stops the command, and then this process and its
        group, as their shell expects it, until the shell continues them.
        """

        def hand_over(giver: int, taker: int) -> None:
            with suppress(OSError):  # the terminal was closed
                if os.tcgetpgrp(terminal) == giver:
                    os.tcsetpgrp(terminal, taker)

        def resume(*_: object) -> None:
            hand_over(os.getpgrp(), self._process.pid)  # not if the shell continues both with `bg`
            self.send(signal.SIGCONT)  # also if it had read before it got the terminal

        # A process in the background that takes the terminal would get a SIGTTOU.
        with handle_signals({signal.SIGTTOU: signal.SIG_IGN, signal.SIGCONT: resume}):
            resume()
            while os.WIFSTOPPED(status := os.waitpid(self._process.pid, os.WUNTRACED)[1]):
                os.kill(0, signal.SIGTSTP)
                resume()
            hand_over(self._process.pid, os.getpgrp())
        os.close(terminal)
        self._process.returncode = code = os.waitstatus_to_exitcode(status)
        if code in (-signal.SIGINT, INTERRUPTED):
            os.kill(0, signal.SIGINT)  # this group, such as a script, has not received the Ctrl-C


def _open_terminal() -> int | None:
    """Open the terminal if this process is in its foreground, else return None."""
    try:
        terminal = os.open("/dev/tty", os.O_RDWR)
    except OSError:
        return None
    if os.tcgetpgrp(terminal) == os.getpgrp():
        return terminal
    os.close(terminal)
    return None
