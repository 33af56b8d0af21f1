"""The values of a world. They are frozen: a change makes a new value.

So an event refers to the resource as it was, a refused call has nothing to undo, and copies of a
world share their values. Only `RecentLog`, the last items of a list, changes in place.
"""

from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from copy import copy
from dataclasses import dataclass, field, fields
from datetime import datetime, timedelta
from itertools import islice
from typing import Any, Self, TypeVar, dataclass_transform

from deck_sim.base.durations import format_duration
from deck_sim.contract.editions import Edition
from deck_sim.contract.error_catalog import Problem, problem

Item = TypeVar("Item")


@dataclass_transform(frozen_default=True)
def value_class(cls: type[Item]) -> type[Item]:
    """Make a dataclass that is frozen for mypy only: making a value is then five times as fast."""
    return dataclass(slots=True)(cls)


class Immutable:
    """A value that never changes, so copies of a world share it."""

    __slots__ = ()

    def __deepcopy__(self, memo: dict[int, Any] | None = None) -> Self:
        return self


@value_class
class Resource(Immutable):
    """One resource of the API, as it is at one moment."""

    kind: str
    id: str
    created_at: datetime
    updated_at: datetime
    status: str | None
    fields: Mapping[str, Any]  # never changed in place; the API prints those that are attributes
    hidden: Mapping[str, Any] = field(default_factory=dict)  # not printed
    started_at: datetime | None = None  # when a run or session first worked
    deleted: bool = False

    def __getitem__(self, name: str) -> Any:
        return self.fields[name]


@value_class
class Event(Immutable):
    """An event of the API: its type, and the resource as it was when the event was emitted."""

    id: str
    type: str
    data: Resource
    created_at: datetime
    extras: Mapping[str, Any] = field(default_factory=dict)  # shown data of other resources
    after: int = 0  # number of timeline entries before the event


@dataclass(frozen=True, slots=True)
class Screenshot(Immutable):
    """A screenshot of a run; all have the same picture."""

    id: str
    name: str  # of the file
    created_at: datetime
    reasoning: str


Listed = TypeVar("Listed", bound=Resource | Event | Screenshot)


def items_behind(items: Iterable[Listed], item_id: str | None) -> Iterator[Listed]:
    """Return the items behind the one with this id; all items for None. Raises LookupError if no
    item has the id.
    """
    rest = iter(items)
    if item_id is not None and all(item.id != item_id for item in rest):
        raise LookupError(item_id)
    return rest


@value_class
class TimelineEntry(Immutable):
    """One entry of the timeline: something that happened in a world, and its time."""

    at: datetime
    kind: str  # a resource's kind, or `call`, `clock` or `magic_name`
    id: str
    what: str
    status: str | None = None  # that the resource entered
    changes: Mapping[str, Any] | None = None  # fields that were set
    step: tuple[int | str, ...] | None = None  # the path of the step at which its story was
    is_creation: bool = False


@dataclass(frozen=True, slots=True)
class HoldPoint:
    """A hold: it stops stories before an event (of one resource or any), or answers to a call."""

    id: str
    event: str | None = None
    resource: str | None = None
    call: str | None = None  # a pattern, such as `POST /v2/tasks/*/run`
    met: int = 0  # how many stories and answers it has stopped

    def __str__(self) -> str:
        return f"`{self.event or self.call}`" + (f" of `{self.resource}`" if self.resource else "")


@dataclass(frozen=True, slots=True)
class AdditiveChanges:
    """Undocumented fields and types that a world shows, since Deck may add some at any time."""

    fields: bool = False
    event_type: str | None = None
    interaction_type: str | None = None

    @property
    def unknown_fields(self) -> Mapping[str, Any]:
        unknown = {"deck_sim_surprise": {"why": "clients must tolerate unknown fields"}}
        return unknown if self.fields else {}


MOST = 1_000_000_000  # the largest number that an option may have


def _option(description: str, default: Any = None, **more: Any) -> Any:
    return field(default=default, metadata={"description": description, **more})


