"""The values of a world as JSON data, and back, for snapshots and state files.

Rules of the format:
1. JSON's own types stay as they are. Any other value is an object with one key that starts with
   `$`, the name of a row of `_FORMS`. A value of an unknown type is an error.
2. A dataclass is written as its fields, so a new field needs no change here. A field that an older
   document lacks has its default.
3. Classes are written under the tags of `_TAGS`, so modules and classes can be renamed.
4. Dataclasses and scenarios are written once, as rows of a table, and referred to by their row's
   number. A value that two others share is shared again after reading.
5. A scenario is written as its source and read like a scenario file.
"""

from base64 import b64decode, b64encode
from collections import Counter, OrderedDict, deque
from collections.abc import Callable, Mapping
from dataclasses import MISSING, dataclass, field, fields, is_dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any, get_type_hints

from deck_sim.base.type_hints import fits
from deck_sim.contract.editions import RateLimit
from deck_sim.engine.bounded_log import BoundedLog
from deck_sim.engine.deliveries import AttemptResult
from deck_sim.engine.injected import Injected, InjectedFaults
from deck_sim.engine.options import Options
from deck_sim.engine.records import AdditiveChanges, Event, Hold, Resource, TimelineEntry
from deck_sim.engine.story import Held, Script, Story
from deck_sim.engine.timers import Timers
from deck_sim.engine.world import World
from deck_sim.faults.fault import REGISTRY as FAULTS
from deck_sim.runtime.journal import Call, Journal, StoredAnswer
from deck_sim.runtime.rate_limiter import RateLimiter
from deck_sim.runtime.settings import Settings
from deck_sim.scenario.conditions import Rule
from deck_sim.scenario.loader import scenario_from_data
from deck_sim.scenario.model import Scenario
from deck_sim.scenario.selection import Choice, IgnoredName, SelectionState

_TAGS: dict[str, type] = {
    "additive_changes": AdditiveChanges,
    "attempt": AttemptResult,
    "call": Call,
    "choice": Choice,
    "event": Event,
    "held": Held,
    "hold": Hold,
    "ignored_name": IgnoredName,
    "injected_fault": Injected,
    "injected_faults": InjectedFaults,
    "options": Options,
    "rate_limit": RateLimit,
    "rate_limiter": RateLimiter,
    "resource": Resource,
    "rule": Rule,
    "selection": SelectionState,
    "settings": Settings,
    "stored_answer": StoredAnswer,
    "story": Story,
    "timeline_entry": TimelineEntry,
    "world": World,
    **{f"fault/{family}/{key}": class_ for (family, key), class_ in FAULTS.items()},
}
_TAG_OF = {class_: tag for tag, class_ in _TAGS.items()}
_JSON = (str, int, float, bool, type(None))
_MICROSECOND = timedelta(microseconds=1)


@dataclass
class Writer:
    """Writes values as JSON data; `table` holds what the data refers to."""

    table: list[Any] = field(default_factory=list)
    # By id(): the number of the row, and the value; kept alive, its id stays unique.
    _rows: dict[int, tuple[int, Any]] = field(default_factory=dict)

    def write(self, value: Any) -> Any:
        """Return a value as JSON data.

        Raises:
            TypeError: if its type is unknown.

        """
        type_ = type(value)
        if type_ in _JSON:
            return value
        if type_ is list:
            return [self.write(item) for item in value]
        if type_ is dict and all(type(name) is str and name[:1] != "$" for name in value):
            return {name: self.write(item) for name, item in value.items()}
        if type_ in _FORMS:
            name, write, _ = _FORMS[type_]
            return {f"${name}": write(self, value)}
        if type_ in _TAG_OF and is_dataclass(type_):
            return self.write_value(value)
        if type_ in _TAG_OF:
            fields_set = value.model_dump(exclude_unset=True)
            return {"$model": [_TAG_OF[type_], self.write(fields_set)]}
        text = f"{type_.__name__} cannot be written; add a row to `_TAGS` or `_FORMS`"
        raise TypeError(text)

    def write_value(self, value: Any) -> Any:
        """Return a dataclass as a reference to the row that holds it."""
        return {"$value": self._refer_to(value, self.write_fields)}

    def write_fields(self, value: Any) -> Any:
        """Return a dataclass as its fields."""
        class_: Any = type(value)
        items = {name: self.write(getattr(value, name)) for name in _names(class_)}
        return {"$fields": [_TAG_OF[class_], items]}

    def write_source(self, source: Mapping[str, Any]) -> int | str:
        """Return a reference to the source of a scenario."""
        return self._refer_to(source, lambda source: {"$source": source})

    def _refer_to(self, value: Any, write: Callable[[Any], Any]) -> int:
        if id(value) not in self._rows:
            row = write(value)
            self._rows[id(value)] = len(self.table), value
            self.table.append(row)
        return self._rows[id(value)][0]


@dataclass
class Reader:
    """Reads what a `Writer` wrote.

    A scenario that `find` returns is used instead of a new one if its source is the same.
    """

    find: Callable[[str], Scenario | None]
    values: list[Any] = field(default_factory=list)  # the rows that have been read
    checks_types: bool = True  # of the fields of dataclasses

    def read(self, data: Any) -> Any:
        """Return the value that was written as this data."""
        if isinstance(data, list):
            return [self.read(item) for item in data]
        if not isinstance(data, dict):
            return data
        ((name, inner),) = data.items() if len(data) == 1 else (("", None),)
        if name.startswith("$"):
            return _READERS[name[1:]](self, inner)
        return {name: self.read(item) for name, item in data.items()}

    def follow(self, reference: Any) -> Any:
        """Return the value that a reference means."""
        return self.values[reference]

    def read_scenario(self, source: dict[str, Any]) -> Scenario:
        """Return the scenario with that source: a known one if it is the same."""
        known = self.find(source["name"])
        if known is not None and known.source == source:
            return known
        return scenario_from_data(source, source["name"])


