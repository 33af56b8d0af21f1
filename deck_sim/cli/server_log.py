"""The log that `serve` and `exec` write on stderr: a line for each record of `deck_sim`."""

import json
import logging
import sys
from collections.abc import Iterator
from contextlib import contextmanager

FORMATS = ("text", "json")


class _JsonFormatter(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        """An entry of the activity log as an object; any other record with its level."""
        data = getattr(record, "activity", None)
        if data is None:
            level = record.levelname.lower()
            data = {"kind": "log", "level": level, "message": super().format(record)}
        return json.dumps(data, ensure_ascii=False)


@contextmanager
def log_to_stderr(form: str, *, quiet: bool) -> Iterator[None]:
    """Write the log in one of `FORMATS`; if `quiet`, only warnings and errors."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_JsonFormatter() if form == "json" else logging.Formatter())
    log = logging.getLogger("deck_sim")
    level = log.level
    log.addHandler(handler)
    log.setLevel(logging.WARNING if quiet else logging.INFO)
    try:
        yield
    finally:
        log.removeHandler(handler)
        log.setLevel(level)
