"""A world as rows of tables: which rows have changed since it was last saved, and the world that
rows describe.

Rules:
1. The fields of a simulation and its world that `_PARTS` names are many rows each. All others are a
   row each, under `FIELDS`, written if it differs; so a new small field needs no change here.
2. A row of a dict is written if its key was touched (`runtime/tracking.py`).
3. Lists grow at their end and lose items at their start. A list or dict that was replaced by
   another is written again as a whole.
4. The order of dicts is that of their rows: a key that was removed and added again gets a new row.
5. Values are written as snapshots write them, but each in full: two rows may hold equal values, and
   no row refers to another. Only the sources of scenarios are rows of their own, by their digest.
6. What follows from the rest is not written: `DERIVED`.
"""

import json
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import fields
from datetime import datetime, timedelta
from functools import partial
from itertools import takewhile
from operator import attrgetter
from typing import Any

from deck_sim.engine.bounded_log import BoundedLog
from deck_sim.engine.records import AdditiveChanges, Immutable
from deck_sim.engine.world import World
from deck_sim.runtime.journal import Journal
from deck_sim.runtime.simulation import Settings, Simulation
from deck_sim.runtime.snapshot import KEPT
from deck_sim.runtime.tracking import (
    Lending,
    Tracked,
    TrackedCounter,
    TrackedJournal,
    TrackedOrdered,
)
from deck_sim.state.row_values import RowReader, RowWriter
from deck_sim.state.tables import Changes, Stored

FIELDS = "fields"  # the part of the fields that are one row each
DERIVED = ("world.members", "world.timers")  # timers: from `world.timers._armed`
_LEFT_OUT = ("world", "answering")  # of what snapshots hold: calls in progress end with the process
_UNCHANGING = (
    str,
    int,
    float,
    type(None),
    datetime,
    timedelta,
    Immutable,
    Settings,
    AdditiveChanges,
)


class _Part(ABC):
    """A dict or list below an owner, and what was saved of it."""

    def __init__(
        self, path: str, get: Callable[[Any], Any], put: Callable[[Any, Any], None]
    ) -> None:
        self.path, self._get, self._put = path, get, put
        self._saved: Any = None  # the dict or list itself

    def write(self, owner: Any, writer: RowWriter, changes: Changes) -> None:
        """Write the rows that have changed."""
        found = self._get(owner)
        if found is self._saved:
            self._write_changes(found, writer, changes)
        else:
            if self._saved is not None:
                changes.append(("clear", self.path))
            self._write_whole(self._take_over(owner, found), writer, changes)

    def restore(self, owner: Any, reader: RowReader, stored: Stored) -> None:
        """Fill the empty dict or list of an owner with what is stored."""
        found = self._get(owner)
        self._fill(owner, found, reader, stored)
        self._take_over(owner, found)

    def _take_over(self, owner: Any, found: Any) -> Any:
        self._saved = self._track(found)
        self._put(owner, self._saved)
        return self._saved

    @abstractmethod
    def _track(self, found: Any) -> Any:
        """The replacement for a dict or list that was not saved before."""

    @abstractmethod
    def _write_whole(self, found: Any, writer: RowWriter, changes: Changes) -> None: ...

    @abstractmethod
    def _write_changes(self, found: Any, writer: RowWriter, changes: Changes) -> None: ...

    @abstractmethod
    def _fill(self, owner: Any, found: Any, reader: RowReader, stored: Stored) -> None: ...


class _List(_Part):
    """A list or deque: a row for each item, numbered from the first that there ever was."""

    plain: type = list
    _first = _end = 0
    _last: Any = None

    def _track(self, found: Any) -> Any:
        return found

    def _write_whole(self, found: Any, writer: RowWriter, changes: Changes) -> None:
        self._first = self._end = self._count_dropped(found, 0)
        self._append(found, writer, changes)

    def _write_changes(self, found: Any, writer: RowWriter, changes: Changes) -> None:
        self._append(self._find_new(found), writer, changes)
        first = self._count_dropped(found, self._end - len(found))
        if first > self._first:
            changes.append(("drop", self.path, first))
            self._first = first

    def _find_new(self, found: Any) -> Iterable[Any]:
        if self._end == self._first:
            return [*found]
        return [*takewhile(lambda item: item is not self._last, reversed(found))][::-1]

    def _count_dropped(self, found: Any, otherwise: int) -> int:
        return otherwise

    def _append(self, items: Iterable[Any], writer: RowWriter, changes: Changes) -> None:
        for item in items:
            changes.append(("put", self.path, self._end, writer.write(item)))
            self._end += 1
            self._last = item

    def _fill(self, owner: Any, found: Any, reader: RowReader, stored: Stored) -> None:
        for number, text in stored.entries.get(self.path, []):
            if not found:
                self._first = self._note_first(found, number)
            found.append(reader.value(text))
            self._end, self._last = number + 1, found[-1]

    def _note_first(self, found: Any, number: int) -> int:
        return number


