"""The file that stores worlds: an SQLite database, with a transaction for each saved change.

The file belongs to one server at a time: it is locked until that server closes it or ends.
"""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

from deck_sim.base import real_time
from deck_sim.contract.error_catalog import refuse
from deck_sim.runtime.registry import WorldRegistry
from deck_sim.runtime.simulation import Simulation
from deck_sim.state.opening import StateFileError, open_database
from deck_sim.state.rows import SavedWorld, load_world
from deck_sim.state.values import Reader, Writer

_PUT = """
INSERT INTO row (world, part, key, value) VALUES (?, ?, ?, ?)
ON CONFLICT (world, key, part) DO UPDATE SET value = excluded.value
"""
_ROWS = "SELECT part, value FROM row WHERE world = ? ORDER BY id"
_SOURCE = "SELECT value FROM source WHERE digest = ?"
_DELETE = "DELETE FROM row WHERE world = ? AND part = ? AND key = ?"


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
        file.save_all()
    finally:
        worlds.state = None
        file.close()


class StateFile:
    """Reads and writes the worlds of one server in a state file."""

    def __init__(self, worlds: WorldRegistry, path: Path, wall: Callable[[], datetime]) -> None:
        self._worlds, self._path, self._wall = worlds, path, wall
        self._saved: dict[str, SavedWorld] = {}  # by key; of the worlds that are in memory
        self._db = open_database(path)
        self._ids: dict[str, int] = dict(self._db.execute("SELECT key, id FROM world ORDER BY id"))

    def load_all(self) -> None:
        """Load every world. Raises StateFileError if a world cannot be read."""
        try:
            for key in self._ids:
                self._saved[key] = self._read(key)
                self._worlds.adopt(self._saved[key].simulation)
        except Exception as error:  # a damaged file can cause any error
            text = (
                f"cannot be read: {type(error).__name__}: {error}; it is damaged, or another"
                " version of deck-sim wrote it; use that version, restore a copy of the file, or"
                " move it away to start again"
            )
            raise StateFileError(self._path, text) from None

    def load(self, key: str) -> Simulation | None:
        """Read and return the world of a key; None if the file has none. Raises ApiError
        (`state_not_saved`) if the file cannot be read now.
        """
        if key not in self._ids:
            return None
        try:
            self._saved[key] = self._read(key)
        except Exception as error:
            text = (
                f"This key's world cannot be read from {self._path}: {_explain(error)}. Check the"
                " file and its disk, and repeat the call."
            )
            raise refuse("deck_sim/state_not_saved", text) from None
        return self._saved[key].simulation

    def save(self, key: str, simulation: Simulation | None) -> None:
        """Save the changes in the world of a key; without a `simulation`, delete the world from the
        file. Raises ApiError (`state_not_saved`) if that fails; the file then has not changed.
        """
        try:
            if simulation is not None:
                self._save(key, simulation)
            elif key in self._ids:
                with self._db:
                    self._db.execute("BEGIN IMMEDIATE")
                    self._delete(key)
                del self._ids[key]
                self._saved.pop(key, None)
        except Exception as error:
            why = _explain(error)
            raise refuse("deck_sim/state_not_saved", file=str(self._path), why=why) from None

    def save_all(self) -> None:
        """Save every world in memory, except those that SQLite cannot save."""
        for key, saved in [*self._saved.items()]:
            with suppress(sqlite3.Error):
                self._save(key, saved.simulation)

    def close(self) -> None:
        self._db.close()

    def _read(self, key: str) -> SavedWorld:
        def find_source(digest: str) -> str:
            return str(self._db.execute(_SOURCE, (digest,)).fetchone()[0])

        rows = self._db.execute(_ROWS, (self._ids[key],)).fetchall()
        make = partial(self._worlds.make, key)
        reader = Reader(self._worlds.library.find, find_source)
        saved, clock = load_world(make, reader, rows, self._ids[key])
        moving = saved.simulation.clock
        if clock and moving:
            showed, at = clock
            moving.resume(showed, max(self._wall() - at, timedelta()))
        return saved

    def _save(self, key: str, simulation: Simulation) -> None:
        # A row counts as written when it is made. If the save fails, the next one writes all rows.
        saved, writer, saved_at = self._saved.pop(key, None), Writer(), self._wall()
        with self._db:
            self._db.execute("BEGIN IMMEDIATE")
            if saved is None or saved.simulation is not simulation:
                self._delete(key)
                added = self._db.execute("INSERT INTO world (key) VALUES (?)", (key,))
                saved = SavedWorld(simulation, added.lastrowid or 0)
            for part, name, value in saved.changed_rows(writer.write, saved_at):
                if value is None:
                    self._db.execute(_DELETE, (saved.id, part, name))
                else:
                    self._db.execute(_PUT, (saved.id, part, name, value))
            self._db.executemany(
                "INSERT OR IGNORE INTO source VALUES (?, ?)", writer.sources.items()
            )
        self._ids[key], self._saved[key] = saved.id, saved

    def _delete(self, key: str) -> None:
        self._db.execute("DELETE FROM row WHERE world = ?", (self._ids.get(key),))
        self._db.execute("DELETE FROM world WHERE key = ?", (key,))


def _explain(error: Exception) -> str:
    return f"{error}" if isinstance(error, sqlite3.Error) else f"{error!r}"
