"""The rows of one world in the tables `item` and `entry`: reads them, and applies changes."""

import json
import sqlite3
from dataclasses import dataclass, field
from math import inf
from typing import Any

from deck_sim.state.row_values import encode

# `?1` is the value, `?2` the world, `?3` the part, `?4` the key.
_DELETE = "DELETE FROM item WHERE ?1 IS NULL AND world = ?2 AND part = ?3 AND key = ?4"
_UPDATE = "UPDATE item SET value = ?1 WHERE world = ?2 AND part = ?3 AND key = ?4"
_INSERT = "INSERT OR REPLACE INTO item (value, world, part, key) VALUES (?1, ?2, ?3, ?4)"

# Changes of rows, in order: the name of a method of `_Batch`, and its arguments.
Changes = list[tuple[Any, ...]]


@dataclass
class Stored:
    """The rows of one world, by part."""

    items: dict[str, list[tuple[str, str]]] = field(default_factory=dict)  # keys and values
    entries: dict[str, list[tuple[int, str]]] = field(default_factory=dict)  # numbers and values


def read_rows(db: sqlite3.Connection, world: int) -> Stored:
    """Read the rows of a world."""
    stored = Stored()
    rows = db.execute("SELECT part, key, value FROM item WHERE world = ? ORDER BY id", (world,))
    for part, key, value in rows:
        stored.items.setdefault(part, []).append((key, value))
    rows = db.execute(
        "SELECT part, number, value FROM entry WHERE world = ? ORDER BY part, number", (world,)
    )
    for part, number, value in rows:
        stored.entries.setdefault(part, []).append((number, value))
    return stored


def delete_rows(db: sqlite3.Connection, world: int) -> None:
    """Delete the rows of a world, and the changes of them that are not applied yet."""
    for table in ("item", "entry", "change"):
        db.execute(f"DELETE FROM {table} WHERE world = ?", (world,))


def apply_changes(db: sqlite3.Connection, world: int, changes: Changes) -> None:
    """Make changes of the rows of a world."""
    batch = _Batch(db, world)
    batch.add(changes)
    batch.execute()


def apply_waiting(db: sqlite3.Connection, most: float = inf) -> None:
    """Apply the changes that wait, the oldest first, until they have so many characters."""
    batches, last, size = dict[int, _Batch](), 0, 0
    for id_, world, data in db.execute("SELECT id, world, data FROM change ORDER BY id"):
        batches.setdefault(world, _Batch(db, world)).add(json.loads(data))
        last, size = id_, size + len(data)
        if size >= most:
            break
    for batch in batches.values():
        batch.execute()
    db.execute("DELETE FROM change WHERE id <= ?", (last,))


class _Batch:
    """Changes of the rows of one world. Only the last change of each row is made."""

    def __init__(self, db: sqlite3.Connection, world: int) -> None:
        self._db, self._world = db, world
        self._items = dict[tuple[str, str], tuple[str, Any]]()  # what to do, and the value
        self._entries = dict[tuple[str, int], Any]()
        self._ends = dict[str, int]()

    def add(self, changes: Changes) -> None:
        """Add changes, which `execute` makes."""
        for name, *values in changes:
            getattr(self, name)(*values)

    def clear(self, part: str) -> None:
        """Delete all rows of a part and of the parts below it."""
        self.execute()
        for table in ("item", "entry"):
            self._db.execute(
                f"DELETE FROM {table} WHERE world = ? AND (part = ? OR part > ? AND part < ?)",
                (self._world, part, f"{part}/", f"{part}0"),  # `0` is the character after `/`
            )

    def delete(self, part: str, key: Any) -> None:
        """Delete a row of a dict."""
        self._items[part, encode(key)] = _DELETE, None

    def update(self, part: str, key: Any, value: Any) -> None:
        """Write a row of a dict again, in its place."""
        item = part, encode(key)
        is_new = item in self._items and self._items[item][0] == _INSERT
        self._items[item] = _INSERT if is_new else _UPDATE, value

    def insert(self, part: str, key: Any, value: Any) -> None:
        """Write a row of a dict, behind all others."""
        item = part, encode(key)
        self._items.pop(item, None)  # the last to be inserted is the last in order
        self._items[item] = _INSERT, value

    def put(self, part: str, number: int, value: Any) -> None:
        """Write a row of a list."""
        self._entries[part, number] = value

    def drop(self, part: str, end: int) -> None:
        """Delete the rows of a list before a number."""
        self._ends[part] = end

    def set_clock(self, moment: str | None, saved_at: str) -> None:
        """Write what a clock that moves by itself shows, and the real time of that."""
        self._db.execute(
            "UPDATE world SET clock = ?, saved_at = ? WHERE id = ?", (moment, saved_at, self._world)
        )

    def execute(self) -> None:
        """Write all changes to the tables."""
        for statement in (_DELETE, _UPDATE, _INSERT):
            items = (
                (None if statement == _DELETE else encode(value), self._world, *item)
                for item, (what, value) in self._items.items()
                if what == statement
            )
            self._db.executemany(statement, items)
        entries = ((self._world, *entry, encode(value)) for entry, value in self._entries.items())
        self._db.executemany("INSERT OR REPLACE INTO entry VALUES (?, ?, ?, ?)", entries)
        ends = ((self._world, *end) for end in self._ends.items())
        self._db.executemany("DELETE FROM entry WHERE world = ? AND part = ? AND number < ?", ends)
        for done in (self._items, self._entries, self._ends):
            done.clear()