class _Log(_List):
    """A log that counts what it has dropped."""

    def _find_new(self, found: BoundedLog[Any]) -> Iterable[Any]:
        self._end = max(self._end, found.dropped)  # some may be gone before they were saved
        return found.since(self._end)

    def _count_dropped(self, found: BoundedLog[Any], otherwise: int) -> int:
        return found.dropped

    def _note_first(self, found: BoundedLog[Any], number: int) -> int:
        found.dropped = number
        return number


class _Calls(_Log):
    """The journal, in which a call may be replaced."""

    def _track(self, found: Journal) -> TrackedJournal:
        return TrackedJournal(found, found.dropped)

    def _write_changes(self, found: Any, writer: RowWriter, changes: Changes) -> None:
        for number in found.replaced:
            if call := found.at(number):
                changes.append(("put", self.path, number, writer.write(call)))
        found.replaced.clear()
        super()._write_changes(found, writer, changes)


class _Dict(_Part):
    """A dict: a row for each key."""

    plain: type = dict
    tracked: type[Tracked] = Tracked

    def _track(self, found: Any) -> Any:
        tracked = self.tracked(found)
        tracked.take_touched()
        return tracked

    def _write_whole(self, found: Any, writer: RowWriter, changes: Changes) -> None:
        for key in found:
            value = self._value(found, key, writer, changes)
            changes.append(("insert", self.path, writer.write(key), value))

    def _write_changes(self, found: Tracked, writer: RowWriter, changes: Changes) -> None:
        for key, is_new in found.take_touched().items():
            name = writer.write(key)
            if key not in found:
                changes.append(("delete", self.path, name))
                self._forget(key, changes)
            else:
                value = self._value(found, key, writer, changes)
                changes.append(("insert" if is_new else "update", self.path, name, value))

    def _value(self, found: Any, key: Any, writer: RowWriter, changes: Changes) -> Any:
        return writer.write(dict.__getitem__(found, key))

    def _forget(self, key: Any, changes: Changes) -> None:
        """Forget what belongs to a key that was removed."""

    def _fill(self, owner: Any, found: Any, reader: RowReader, stored: Stored) -> None:
        for name, text in stored.items.get(self.path, []):
            found[reader.value(name)] = reader.value(text)


class _Counter(_Dict):
    tracked = TrackedCounter


class _Ordered(_Dict):
    tracked = TrackedOrdered


class _Lending(_Dict):
    """A dict whose values are changed in place."""

    tracked = Lending


class _Nested(_Lending):
    """A dict of lists or dicts, each of which is a part of its own."""

    inner: type[_List] | type[_Dict] = _List

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self._parts = dict[Any, _Part]()

    def _write_whole(self, found: Any, writer: RowWriter, changes: Changes) -> None:
        self._parts.clear()
        super()._write_whole(found, writer, changes)

    def _value(self, found: Any, key: Any, writer: RowWriter, changes: Changes) -> Any:
        self._part(key).write(found, writer, changes)
        return None

    def _part(self, key: Any) -> _Part:
        if key not in self._parts:
            get, put = partial(_get_item, key=key), partial(_put_item, key=key)
            self._parts[key] = self.inner(f"{self.path}/{key}", get, put)
        return self._parts[key]

    def _forget(self, key: Any, changes: Changes) -> None:
        self._parts.pop(key, None)
        changes.append(("clear", f"{self.path}/{key}"))

    def _fill(self, owner: Any, found: Any, reader: RowReader, stored: Stored) -> None:
        for name, _ in stored.items.get(self.path, []):
            key = reader.value(name)
            found[key] = self.inner.plain()
            self._part(key).restore(found, reader, stored)


class _NestedDicts(_Nested):
    inner = _Dict


class _Kinds(_NestedDicts):
    """The resources by kind. The kinds follow from the edition."""

    def _track(self, found: Any) -> Any:
        return found

    def _write_whole(self, found: Any, writer: RowWriter, changes: Changes) -> None:
        self._parts.clear()
        self._write_changes(found, writer, changes)

    def _write_changes(self, found: Any, writer: RowWriter, changes: Changes) -> None:
        for kind in found:
            self._part(kind).write(found, writer, changes)

    def _fill(self, owner: Any, found: Any, reader: RowReader, stored: Stored) -> None:
        for kind in found:
            self._part(kind).restore(found, reader, stored)


