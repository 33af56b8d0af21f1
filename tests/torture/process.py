"""The process under test: `deck-sim serve` on a free port."""

import subprocess
import sys
import tempfile
import time
from pathlib import Path

_ALARMS = ("Traceback", "deck-sim failed", "Exception", "Task was destroyed", "never awaited")


class Broken(Exception):
    """Something that had to hold does not."""


class Process:
    """A server process, with what it prints in a file."""

    def __enter__(self) -> "Process":
        self._folder = tempfile.TemporaryDirectory(prefix="torture-")
        port_file, self._log = Path(self._folder.name, "port"), Path(self._folder.name, "log")
        words = [sys.executable, "-m", "deck_sim", "serve", "--quiet", "--clock", "frozen"]
        words += ["--port", "0", "--port-file", str(port_file)]
        with self._log.open("w") as log:
            self._process = subprocess.Popen(words, stdout=log, stderr=log)
        while not port_file.exists():
            self.check()
            time.sleep(0.05)
        self.port = int(port_file.read_text())
        self.url = f"http://127.0.0.1:{self.port}"
        return self

    def __exit__(self, *_: object) -> None:
        self._process.terminate()
        self._process.wait(10)
        self._folder.cleanup()

    def check(self) -> None:
        """Raise `Broken` if the process has ended or has printed an error."""
        printed = self._log.read_text(errors="replace")
        if self._process.poll() is not None or any(alarm in printed for alarm in _ALARMS):
            raise Broken(f"the server printed, or ended with:\n{printed[-4000:]}")

    def resident_mib(self) -> float:
        """The memory of the process that is in use."""
        status = Path(f"/proc/{self._process.pid}/status").read_text()
        return int(status.split("VmRSS:")[1].split()[0]) / 1024