@dataclass(frozen=True, slots=True)
class Options(Immutable):
    """Limits and behaviours of a world, which are off (None, False or `()`) by default.

    Each option is one field. The control API, the pytest marker, `Deck.reset`, `DeckSim` and the
    inspector take the option's name, type and metadata from the field. The metadata are its
    `description`, the kind of resource that it `needs`, and the `least` number that it accepts.
    """

    session_limit: int | None = _option(
        "How many sessions may be open; one more gets 429 `rate_limit/session_limit_exceeded`.",
        needs="session",
    )
    timeout_cap: int | None = _option("The largest `settings.timeout_seconds` of a task.", least=1)
    screenshots: bool = _option(
        "A `running` run takes a screenshot every five seconds, at most 1,000.", False
    )
    connection_idle: timedelta | None = _option(
        "After this time (such as 10m) without a run, a connection becomes `disconnected`.",
        needs="connection",
    )
    empty_for_null: bool = _option(
        'Events show `""` in place of null, as live ones were seen to do.', False
    )
    keep_headers: tuple[str, ...] = _option(
        'Further request headers that the journal keeps from the next call on, like ["x-trace"].',
        (),
    )

    def changes(self, before: Self) -> set[str]:
        names = (row.name for row in fields(self))
        return {name for name in names if getattr(self, name) != getattr(before, name)}

    def as_json(self) -> dict[str, Any]:
        values = ((row.name, getattr(self, row.name)) for row in fields(self))
        return {n: format_duration(v) if isinstance(v, timedelta) else v for n, v in values}

    def problems(self, edition: Edition) -> Iterator[Problem]:
        """Yield a problem for each option that is on but needs a kind that the edition lacks."""
        for row in fields(self):
            needs = row.metadata.get("needs")
            if needs and needs not in edition.kinds and getattr(self, row.name) != row.default:
                text = (
                    f"`{row.name}`: the edition `{edition.name}` has no {needs}s;"
                    " leave the option off (`null`), or use another edition"
                )
                yield problem("request/input_invalid", text, field=row.name)


OPTION_TYPES: Mapping[str, Any] = {row.name: row.type for row in fields(Options)}


class RecentLog(Sequence[Item]):
    """The last items, at most `maxlen`, of a list that grows at its end.

    The position of an item is the number of all items before it, including dropped ones. A deque is
    made only for a long log: an empty deque takes 700 bytes, and most logs stay empty.
    """

    __slots__ = ("_items", "_room", "maxlen", "total")

    def __init__(self, maxlen: int, items: Iterable[Item] = (), dropped: int = 0) -> None:
        self._items: Any = ()  # then a list, then a deque
        self.maxlen, self._room = maxlen, 0  # how many items the tuple or list may have
        self.total = dropped  # the number of all items, also of those that were dropped
        for item in items:
            self.append(item)

    def append(self, item: Item) -> None:
        if len(self._items) == self._room:
            if self._room == 0:
                self._items, self._room = [], min(self.maxlen, 64)
            else:
                self._items, self._room = deque(self._items, self.maxlen), -1
        self._items.append(item)
        self.total += 1

    def __len__(self) -> int:
        return len(self._items)

    def __getitem__(self, index: Any) -> Any:
        return self._items[index]

    def __iter__(self) -> Iterator[Item]:
        return iter(self._items)

    def __reversed__(self) -> Iterator[Item]:
        yield from reversed(self._items)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, RecentLog) and [*self] == [*other]

    @property
    def dropped(self) -> int:
        return self.total - len(self)

    def since(self, position: int, end: int | None = None) -> list[Item]:
        """Return the kept items from `position` on; with `end`, only those before `end`."""
        after = 0 if end is None else max(self.total - end, 0)
        return [*islice(reversed(self._items), after, max(self.total - position, 0))][::-1]

    def __deepcopy__(self, memo: dict[int, Any]) -> Self:
        copied = type(self)(self.maxlen, dropped=self.total)
        copied._items, copied._room = copy(self._items), self._room
        return copied
