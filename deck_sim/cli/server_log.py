"""The log of a server on stderr."""

import json
import logging
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import partial
from typing import Any

from deck_sim.runtime.activity_log import printers

FORMATS = ("text", "json")
_as_json = partial(json.dumps, ensure_ascii=False)


class _JsonFormatter(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        level = record.levelname.lower()
        return _as_json({"kind": "log", "level": level, "message": super().format(record)})


@contextmanager
def log_to_stderr(form: str, *, quiet: bool) -> Iterator[None]:
    """Log to stderr in a `with` block, as `text` or `json`. `quiet` omits calls and deliveries."""
    is_json, stream = form == "json", sys.stderr
    handler = logging.StreamHandler(stream)
    handler.setLevel(logging.WARNING)
    handler.setFormatter(_JsonFormatter() if is_json else logging.Formatter())

    def show(line: str, data: dict[str, Any]) -> None:
        with suppress(OSError):  # nobody reads stderr any more
            stream.write(f"{_as_json(data) if is_json else line}\n")  # the newline flushes it

    log = logging.getLogger("deck_sim")
    log.addHandler(handler)
    if not quiet:
        printers.append(show)
    try:
        yield
    finally:
        log.removeHandler(handler)
        if not quiet:
            printers.remove(show)
