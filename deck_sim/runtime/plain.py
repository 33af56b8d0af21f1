"""Values of a world as plain data that JSON can hold, and back.

Laws:
1. What JSON has itself stays as it is. Everything else is an object with one key that begins with
   `$`, a row of `_FORMS`; so a value of a type that no row knows is an error, never a loss.
2. A dataclass is written by its fields, whatever they are: a new field follows by itself.
3. Classes are written under the tags of `_TAGS`, so that a module can move and a class can be
   renamed without breaking the snapshots that exist.
4. Dataclasses and scenarios stand in a table, each once. What was one value is one value again,
   which matters where identity does, and keeps the data small.
5. A scenario is written as its source, and read by the rules that read every scenario.
"""

from __future__ import annotations

from base64 import b64decode, b64encode
from collections import Counter, OrderedDict, deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields, is_dataclass
from datetime import datetime, timedelta
from typing import Any

import pydantic

from deck_sim.contract.editions import RateLimit
from deck_sim.engine.deliveries import AttemptResult
from deck_sim.engine.holds import Held, Hold
from deck_sim.engine.injected import Injected
from deck_sim.engine.records import AdditiveChanges, Event, Resource, TimelineEntry
from deck_sim.engine.story import Script, Story
from deck_sim.engine.timers import Timers
from deck_sim.engine.world import World
from deck_sim.faults.fault import REGISTRY as FAULTS
from deck_sim.runtime.journal import Call, StoredAnswer
from deck_sim.runtime.rate_limiter import RateLimiter
from deck_sim.runtime.simulation import Settings
from deck_sim.scenario import loader, model
from deck_sim.scenario.conditions import Rule
from deck_sim.scenario.selection import Choice
from deck_sim.scenario.selection_state import SelectionState

_TAGS: dict[str, type] = {
    "attempt": AttemptResult,
    "call": Call,
    "choice": Choice,
    "event": Event,
    "held": Held,
    "hold": Hold,
    "injected_fault": Injected,
    "rate_limit": RateLimit,
    "rate_limiter": RateLimiter,
    "resource": Resource,
    "rule": Rule,
    "selection": SelectionState,
    "settings": Settings,
    "stored_answer": StoredAnswer,
    "story": Story,
    "additive_changes": AdditiveChanges,
    "timeline_entry": TimelineEntry,
    "timers": Timers,
    "world": World,
    **{f"fault/{family}/{key}": class_ for (family, key), class_ in FAULTS.items()},
}
_TAG_OF = {class_: tag for tag, class_ in _TAGS.items()}
_JSON = (str, int, float, bool, type(None))
_MICROSECOND = timedelta(microseconds=1)


class UnreadableSnapshot(Exception):
    """Plain data that no value was written as; says what is wrong with it."""


@dataclass
class Writer:
    """Writes values; `table` is what they refer to."""

    table: list[Any] = field(default_factory=list)
    _places: dict[int, int] = field(default_factory=dict)  # by identity
    _kept: list[Any] = field(default_factory=list)  # an identity lasts as long as its value

    def write(self, value: Any) -> Any:
        """A value as plain data.

        Raises:
            TypeError: if it is of a type that cannot be written.

        """
        if type(value) in _JSON:
            return value
        if type(value) is list:
            return [self.write(item) for item in value]
        if type(value) is dict and all(_is_plain_key(name) for name in value):
            return {name: self.write(item) for name, item in value.items()}
        form = _form_of(value)
        return {f"${form.name}": form.write(self, value)}

    def place(self, value: Any, write: Callable[[], Any]) -> int:
        """The place of a value in the table, where it is written once."""
        if id(value) not in self._places:
            written = write()
            self._places[id(value)] = len(self.table)
            self._kept.append(value)
            self.table.append(written)
        return self._places[id(value)]


@dataclass
class Reader:
    """Reads what a `Writer` wrote. `known` finds a scenario that need not be read anew."""

    known: Callable[[str], model.Scenario | None]
    values: list[Any] = field(default_factory=list)  # those of the table, as far as it was read

    def read_table(self, table: list[Any]) -> Any:
        """Read a table from its first row; the last is what it is all about.

        Raises:
            Unreadable: with the row, and what is wrong in it.

        """
        for number, row in enumerate(table):
            try:
                self.values.append(self.read(row))
            except Exception as error:
                raise UnreadableSnapshot(
                    f"row {number}: {type(error).__name__}: {error}"
                ) from error
        return self.values[-1]

    def read(self, data: Any) -> Any:
        """The value that was written as this."""
        if isinstance(data, list):
            return [self.read(item) for item in data]
        if not isinstance(data, dict):
            return data
        ((name, inner),) = data.items() if len(data) == 1 else (("", None),)
        if name.startswith("$"):
            return _FORMS[name[1:]].read(self, inner)
        return {name: self.read(item) for name, item in data.items()}