class _Timers(_Dict):
    """The moments of timers. Those of one moment are due in the order of their changes."""

    def _fill(self, owner: Any, found: Any, reader: RowReader, stored: Stored) -> None:
        for name, text in stored.items.get(self.path, []):
            owner.world.timers.arm(*reader.value(name), reader.value(text))


def _get_item(owner: Any, key: Any) -> Any:
    return dict.__getitem__(owner, key)


def _put_item(owner: Any, value: Any, key: Any) -> None:
    dict.__setitem__(owner, key, value)


_PARTS: Mapping[str, type[_Part]] = {
    "chosen": _Dict,
    "choices": _List,
    "crashes": _Log,
    "ignored_names": _Dict,
    "journal": _Calls,
    "library._own": _Dict,
    "stored_answers": _Ordered,
    "world._resources": _Kinds,
    "world.attempts": _Lending,
    "world.counters": _Counter,
    "world.events": _Log,
    "world.finished_runs": _Log,
    "world.finished_sessions": _Log,
    "world.fired": _Dict,
    "world.held_back": _Dict,
    "world.holds": _Dict,
    "world.injected._by_owner": _Lending,
    "world.messages": _Nested,
    "world.played": _Counter,
    "world.screenshots": _Nested,
    "world.script_errors": _Log,
    "world.stories": _Lending,
    "world.timeline": _Log,
    "world.timers._armed": _Timers,
    "world.users": _NestedDicts,
}


def _fields_of_one_row() -> Iterator[str]:
    names = (*KEPT, "attempting", *(f"world.{row.name}" for row in fields(World)))
    parted = {*_PARTS, *_LEFT_OUT, *DERIVED, "world.injected"}
    return (name for name in names if name not in parted)


_FIELDS = {name: attrgetter(name) for name in _fields_of_one_row()}


_NEW = object(), object()  # differs from every value


class SavedWorld:
    """A world, and the parts of it that were saved."""

    def __init__(self, simulation: Simulation, id_: int) -> None:
        self.simulation, self.id = simulation, id_
        self.has_clock = False  # whether the row of the world has a moment of its clock
        self._parts = [
            class_(path, attrgetter(path), partial(_put, path=path))
            for path, class_ in _PARTS.items()
        ]
        self._fields = dict[str, tuple[Any, Any]]()  # values, and as they were written

    def write(self, writer: RowWriter, changes: Changes) -> None:
        """Write the rows that have changed."""
        for part in self._parts:
            part.write(self.simulation, writer, changes)
        for name, get in _FIELDS.items():
            value, (before, data_before) = get(self.simulation), self._fields.get(name, _NEW)
            if value is not before or not isinstance(value, _UNCHANGING):
                data = writer.write(value)
                if data != data_before:
                    changes.append(("insert", FIELDS, name, data))
                self._fields[name] = value, data

    @classmethod
    def restore(
        cls, make: Callable[[Settings], Simulation], reader: RowReader, stored: Stored, id_: int
    ) -> "SavedWorld":
        """Make the simulation that the rows describe.

        Raises:
            ValueError: if there are rows that this version does not know.

        """
        written = {json.loads(key): json.loads(text) for key, text in stored.items[FIELDS]}
        values = {name: reader.read(data) for name, data in written.items()}
        parts = {path.partition("/")[0] for path in (*stored.items, *stored.entries)}
        if unknown := sorted((values.keys() - _FIELDS.keys()) | (parts - {FIELDS, *_PARTS})):
            raise ValueError(f"unknown: {', '.join(unknown)}")
        restored = cls(make(values["settings"]), id_)
        simulation = restored.simulation
        simulation.world = World(values["world.edition"])
        for name, value in values.items():
            _put(simulation, value, name)
        for part in restored._parts:
            part.restore(simulation, reader, stored)
        _list_members(simulation.world)
        simulation.world.outbox[:0] = simulation.attempting  # nobody knows how they went
        simulation.attempting = []
        restored._fields = {name: (values[name], written[name]) for name in values}
        return restored


def _list_members(world: World) -> None:
    for kind, found in world.resources.items():
        for name in world.listed_by(kind):
            for resource in found.values():
                world.members.setdefault((resource[name], name), []).append(resource.id)


def _put(owner: Any, value: Any, path: str) -> None:
    parent, _, name = path.rpartition(".")
    setattr(attrgetter(parent)(owner) if parent else owner, name, value)
