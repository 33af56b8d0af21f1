"""Dicts and lists that note what has changed, so that saving a world costs as much as the change.

They take the places of a world's own dicts and lists while it is kept in a file. A copy of one is
plain again.
"""

from collections import Counter, OrderedDict, deque
from collections.abc import Iterable, Mapping, MutableMapping
from copy import deepcopy
from typing import Any, ClassVar

from deck_sim.engine.bounded_log import BoundedLog
from deck_sim.runtime.journal import Call, Journal


class Tracked(dict[Any, Any]):
    """A dict whose values are replaced, not changed in place."""

    plain: ClassVar[type[dict[Any, Any]]] = dict

    # The methods of `dict` do not call `__setitem__` and `__delitem__`.
    setdefault: Any = MutableMapping.setdefault
    update: Any = MutableMapping.update

    def __init__(self, *items: Mapping[Any, Any]) -> None:
        self._touched: dict[Any, bool] = {}
        super().__init__(*items)
        self._touched = dict.fromkeys(self, True)

    def take_touched(self) -> dict[Any, bool]:
        """The keys touched since the last call, at first all, and whether each is one that was
        added. Those that were added come in the order of the dict.
        """
        touched, self._touched = self._touched, {}
        return touched

    def touch(self, key: Any) -> None:
        """Note that the value of a key may change, or that the key goes."""
        if key in self:
            self._touched.setdefault(key, False)

    def __setitem__(self, key: Any, value: Any) -> None:
        if key in self:
            self._touched.setdefault(key, False)
        else:
            self._touched.pop(key, None)  # it may have been removed before
            self._touched[key] = True
        super().__setitem__(key, value)

    def __delitem__(self, key: Any) -> None:
        self.touch(key)
        super().__delitem__(key)

    def pop(self, key: Any, *default: Any) -> Any:
        """As `dict.pop`."""
        self.touch(key)
        return super().pop(key, *default)

    def __ior__(self, other: Any) -> Any:  # type: ignore[misc]
        self.update(other)
        return self

    def clear(self) -> None:
        """As `dict.clear`."""
        for key in [*self]:
            del self[key]

    def __copy__(self) -> dict[Any, Any]:
        return self.plain(self)

    def __deepcopy__(self, memo: dict[int, Any]) -> dict[Any, Any]:
        return deepcopy(self.plain(self), memo)


class Lending(Tracked):
    """A dict whose values are changed in place after `[]`, `get` or `setdefault`, and not after
    `values` or `items`.
    """

    def __getitem__(self, key: Any) -> Any:
        self.touch(key)
        return super().__getitem__(key)

    def get(self, key: Any, default: Any = None) -> Any:
        """As `dict.get`."""
        self.touch(key)
        return super().get(key, default)


class TrackedCounter(Counter[Any], Tracked):
    """A counter, whose `update` adds."""

    plain = Counter


class TrackedOrdered(Tracked, OrderedDict[Any, Any]):
    """An ordered dict, which can lose its first or last key."""

    plain = OrderedDict

    def popitem(self, last: bool = True) -> tuple[Any, Any]:
        """As `OrderedDict.popitem`."""
        key = next(reversed(self) if last else iter(self))
        return key, self.pop(key)


class TrackedList(list[Any]):
    """A list that counts its items, also those that it has lost since."""

    def __init__(self, items: Iterable[Any], dropped: int) -> None:
        super().__init__(items)
        self.total = dropped + len(self)

    def append(self, item: Any) -> None:
        """As `list.append`."""
        super().append(item)
        self.total += 1

    def __deepcopy__(self, memo: dict[int, Any]) -> list[Any]:
        return deepcopy([*self], memo)


class TrackedDeque(deque[Any]):
    """A deque that counts its items, as `TrackedList` does."""

    def __init__(self, items: deque[Any], dropped: int) -> None:
        super().__init__(items, items.maxlen)
        self.total = dropped + len(self)

    def append(self, item: Any) -> None:
        """As `deque.append`."""
        super().append(item)
        self.total += 1

    def __copy__(self) -> Any:
        return deque(self, self.maxlen)

    def __deepcopy__(self, memo: dict[int, Any]) -> Any:
        return deepcopy(deque(self, self.maxlen), memo)


class TrackedJournal(Journal):
    """A journal that notes the positions of calls that were replaced."""

    def __init__(self, calls: Iterable[Call], dropped: int) -> None:
        super().__init__(calls, dropped)
        self.replaced: list[int] = []

    def __setitem__(self, index: Any, call: Any) -> None:
        self.replaced.append(index + self.dropped)
        super().__setitem__(index, call)

    def __deepcopy__(self, memo: dict[int, Any]) -> Any:
        return Journal(self, self.dropped)


TRACKED: Mapping[type, Any] = {
    dict: Tracked,
    Counter: TrackedCounter,
    OrderedDict: TrackedOrdered,
    list: TrackedList,
    deque: TrackedDeque,
    BoundedLog: BoundedLog,  # counts what it loses
    Journal: TrackedJournal,
}
