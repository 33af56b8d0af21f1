"""The process under test: `deck-sim serve` on a free port."""

import re
import subprocess
import sys
import tempfile
from pathlib import Path

_ALARMS = ("Traceback", "deck-sim failed", "Exception", "Task was destroyed", "never awaited")


class Broken(Exception):
    """Something that had to hold does not."""


class Process:
    """A server process, with what it prints in a file."""

    def __init__(self, *options: str) -> None:
        self._options = options

    def __enter__(self) -> "Process":
        self._folder = tempfile.TemporaryDirectory(prefix="torture-")
        self._log = Path(self._folder.name, "log")
        words = [sys.executable, "-m", "deck_sim", "serve", "--quiet", "--clock", "frozen"]
        with self._log.open("w") as log:
            self._process = subprocess.Popen(
                [*words, "--port", "0", *self._options],
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
            )
        assert self._process.stdout
        banner = self._process.stdout.readline()  # comes when the server answers, or ends
        address = re.search(r"http://127\.0\.0\.1:(\d+)", banner)
        if not address:
            self._process.kill()
            raise Broken(f"the server printed {banner!r} and\n{self._log.read_text()[-4000:]}")
        self.url, self.port = address[0], int(address[1])
        return self

    def __exit__(self, *_: object) -> None:
        self._process.terminate()
        self._process.communicate(timeout=10)
        self._folder.cleanup()

    def kill(self) -> None:
        self._process.kill()
        self._process.wait()

    def check(self) -> None:
        """Raise `Broken` if the process has ended or has printed an error."""
        printed = self._log.read_text(errors="replace")
        if self._process.poll() is not None or any(alarm in printed for alarm in _ALARMS):
            raise Broken(f"the server printed, or ended with:\n{printed[-4000:]}")

    def resident_mib(self) -> float:
        status = Path(f"/proc/{self._process.pid}/status").read_text()
        return int(status.split("VmRSS:")[1].split()[0]) / 1024
