"""The process under test: `deck-sim serve` on a free port."""

import argparse
import json
import secrets
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from .wire import PATIENCE, Answer, Connection

_SLICE_SEED = 1  # of short runs in continuous integration, so that equal trees give equal verdicts
ALARMS = ("Traceback", "deck-sim failed", "Exception", "Task was destroyed", "never awaited")


def read_options(parser: argparse.ArgumentParser, arguments: list[str]) -> argparse.Namespace:
    """Read the options of a command, to which `--seed` and `--slice` are added."""
    parser.add_argument("--seed", type=int, help="what is drawn; a new one if left out")
    parser.add_argument("--slice", action="store_true", help="a short run of a fixed seed, for CI")
    given = parser.parse_args(arguments)
    if given.seed is None:
        given.seed = _SLICE_SEED if given.slice else secrets.randbelow(10**6)
    return given


class Client:
    """Proper calls, each on a connection of its own."""

    def __init__(self, port: int) -> None:
        self.port = port

    def call(self, key: str, method: str, path: str, body: Any = None, **headers: str) -> Answer:
        """Make a call."""
        text = b"" if body is None else json.dumps(body).encode()
        lines = [f"{method} {path} HTTP/1.1", f"Host: 127.0.0.1:{self.port}"]
        lines += [f"Authorization: Bearer {key}", f"Content-Length: {len(text)}"]
        lines += ["Content-Type: application/json", "Connection: close"]
        lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
        connection = Connection(self.port)
        try:
            connection.send("\r\n".join([*lines, "", ""]).encode() + text)
            answer = connection.read(method, 3 * PATIENCE)  # what is slow is judged elsewhere
        finally:
            connection.close()
        if answer is None:
            raise ConnectionError(f"{method} {path}: no answer")
        return answer

    def get(self, key: str, path: str) -> Any:
        """The JSON of a call that must succeed."""
        return self.do(key, "GET", path)

    def do(self, key: str, method: str, path: str, body: Any = None, **headers: str) -> Any:
        """The JSON of a call that must succeed."""
        answer = self.call(key, method, path, body, **headers)
        if answer.status >= 400:
            raise RuntimeError(f"{method} {path}: {answer.status} {answer.body[:500]!r}")
        return json.loads(answer.body)

    def find_alarm(self) -> str | None:
        """The errors of the server since the last call of this; None without any."""
        return None


class Simulator(Client):
    """A server process, with what it prints in a file."""

    def __init__(self, *options: str) -> None:
        super().__init__(0)
        self.options, self._folder = options, tempfile.TemporaryDirectory(prefix="torture-")
        self._log, self._seen = Path(self._folder.name, "log"), 0

    def __enter__(self) -> "Simulator":
        port_file = Path(self._folder.name, "port")
        words = [sys.executable, "-m", "deck_sim", "serve", "--quiet", "--port", "0"]
        words += ["--port-file", str(port_file), *self.options]
        with self._log.open("w") as log:
            self._process = subprocess.Popen(words, stdout=log, stderr=log)
        while not port_file.exists():
            if self._process.poll() is not None:
                raise RuntimeError(f"the server did not start:\n{self.read_log()}")
            time.sleep(0.02)
        self.port = int(port_file.read_text())
        self._seen = self._log.stat().st_size
        return self

    def __exit__(self, *_: object) -> None:
        self._process.terminate()
        try:
            self._process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._folder.cleanup()

    def kill(self) -> None:
        """End the process at once, as `kill -9` does."""
        self._process.kill()
        self._process.wait()

    def read_log(self) -> str:
        """All that the server has printed."""
        return self._log.read_text(errors="replace")

    def find_alarm(self) -> str | None:
        """That the process has ended, or what it has printed about an error; None if neither."""
        if self._process.poll() is not None:
            return f"the server ended with {self._process.returncode}:\n{self.read_log()[-4000:]}"
        size = self._log.stat().st_size
        if size == self._seen:
            return None
        with self._log.open("rb") as log:
            log.seek(self._seen)
            new = log.read(size - self._seen).decode(errors="replace")
        self._seen = size
        return f"the server printed:\n{new[:4000]}" if any(a in new for a in ALARMS) else None

    def resident_mib(self) -> float:
        """The memory of the process that is in use, in MiB."""
        status = Path(f"/proc/{self._process.pid}/status").read_text()
        return int(status.split("VmRSS:")[1].split()[0]) / 1024
