"""The log of a server on stderr."""

import asyncio
import json
import logging
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any, TextIO

from deck_sim.cli.output import drop_output
from deck_sim.runtime.activity_log import printers

FORMATS = ("text", "json")
_LOG_SECONDS = 0.01  # how much later entries are written than made
_as_json = partial(json.dumps, ensure_ascii=False)


class _JsonFormatter(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        level = record.levelname.lower()
        return _as_json({"kind": "log", "level": level, "message": super().format(record)})


class _LogHandler(logging.StreamHandler[TextIO]):
    """Writes warnings at once, and entries of calls and deliveries a moment later, all together: a
    system call for each entry would take a fifth of the time of a GET.
    """

    def __init__(self, *, as_json: bool) -> None:
        super().__init__(sys.stderr)
        self.setLevel(logging.WARNING)
        self.setFormatter(_JsonFormatter() if as_json else logging.Formatter())
        self._as_json, self._entries = as_json, list[str]()

    def add_entry(self, line: str, data: dict[str, Any]) -> None:
        """Write an entry soon. Called on the server's event loop."""
        if not self._entries:
            asyncio.get_running_loop().call_later(_LOG_SECONDS, self.write_entries)
        self._entries.append(f"{_as_json(data) if self._as_json else line}\n")

    def write_entries(self) -> None:
        entries, self._entries = self._entries, []
        try:
            self.stream.write("".join(entries))
            self.flush()
        except OSError:  # nobody reads stderr any more
            drop_output(self.stream)

    def emit(self, record: logging.LogRecord) -> None:
        self.write_entries()
        super().emit(record)


@contextmanager
def log_to_stderr(form: str, *, quiet: bool) -> Iterator[Callable[[], None]]:
    """Log to stderr in a `with` block, as `text` or `json`. `quiet` omits calls and deliveries.
    Yield a function that writes the entries that still wait.
    """
    log, handler = logging.getLogger("deck_sim"), _LogHandler(as_json=form == "json")
    log.addHandler(handler)
    if not quiet:
        printers.append(handler.add_entry)
    try:
        yield handler.write_entries
    finally:
        log.removeHandler(handler)
        if not quiet:
            printers.remove(handler.add_entry)
        handler.write_entries()