_Write = Callable[[Writer, Any], Any]
_Read = Callable[[Reader, Any], Any]


def _items(writer: Writer, value: Any) -> list[Any]:
    return [writer.write(item) for item in value]


def _pairs(writer: Writer, value: Mapping[Any, Any]) -> list[Any]:
    return [[writer.write(name), writer.write(item)] for name, item in value.items()]


def _read_pairs(reader: Reader, data: list[Any]) -> dict[Any, Any]:
    return {reader.read(name): reader.read(item) for name, item in data}


def _read_fields(reader: Reader, data: list[Any]) -> Any:
    class_ = _class_of(data[0])
    items = {name: reader.read(item) for name, item in data[1].items()}
    for row in fields(class_):
        if row.name not in items and row.default is not MISSING:
            items[row.name] = row.default
        elif row.name not in items and row.default_factory is not MISSING:
            items[row.name] = row.default_factory()
    if odd := items.keys() ^ {*_names(class_)}:
        raise ValueError(f"{data[0]} has other fields here: {', '.join(sorted(odd))}")
    if reader.checks_types:
        check_types(class_, items)
    value = object.__new__(class_)  # `__init__` may not take every field
    for name, item in items.items():
        object.__setattr__(value, name, item)
    return value


def check_types(class_: type, items: Mapping[str, Any]) -> None:
    """Check that values have the types of the fields of a class.

    Raises:
        TypeError: if one has another.

    """
    for name, value in items.items():
        hint = _hints(class_)[name]
        if not fits(value, hint):
            allowed = hint.__name__ if isinstance(hint, type) else hint
            text = f"`{name}` of {class_.__name__} must be {allowed}, not {value!r:.100}"
            raise TypeError(text)


@cache
def _hints(class_: type) -> dict[str, Any]:
    imported_for_types = {one.__name__: one for one in (*_TAG_OF, Scenario)}
    return get_type_hints(class_, localns=imported_for_types)


@cache
def _names(class_: Any) -> tuple[str, ...]:
    return tuple(row.name for row in fields(class_))


def _class_of(tag: str) -> Any:
    if tag not in _TAGS:
        raise ValueError(f"unknown tag {tag!r}")
    return _TAGS[tag]


def _write_script(writer: Writer, script: Script) -> list[Any]:
    if not script.source:
        raise TypeError(f"the script of `{script.scenario}` has no source")
    return [writer.write_source(script.source), script.kind, *script.head]


def _read_script(reader: Reader, data: list[Any]) -> Script:
    scenario, kind, *head = data
    script: Script = reader.follow(scenario).script(kind, *head)
    return script


def _read_timers(reader: Reader, data: list[Any]) -> Timers:
    timers = Timers()
    for at, owner, name in data:
        timers.arm(owner, name, reader.read(at))
    return timers


_FORMS: dict[type, tuple[str, _Write, _Read]] = {
    datetime: ("moment", lambda _, v: v.isoformat(), lambda _, d: datetime.fromisoformat(d)),
    timedelta: ("microseconds", lambda _, v: v // _MICROSECOND, lambda _, d: d * _MICROSECOND),
    bytes: ("bytes", lambda _, v: b64encode(v).decode(), lambda _, d: b64decode(d)),
    tuple: ("tuple", _items, lambda r, d: tuple(map(r.read, d))),
    set: ("set", lambda w, v: _items(w, sorted(v)), lambda r, d: set(map(r.read, d))),
    dict: ("dict", _pairs, _read_pairs),
    OrderedDict: ("ordered", _pairs, lambda r, d: OrderedDict(_read_pairs(r, d))),
    Counter: ("counter", _pairs, lambda r, d: Counter(_read_pairs(r, d))),
    BoundedLog: (
        "log",
        lambda w, v: [v.dropped, _items(w, v)],
        lambda r, d: BoundedLog(map(r.read, d[1]), d[0]),
    ),
    Journal: (
        "journal",
        lambda w, v: [v.dropped, _items(w, v)],
        lambda r, d: Journal(map(r.read, d[1]), d[0]),
    ),
    deque: (
        "deque",
        lambda w, v: [v.maxlen, _items(w, v)],
        lambda r, d: deque(map(r.read, d[1]), d[0]),
    ),
    Script: ("script", _write_script, _read_script),
    Timers: (
        "timers",
        lambda w, v: [[w.write(due.at), due.owner, due.name] for due in v.upcoming()],
        _read_timers,
    ),
    Scenario: ("scenario", lambda w, v: w.write_source(v.source), lambda r, d: r.follow(d)),
}
_READERS: dict[str, _Read] = {
    **{name: read for name, _, read in _FORMS.values()},
    "model": lambda r, d: _class_of(d[0]).model_validate(r.read(d[1])),
    "value": lambda r, d: r.follow(d),
    "fields": _read_fields,  # the row of a "value"
    "source": lambda r, d: r.read_scenario(d),  # the row of a "scenario" or "script"
}