@dataclass(frozen=True, slots=True)
class _Form:
    """How values of a type are written, under which name, and read."""

    name: str
    of: type | None  # None: what is written so is told otherwise
    write: Callable[[Writer, Any], Any]
    read: Callable[[Reader, Any], Any]


def _is_plain_key(name: Any) -> bool:
    return type(name) is str and not name.startswith("$")


def _form_of(value: Any) -> _Form:
    for form in _FORMS.values():
        if type(value) is form.of:
            return form
    if isinstance(value, model.Scenario):
        return _FORMS["scenario"]
    if type(value) in _TAG_OF:
        return _FORMS["value" if is_dataclass(value) else "model"]
    text = f"{type(value).__name__} cannot be written; add a row to `_TAGS` or `_FORMS`"
    raise TypeError(text)


def _items(writer: Writer, value: Any) -> list[Any]:
    return [writer.write(item) for item in value]


def _pairs(writer: Writer, value: Mapping[Any, Any]) -> list[Any]:
    return [[writer.write(name), writer.write(item)] for name, item in value.items()]


def _read_pairs(reader: Reader, data: list[Any]) -> dict[Any, Any]:
    return {reader.read(name): reader.read(item) for name, item in data}


def _write_fields(writer: Writer, value: Any) -> int:
    def written() -> dict[str, Any]:
        told = {row.name: writer.write(getattr(value, row.name)) for row in fields(value)}
        return {"$fields": [_TAG_OF[type(value)], told]}

    return writer.place(value, written)


def _read_fields(reader: Reader, data: list[Any]) -> Any:
    """A dataclass, made without its `__init__`, which may know less than there is."""
    class_: Any = _class_of(data[0])
    told = {name: reader.read(item) for name, item in data[1].items()}
    names = [row.name for row in fields(class_)]
    if sorted(names) != sorted(told):
        odd = sorted({*names} ^ {*told})
        raise ValueError(f"{data[0]} has other fields here: {', '.join(odd)}")
    value = object.__new__(class_)
    for name, item in told.items():
        object.__setattr__(value, name, item)
    return value


def _class_of(tag: str) -> type:
    if tag not in _TAGS:
        raise ValueError(f"unknown tag {tag!r}")
    return _TAGS[tag]


def _write_model(writer: Writer, value: pydantic.BaseModel) -> list[Any]:
    return [_TAG_OF[type(value)], writer.write(value.model_dump(exclude_unset=True))]


def _read_model(reader: Reader, data: list[Any]) -> Any:
    class_: Any = _class_of(data[0])
    return class_.model_validate(reader.read(data[1]))


def _write_scenario(writer: Writer, scenario: model.Scenario) -> int:
    return _write_source(writer, scenario.source)


def _write_source(writer: Writer, source: Mapping[str, Any]) -> int:
    return writer.place(source, lambda: {"$source": source})


def _read_source(reader: Reader, source: dict[str, Any]) -> model.Scenario:
    known = reader.known(source["name"])
    if known is not None and known.source == source:
        return known
    return loader.scenario_from_data(source, source["name"])


def _write_script(writer: Writer, script: Script) -> list[Any]:
    if not script.source:
        raise TypeError(f"the script of `{script.scenario}` has no source")
    return [_write_source(writer, script.source), script.kind]


def _read_script(reader: Reader, data: list[Any]) -> Script:
    scenario: model.Scenario = reader.values[data[0]]
    return scenario.script(data[1])


_ROWS = (
    _Form("moment", datetime, lambda w, v: v.isoformat(), lambda r, d: datetime.fromisoformat(d)),
    _Form("microseconds", timedelta, lambda w, v: v // _MICROSECOND, lambda r, d: d * _MICROSECOND),
    _Form("bytes", bytes, lambda w, v: b64encode(v).decode(), lambda r, d: b64decode(d)),
    _Form("tuple", tuple, _items, lambda r, d: tuple(map(r.read, d))),
    _Form("set", set, lambda w, v: _items(w, sorted(v)), lambda r, d: set(map(r.read, d))),
    _Form("dict", dict, _pairs, _read_pairs),
    _Form("ordered", OrderedDict, _pairs, lambda r, d: OrderedDict(_read_pairs(r, d))),
    _Form("counter", Counter, _pairs, lambda r, d: Counter(_read_pairs(r, d))),
    _Form(
        "deque",
        deque,
        lambda w, v: [v.maxlen, _items(w, v)],
        lambda r, d: deque(map(r.read, d[1]), d[0]),
    ),
    _Form("script", Script, _write_script, _read_script),
    _Form("scenario", None, _write_scenario, lambda r, d: r.values[d]),
    _Form("source", None, _write_scenario, _read_source),
    _Form("model", None, _write_model, _read_model),
    _Form("value", None, _write_fields, lambda r, d: r.values[d]),
    _Form("fields", None, _write_fields, _read_fields),
)
_FORMS = {row.name: row for row in _ROWS}
