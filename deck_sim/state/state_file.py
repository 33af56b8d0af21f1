"""The file that worlds are kept in: an SQLite database, with a transaction for each saved change.

A change is a row of the table `change` (a large one is several), because a commit costs as much as
the pages that it writes. When some hundred rows or a megabyte wait, the oldest are applied to the
other tables, where many changes meet in one row; a part at a time, so that no call waits long. A
file belongs to one server at a time: it is locked until that server closes it or ends.
"""

import os
import sqlite3
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

from deck_sim.base import real_time
from deck_sim.base.version import __version__
from deck_sim.contract.error_catalog import ApiError, refuse
from deck_sim.runtime.clock_modes import RealClock
from deck_sim.runtime.moments import LAST_MOMENT
from deck_sim.runtime.registry import WorldRegistry, world_token
from deck_sim.runtime.simulation import Simulation
from deck_sim.state.opening import StateFileError, open_database, remedy
from deck_sim.state.row_values import RowReader, RowWriter, encode
from deck_sim.state.rows import SavedWorld, is_of_read
from deck_sim.state.tables import Changes, apply_changes, apply_waiting, delete_rows, read_rows

MOST_CHANGES = 250  # rows of them that wait to be applied
MOST_CHARACTERS = 1_000_000  # of these rows
_PART = 250_000  # characters that are applied at a time
_ROW = 500  # changes of a call in one row
# The newest change of a world that waits, in a row if the world exists.
_NEWEST = """
SELECT max(change.id) FROM world LEFT JOIN change ON change.world = world.id
WHERE key = ? GROUP BY world.id
"""
_MOST_UNSAVED = 1000  # changes by reads of one world


@contextmanager
def keep_worlds(
    worlds: WorldRegistry, path: Path, wall: Callable[[], datetime] = real_time.now
) -> Iterator[None]:
    """Load the worlds of a file, and keep all worlds of a server in it until the end of the block.

    Raises:
        StateFileError: if the file cannot be used.

    """
    file = StateFile(worlds, path, wall)
    try:
        worlds.state = file
        file.load_all()
        yield
    finally:
        worlds.state = None
        file.close()


