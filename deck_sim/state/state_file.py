"""The file that stores worlds: an SQLite database, with a transaction for each saved change.

The file belongs to one server at a time: it is locked until that server closes it or ends.
"""

import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from functools import partial
from pathlib import Path

from deck_sim.base import __version__, real_time
from deck_sim.base.errors import DeckSimError
from deck_sim.contract.error_catalog import ApiError, refuse
from deck_sim.runtime.registry import WorldRegistry
from deck_sim.runtime.simulation import Simulation
from deck_sim.state.rows import SavedWorld, load_world
from deck_sim.state.values import Reader, Writer

FORMAT = 14  # of the tables. Values name their classes: add 1 if a class or a field moves
_MARK = 0x4465636B  # "Deck": the application id in the head of the database
_FOREIGN = "is not a state file of deck-sim; name a new file, or one that `--state` made"
_UNUSABLE = {
    sqlite3.SQLITE_BUSY: "is in use by another server; stop that server, or use another file",
    sqlite3.SQLITE_CORRUPT: "is damaged; restore a copy of it, or move it away to start again",
    sqlite3.SQLITE_NOTADB: _FOREIGN,
}

_SCHEMA = """
CREATE TABLE world (id INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE);
CREATE TABLE row (
    id INTEGER PRIMARY KEY,  -- the id of the world << 32, plus the number of the row in its world
    part TEXT NOT NULL,
    value BLOB NOT NULL
);
-- The sources of the scenarios that worlds play or have added, by their digest.
CREATE TABLE source (digest TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
"""
_OF_WORLD = "id >= ?1 << 32 AND id < (?1 + 1) << 32"
_READ = f"SELECT id & 0xFFFFFFFF, part, value FROM row WHERE {_OF_WORLD} ORDER BY id"
_PUT = "REPLACE INTO row VALUES ((? << 32) + ?, ?, ?)"
_DELETE = "DELETE FROM row WHERE id = (? << 32) + ?"
_FIND_SOURCE = "SELECT value FROM source WHERE digest = ?"
_PUT_SOURCE = "INSERT OR IGNORE INTO source VALUES (?, ?)"


class StateFileError(DeckSimError):
    """A state file that cannot be opened, read or used; the message says why."""

    def __init__(self, path: Path, text: str) -> None:
        super().__init__(f"{str(path)!r} {text}")


@contextmanager
def keep_worlds(
    worlds: WorldRegistry, path: Path, wall: Callable[[], datetime] = real_time.now
) -> Iterator[None]:
    """Load the worlds of a file, and store all worlds of a server in it until the block ends.
    Raises StateFileError if the file cannot be used.
    """
    file = StateFile(worlds, path, wall)
    try:
        file.load_all()
        worlds.state = file
        yield
        for key, saved in [*file.saved.items()]:
            with suppress(ApiError):
                file.save(key, saved.simulation)
    finally:
        worlds.state = None
        file.close()


class StateFile:
    """Reads and writes the worlds of one server in a state file."""

    def __init__(self, worlds: WorldRegistry, path: Path, wall: Callable[[], datetime]) -> None:
        self._worlds, self._path, self._wall = worlds, path, wall
        self.saved: dict[str, SavedWorld] = {}  # by key; of the worlds that are in memory
        self._ids: dict[str, int | None] = {}  # by key; of the worlds in the file
        self._db, self._writer = _open_database(path), Writer()
        self.close, self._inode = self._db.close, path.stat().st_ino

    def load_all(self) -> None:
        """Load every world. Raises StateFileError if a world cannot be read."""
        try:
            self._ids.update(self._db.execute("SELECT key, id FROM world ORDER BY id"))
            for key in self._ids:
                self.saved[key] = self._read(key)
                self._worlds.adopt(self.saved[key].simulation)
        except Exception as error:  # a damaged file can cause any error
            text = (
                f"cannot be read: {_explain(error)}; it is damaged, or another version of deck-sim"
                " wrote it; use that version, restore a copy of the file, or move it away to start"
                " again"
            )
            raise StateFileError(self._path, text) from None

    def load(self, key: str) -> Simulation | None:
        """Read and return the world of a key; None if the file has none. Raises ApiError
        (`state_not_saved`) if the file cannot be read now.
        """
        if key not in self._ids:
            return None
        try:
            self.saved[key] = self._read(key)
        except Exception as error:
            text = (
                f"This key's world cannot be read from {self._path}: {_explain(error)}. Check the"
                " file and its disk, and repeat the call."
            )
            raise refuse("deck_sim/state_not_saved", text) from None
        return self.saved[key].simulation

    def save(self, key: str, simulation: Simulation | None) -> None:
        """Save the changes in the world of a key; without a `simulation`, delete the world from the
        file. Raises ApiError (`state_not_saved`) if that fails; the file then has not changed.
        """
        if not (os.path.exists(self._path) and os.stat(self._path).st_ino == self._inode):
            text = (
                f"The state file {self._path} was removed or replaced while the server runs, so no"
                " change can be saved. Start the server again."
            )
            raise refuse("deck_sim/state_not_saved", text)
        # A row counts as written when it is made. If the save fails, the next one writes all rows.
        saved, id_ = self.saved.pop(key, None), self._ids.get(key)
        try:
            with self._db as db:
                db.execute("BEGIN IMMEDIATE")
                if saved is None or saved.simulation is not simulation:
                    db.execute(f"DELETE FROM row WHERE {_OF_WORLD}", (id_,))
                    db.execute("DELETE FROM world WHERE id = ?", (id_,))
                    saved = id_ = None
                if simulation is not None:
                    if saved is None:
                        saved = SavedWorld(simulation)
                        id_ = db.execute("INSERT INTO world (key) VALUES (?)", (key,)).lastrowid
                    self._writer.sources.clear()
                    for number, part, value in saved.changed_rows(self._writer.write, self._wall()):
                        if value:
                            db.execute(_PUT, (id_, number, part, value))
                        else:
                            db.execute(_DELETE, (id_, number))
                    db.executemany(_PUT_SOURCE, self._writer.sources.values())
        except Exception as error:
            why = _explain(error)
            raise refuse("deck_sim/state_not_saved", file=str(self._path), why=why) from None
        if saved is not None:
            self._ids[key], self.saved[key] = id_, saved
        else:
            self._ids.pop(key, None)

    def _read(self, key: str) -> SavedWorld:
        worlds, db = self._worlds, self._db
        rows = db.execute(_READ, (self._ids[key],)).fetchall()
        reader = Reader(
            worlds.library.find, lambda digest: db.execute(_FIND_SOURCE, (digest,)).fetchone()[0]
        )
        return load_world(partial(worlds.make, key), reader, rows, self._wall())


def _explain(error: Exception) -> str:
    text = f"{error}" if isinstance(error, sqlite3.Error) else f"{type(error).__name__}: {error}"
    return text if text.isprintable() else f"{text!r}"  # it can quote what is damaged


def _open_database(path: Path) -> sqlite3.Connection:
    """Open a state file, and lock it against other servers. A new file can be read by its owner
    only. Raises StateFileError if the file cannot be used.
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
        return db
    except Exception as error:
        db.close()
        if not isinstance(error, sqlite3.Error):
            raise
        text = _UNUSABLE.get(error.sqlite_errorcode, f"cannot be used: {error}")
        raise StateFileError(path, text) from None
