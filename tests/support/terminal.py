"""A program on a terminal of its own, as a person uses it."""

import os
import pty
import select
import signal


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