class StateFile:
    """The worlds of a server in a file."""

    def __init__(self, worlds: WorldRegistry, path: Path, wall: Callable[[], datetime]) -> None:
        self._worlds, self._path, self._wall = worlds, path, wall
        self._saved: dict[str, SavedWorld] = {}  # by key; of the worlds that are in memory
        self._writer = RowWriter()
        self._used_sources = set[str]()  # by the worlds that were loaded
        self._db = open_database(path)
        names = path, f"{path.resolve()}-wal"
        self._files = {name: os.stat(name) for name in names}  # as they were seen last
        self._waiting = self._waiting_size = 0  # rows that are not applied yet, and their length

    def load_all(self) -> None:
        """Load every world.

        Raises:
            StateFileError: if one cannot be read.

        """
        version = "that wrote it"
        try:
            (version,) = self._db.execute("SELECT version FROM about").fetchone()
            self._count_waiting()
            for (key,) in self._db.execute("SELECT key FROM world ORDER BY id").fetchall():
                self._worlds.find(key)  # loads it
            sources = {digest for (digest,) in self._db.execute("SELECT digest FROM source")}
            unused = ((digest,) for digest in sources - self._used_sources)
            self._db.executemany("DELETE FROM source WHERE digest = ?", unused)
            self._db.execute("UPDATE about SET version = ?", (__version__,))
        except BaseException as error:  # no list of what a foreign file can cause is complete
            self._saved.clear()  # so that `close` writes nothing to it
            if not isinstance(error, Exception):
                raise
            why = error.__cause__ or error  # of a refusal by `load`
            text = f"cannot be read: {type(why).__name__}: {why}; {remedy(version)}"
            raise StateFileError(self._path, text) from None

    def load(self, key: str) -> Generator[None, None, Simulation | None]:
        """Return the world of a key, or None if the key has no world. Pauses after each row.

        Raises:
            ApiError: `state_not_saved` if the file cannot be read now.

        """
        try:
            saved = yield from self.read(key)
        except Exception as error:
            raise self._explain(error) from error
        if saved is None:
            return None
        self._saved[key] = saved
        return saved.simulation

    def read(self, key: str) -> Generator[None, None, SavedWorld | None]:
        """Return the world of a key as it is in the file, or None if it is not there."""
        found = self._db.execute(_NEWEST, (key,)).fetchone()
        if found is None:
            return None
        (newest,) = found
        with suppress(sqlite3.Error, OSError):  # on a full disk
            while self._waits(newest):
                self._apply_oldest()
                yield
        with self._all_applied(newest):
            row = self._db.execute("SELECT id, clock, saved_at FROM world WHERE key = ?", (key,))
            id_, clock, saved_at = row.fetchone()
            stored = read_rows(self._db, id_)
        reader = RowReader(self._worlds.library.find, sources=self._read_source)
        make = partial(self._worlds.make, key)
        saved = yield from SavedWorld.restore(make, reader, stored, id_)
        self._used_sources |= reader.scenarios.keys()
        simulation = saved.simulation
        simulation.set_clock(simulation.mode, simulation.speed, simulation.step)
        saved.has_clock = clock is not None
        if isinstance(simulation.clock, RealClock):
            ago = max(self._wall() - datetime.fromisoformat(saved_at), timedelta())
            simulation.clock.resume(datetime.fromisoformat(clock), ago)
        return saved

    def save(self, key: str, simulation: Simulation | None) -> None:
        """Save what has changed in the world of a key; None deletes it.

        Raises:
            ApiError: `state_not_saved`; the file is as it was.

        """
        try:
            if simulation is None:
                self._delete(key)
            else:
                self._save(key, simulation)
        except Exception as error:
            raise self._explain(error) from None
        if self._waiting >= MOST_CHANGES or self._waiting_size >= MOST_CHARACTERS:
            with suppress(Exception):  # they are saved anyway, and the next call tries again
                self._apply_oldest()

    def _is_in_place(self) -> bool:
        """Whether the file and its log still have their names and have not become shorter. If not,
        SQLite would go on to write to them.
        """
        try:
            for name, before in self._files.items():
                found = os.stat(name)
                if not os.path.samestat(found, before) or found.st_size < before.st_size:
                    return False
                self._files[name] = found
        except OSError:
            return False
        return True

    def _explain(self, error: Exception) -> ApiError:
        if not self._is_in_place():
            text = (
                f"The change could not be saved: the state file {self._path} or {self._path}-wal"
                " was moved, removed or cut. The world is as it was before. Put both back and"
                " repeat the call; if they are lost, start the server again."
            )
            return refuse("deck_sim/state_not_saved", text)
        why = f"{error}" if isinstance(error, sqlite3.Error) else f"{error!r}"
        return refuse("deck_sim/state_not_saved", file=str(self._path), why=why)

    def forget(self, key: str) -> None:
        """Forget a world that is no longer in memory; it stays in the file."""
        self._saved.pop(key, None)

    def find_key(self, token: str) -> str | None:
        """The key of the world with that token, or None if no world has it."""
        row = self._db.execute("SELECT key FROM world WHERE token = ?", (token,)).fetchone()
        return row and str(row[0])

    def close(self) -> None:
        """Save all worlds, and close the file."""
        for key, saved in [*self._saved.items()]:
            with suppress(Exception):
                self._save(key, saved.simulation)
        self._db.close()

    def _save(self, key: str, simulation: Simulation) -> None:
        saved = self._saved.get(key)
        if saved is not None and saved.simulation is simulation:
            if changes := saved.unsaved + self._find_changes(saved):
                self._add(saved, changes)
            return
        with self._transaction():
            if saved is None:
                id_ = self._db.execute(
                    "INSERT INTO world (key, token) VALUES (?, ?)", (key, world_token(key))
                ).lastrowid
                assert id_ is not None, "an insert has an id"
            else:
                id_ = saved.id
                delete_rows(self._db, id_)
            saved = self._saved[key] = SavedWorld(simulation, id_)
            apply_changes(self._db, id_, self._find_changes(saved))

    def _add(self, saved: SavedWorld, changes: Changes) -> None:
        """Add changes to those that wait to be applied. On a full disk those of reads wait in
        memory, so that reads are answered.
        """
        try:
            with self._transaction():
                starts = range(0, len(changes), _ROW)
                rows = [(saved.id, encode(changes[start : start + _ROW])) for start in starts]
                self._db.executemany("INSERT INTO change (world, data) VALUES (?, ?)", rows)
        except (sqlite3.Error, OSError):
            if len(changes) > _MOST_UNSAVED or not all(map(is_of_read, changes)):
                raise
            saved.unsaved = changes
        else:
            saved.unsaved = []
            self._waiting += len(rows)
            self._waiting_size += sum(len(data) for _, data in rows)

    def _find_changes(self, saved: SavedWorld) -> Changes:
        changes: Changes = []
        saved.write(self._writer, changes)
        clock, moment = saved.simulation.clock, None
        if isinstance(clock, RealClock):
            moment = clock.read(saved.simulation.world.now, LAST_MOMENT).isoformat()
        if moment or saved.has_clock:
            saved.has_clock = moment is not None
            changes.append(("set_clock", moment, self._wall().isoformat()))
        return changes

    def _delete(self, key: str) -> None:
        saved = self._saved.get(key)
        if saved is not None:
            with self._transaction():
                delete_rows(self._db, saved.id)
                self._db.execute("DELETE FROM world WHERE id = ?", (saved.id,))
            self.forget(key)

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        if not self._is_in_place():
            raise FileNotFoundError(self._path)
        self._db.execute("BEGIN IMMEDIATE")
        with self._db:
            yield
            sources = self._writer.sources.items()
            self._db.executemany("INSERT OR IGNORE INTO source VALUES (?, ?)", sources)
        self._writer.sources.clear()

    def _count_waiting(self) -> None:
        found = self._db.execute("SELECT count(*), coalesce(sum(length(data)), 0) FROM change")
        self._waiting, self._waiting_size = found.fetchone()

    def _apply_oldest(self) -> None:
        with self._transaction():
            apply_waiting(self._db, _PART)
        self._count_waiting()

    def _waits(self, change: int | None) -> bool:
        """Whether a change or an older one is not applied."""
        (oldest,) = self._db.execute("SELECT min(id) FROM change").fetchone()
        return change is not None and oldest is not None and oldest <= change

    @contextmanager
    def _all_applied(self, newest: int | None) -> Iterator[None]:
        """Apply the changes that wait until the end of the block, which a full disk allows."""
        if not self._waits(newest):
            yield
            return
        self._db.execute("BEGIN IMMEDIATE")
        try:
            apply_waiting(self._db)
            yield
        finally:
            self._db.rollback()

    def _read_source(self, digest: str) -> str:
        row = self._db.execute("SELECT value FROM source WHERE digest = ?", (digest,)).fetchone()
        return str(row[0])
