"""The dicts and lists of a world as rows: which have changed, and what they hold.

Rules:
1. A row of a dict is written if its key was touched (`runtime/tracking.py`).
2. Lists grow at their end and lose items at their start. A list or dict that was replaced by one
   that continues it is written from there on, and by any other as a whole.
3. The order of dicts is that of their rows: a key that was removed and added again gets a new row.
"""

from abc import ABC, abstractmethod
from collections.abc import Generator
from itertools import islice
from operator import is_
from typing import Any

from deck_sim.runtime.tracking import TRACKED, Lending
from deck_sim.state.row_values import RowReader, RowWriter
from deck_sim.state.tables import Changes, Stored

Restoring = Generator[None, None, Any]  # pauses after each row


class Part(ABC):
    """A dict or list of a world, and how much of it was saved."""

    def __init__(self, path: str) -> None:
        self.path = path
        self._saved: Any = None  # the dict or list itself

    def write(self, found: Any, writer: RowWriter, changes: Changes) -> Any:
        """Write the rows that have changed; returns what takes the place of the dict or list."""
        if found is not self._saved:
            continued = None if self._saved is None else self._continue(found)
            if continued is None:
                self._replace(found, changes)
            else:
                self._write_changes(self._saved, writer, changes)
                self._saved = continued
        self._write_changes(self._saved, writer, changes)
        return self._saved

    @abstractmethod
    def _continue(self, found: Any) -> Any:
        """The replacement for another dict or list that begins with the saved one, as in a world
        that was seeded; None if it does not.
        """

    def _replace(self, found: Any, changes: Changes) -> None:
        if self._saved is not None:
            changes.append(("clear", self.path))
        self._saved = self._begin(found)

    @abstractmethod
    def _begin(self, found: Any) -> Any:
        """The replacement for a dict or list of which nothing is saved."""

    @abstractmethod
    def _write_changes(self, found: Any, writer: RowWriter, changes: Changes) -> None: ...

    @abstractmethod
    def restore(self, found: Any, reader: RowReader, stored: Stored) -> Restoring:
        """Fill an empty dict or list with what is stored, row by row; returns what takes its
        place.
        """


class List(Part):
    """A list, deque or log: a row for each item, numbered from the first that there ever was."""

    plain: type = list
    _first = _end = 0  # the numbers of its first row, and after its last

    def _begin(self, found: Any) -> Any:
        self._first = self._end = getattr(found, "dropped", 0)
        return TRACKED[type(found)](found, self._first)

    def _continue(self, found: Any) -> Any:
        saved = self._saved
        lost = saved.total - len(saved)
        is_continued = (
            lost == getattr(found, "dropped", 0)
            and len(found) >= len(saved)
            and all(map(is_, saved, found))
        )
        return TRACKED[type(found)](found, lost) if is_continued else None

    def _write_changes(self, found: Any, writer: RowWriter, changes: Changes) -> None:
        new = [*islice(reversed(found), found.total - self._end)][::-1]
        for number, item in enumerate(new, found.total - len(new)):
            changes.append(("put", self.path, number, writer.write(item)))
        self._end, first = found.total, found.total - len(found)
        if first > self._first:
            changes.append(("drop", self.path, first))
            self._first = first

    def restore(self, found: Any, reader: RowReader, stored: Stored) -> Restoring:
        """As `Part.restore`."""
        rows = stored.entries.get(self.path, [])
        for _, text in rows:
            found.append(reader.value(text))
            yield
        self._first = rows[0][0] if rows else 0
        self._saved = TRACKED[type(found)](found, self._first)
        self._end = self._saved.total
        return self._saved


class Calls(List):
    """The journal, in which a call may be replaced."""

    def _write_changes(self, found: Any, writer: RowWriter, changes: Changes) -> None:
        for number in found.replaced:
            if call := found.at(number):
                changes.append(("put", self.path, number, writer.write(call)))
        found.replaced.clear()
        super()._write_changes(found, writer, changes)


class Dict(Part):
    """A dict: a row for each key."""

    plain: type = dict

    def _begin(self, found: Any) -> Any:
        return TRACKED[type(found)](found)

    def _continue(self, found: Any) -> Any:
        if [*islice(found, len(self._saved))] != [*self._saved]:
            return None
        continued = TRACKED[type(found)](self._saved)
        continued.take_touched()
        for key, value in found.items():
            if key not in continued or dict.__getitem__(continued, key) is not value:
                continued[key] = value
        return continued

    def _write_changes(self, found: Any, writer: RowWriter, changes: Changes) -> None:
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

    def restore(self, found: Any, reader: RowReader, stored: Stored) -> Restoring:
        """As `Part.restore`."""
        for name, text in stored.items.get(self.path, []):
            key = reader.value(name)
            found[key] = yield from self._read(key, text, reader, stored)
        self._saved = self._begin(found)
        self._saved.take_touched()
        return self._saved

    def _read(self, key: Any, text: str, reader: RowReader, stored: Stored) -> Restoring:
        yield
        return reader.value(text)


class LendingDict(Dict):
    """A dict whose values are changed in place."""

    def _begin(self, found: Any) -> Any:
        return Lending(found)

    def _continue(self, found: Any) -> Any:
        return None


class Lists(LendingDict):
    """A dict of lists, each of which is a part of its own."""

    inner: type[List] | type[Dict] = List

    def __init__(self, path: str) -> None:
        super().__init__(path)
        self._parts = dict[Any, Part]()

    def _replace(self, found: Any, changes: Changes) -> None:
        self._parts.clear()
        super()._replace(found, changes)

    def _value(self, found: Any, key: Any, writer: RowWriter, changes: Changes) -> Any:
        written = self._part(key).write(dict.__getitem__(found, key), writer, changes)
        dict.__setitem__(found, key, written)

    def _part(self, key: Any) -> Part:
        if key not in self._parts:
            self._parts[key] = self.inner(f"{self.path}/{key}")
        return self._parts[key]

    def _forget(self, key: Any, changes: Changes) -> None:
        self._parts.pop(key, None)
        changes.append(("clear", f"{self.path}/{key}"))

    def _read(self, key: Any, text: str, reader: RowReader, stored: Stored) -> Restoring:
        return self._part(key).restore(self.inner.plain(), reader, stored)


class Dicts(Lists):
    """A dict of dicts, each of which is a part of its own."""

    inner = Dict


class Kinds(Dicts):
    """The resources by kind. The kinds follow from the edition."""

    def _begin(self, found: Any) -> Any:
        return found

    def _continue(self, found: Any) -> Any:
        return found if self._saved.keys() == found.keys() else None

    def _write_changes(self, found: Any, writer: RowWriter, changes: Changes) -> None:
        for kind in found:
            self._value(found, kind, writer, changes)

    def restore(self, found: Any, reader: RowReader, stored: Stored) -> Restoring:
        """As `Part.restore`."""
        for kind, resources in found.items():
            found[kind] = yield from self._part(kind).restore(resources, reader, stored)
        self._saved = found
        return found
