"""Opens a state file, and makes its tables if it is new."""

import os
import sqlite3
from pathlib import Path

from deck_sim.base.errors import DeckSimError
from deck_sim.base.version import __version__

FORMAT = 12  # of the tables. Values name their classes: add 1 if a class or a field moves
_MARK = 0x4465636B  # "Deck": the application id in the head of the database
_FOREIGN = "is not a state file of deck-sim; name a new file, or one that `--state` made"
_LOCKED = "is in use by another server; stop that server, or use another file"
_DAMAGED = "is damaged; restore a copy of it, or move it away to start again"
_UNUSABLE = {
    sqlite3.SQLITE_BUSY: _LOCKED,
    sqlite3.SQLITE_LOCKED: _LOCKED,
    sqlite3.SQLITE_CORRUPT: _DAMAGED,
    sqlite3.SQLITE_NOTADB: _FOREIGN,
}

_SCHEMA = """
CREATE TABLE world (id INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE);
CREATE TABLE row (
    id INTEGER PRIMARY KEY,
    world INTEGER NOT NULL,
    part TEXT NOT NULL,
    key TEXT NOT NULL,
    value BLOB NOT NULL,
    UNIQUE (world, key, part)  -- rows about one resource are changed together
);
-- The sources of the scenarios that worlds play or have added, by their digest.
CREATE TABLE source (digest TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
"""


class StateFileError(DeckSimError):
    """A state file that cannot be opened, read or used; the message says why."""

    def __init__(self, path: Path, text: str) -> None:
        super().__init__(f"{str(path)!r} {text}")


def open_database(path: Path) -> sqlite3.Connection:
    """Open and lock a state file; if there is none, make one that only its owner can read. Raises
    StateFileError if the file cannot be used.
    """
    try:
        if path.exists() and not path.is_file():  # reading from a pipe would not end
            raise StateFileError(path, _FOREIGN)
        os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
    except OSError as error:
        raise StateFileError(path, f"cannot be opened: {error.strerror}") from None
    # Absolute, since `:memory:` would be no file. The server may use `db` on another thread.
    db = sqlite3.connect(path.absolute(), timeout=0, isolation_level=None, check_same_thread=False)
    try:
        db.execute("PRAGMA locking_mode = EXCLUSIVE")
        mark, format_ = (
            db.execute(f"PRAGMA {n}").fetchone()[0] for n in ("application_id", "user_version")
        )
        is_empty = not db.execute("SELECT 1 FROM sqlite_master").fetchone()
        if mark != _MARK and not (is_empty and mark == 0):
            raise StateFileError(path, _FOREIGN)
        if not is_empty and format_ != FORMAT:
            text = (
                f"has the format {format_}, but deck-sim {__version__} reads {FORMAT}; serve it"
                " with the version that made it, or move it away to start again"
            )
            raise StateFileError(path, text)
        db.execute("PRAGMA journal_mode = WAL")
        db.execute("PRAGMA synchronous = NORMAL")
        db.execute("BEGIN IMMEDIATE")
        if is_empty:
            for statement in _SCHEMA.split(";"):
                db.execute(statement)
            db.execute(f"PRAGMA application_id = {_MARK}")
            db.execute(f"PRAGMA user_version = {FORMAT}")
        db.execute("COMMIT")
    except sqlite3.Error as error:
        db.close()
        text = _UNUSABLE.get(error.sqlite_errorcode, f"cannot be used: {error}")
        raise StateFileError(path, text) from None
    except StateFileError:
        db.close()
        raise
    return db
