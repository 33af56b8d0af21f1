"""Snapshots: a whole simulation as one JSON document, and back.

A restored world continues byte for byte as the original would have. A snapshot holds the secrets of
destinations, since deliveries are signed with them, and the scenarios that do not ship. It does not
hold the API key: a restored world keeps its own.

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

import copy
from base64 import b64decode, b64encode
from collections import Counter, OrderedDict, deque
from collections.abc import Callable, Iterator, Mapping
from dataclasses import MISSING, dataclass, field, fields, is_dataclass
from datetime import datetime, timedelta
from hashlib import blake2b
from typing import Any

from deck_sim.base.redaction import Masked
from deck_sim.base.version import __version__
from deck_sim.contract.editions import RateLimit
from deck_sim.contract.error_catalog import ApiError, refuse
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
from deck_sim.runtime.registry import WorldRegistry
from deck_sim.runtime.serialization import dump_json
from deck_sim.runtime.simulation import Settings, Simulation
from deck_sim.scenario.conditions import Rule
from deck_sim.scenario.library import Library
from deck_sim.scenario.loader import scenario_from_data
from deck_sim.scenario.model import Scenario
from deck_sim.scenario.selection import Choice, IgnoredName, SelectionState

VERSION = 2
MAX_DEPTH = 1000  # of a document: it contains request bodies, which may be deep themselves

# Fields of a simulation that belong to the server or to the moment. All others are kept.
LEFT_OUT = (
    *("key", "library", "real_ns", "advancing", "dropped", "saved", "attempting", "uses"),
    *("caller_time", "process_watch", "files_url", "held_responses"),
    *("began_after_call", "last_call", "epoch", "responses"),
)
KEPT = tuple(row.name for row in fields(Simulation) if row.name not in LEFT_OUT)

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


def copy_content(simulation: Simulation) -> tuple[dict[str, Any], list[Scenario]]:
    """The fields of a simulation, copied, and its scenarios.

    Raises:
        ApiError: `state_invalid` during an advance, since attempts are in progress.

    """
    if simulation.advancing:
        text = "another call is moving this world's clock; wait for its answer"
        raise refuse("request/state_invalid", text)
    state = copy.deepcopy({name: getattr(simulation, name) for name in KEPT})
    return state, [*_scenarios_to_keep(simulation)]


def write_snapshot(state: Mapping[str, Any], scenarios: list[Scenario]) -> dict[str, Any]:
    """Return the snapshot of a copied simulation. Safe on any thread."""
    writer = Writer()
    content = {
        "state": {name: writer.write(value) for name, value in state.items()},
        "scenarios": [*map(writer.write, scenarios)],
    }
    writer.table.append(content)
    return {
        "version": VERSION,
        "deck_sim": __version__,
        "digest": _digest(writer.table),
        "values": writer.table,
    }


def read_snapshot(document: Mapping[str, Any], library: Library) -> dict[str, Any]:
    """Read the state and the scenarios in a snapshot. Safe on any thread.

    Raises:
        ApiError: `input_invalid` if it cannot be read.

    """
    reader, made_by = Reader(library.find), document.get("deck_sim")
    for number, row in enumerate(_read_values(document)):
        try:
            reader.values.append(reader.read(row))
        except Exception as error:
            raise _unusable(f"row {number}", error, made_by) from None
    content = reader.values[-1] if reader.values else {}
    if not isinstance(content, dict):
        raise _unusable("the last row", TypeError("it must be an object"), made_by)
    return {**content, "made_by": made_by}


def adopt_content(
    worlds: WorldRegistry,
    key: str,
    content: Mapping[str, Any],
    show: Callable[[Simulation], object],
) -> Simulation:
    """Replace the world of a key by one with the content of a snapshot.

    `show` is called with the new world before it replaces the old one.

    Raises:
        ApiError: `input_invalid` if it has no world, or one that cannot be shown. Anybody can make
            the digest of a snapshot with mistakes.

    """
    try:
        settings = content["state"]["settings"]
        tried = worlds.make(key, settings)
        _fill(tried, content)
        show(tried)
    except Exception as error:
        raise _unusable("the last row", error, content["made_by"]) from None
    restored = worlds.create(
        key, **{row.name: getattr(settings, row.name) for row in fields(settings)}
    )
    _fill(restored, content)
    return restored


def _unusable(place: str, error: Exception, made_by: object) -> ApiError:
    text = (
        f"`values`: {place}: {type(error).__name__}: {error};"
        f" the snapshot was made by deck-sim {made_by}"
    )
    return refuse("request/input_invalid", text, field="values")


def _fill(simulation: Simulation, content: Mapping[str, Any]) -> None:
    if unknown := content["state"].keys() - {*KEPT}:
        raise ValueError(f"unknown: {', '.join(sorted(unknown))}")
    for name, value in content["state"].items():
        setattr(simulation, name, value)
    simulation.set_clock(simulation.mode, simulation.speed, simulation.step)
    for scenario in content["scenarios"]:
        if simulation.library.find(scenario.name) is not scenario:
            simulation.library.add(scenario)


def _scenarios_to_keep(simulation: Simulation) -> Iterator[Scenario]:
    """The scenarios that do not ship, those that the world is set to play, and their entries."""
    library, selection = simulation.library, simulation.selection
    found = {scenario.name: scenario for scenario in library.added()}
    for _, name, _ in selection.references():
        found.setdefault(name, library.get(name))
    for scenario in [*found.values()]:
        for name in scenario.entries:
            found.setdefault(name, library.get(name))
    yield from found.values()


def _read_values(document: Mapping[str, Any]) -> list[Any]:
    if document.get("version") != VERSION:
        found = document.get("version", "nothing")
        text = f"must be {VERSION}, not {found!r}; send what `GET /_sim/snapshot` returned"
        raise _refused("version", text)
    values = document.get("values")
    if not isinstance(values, list) or document.get("digest") != _digest(values):
        text = "does not match `values`; send what `GET /_sim/snapshot` returned, unchanged"
        raise _refused("digest", text)
    return values


def _refused(name: str, text: str) -> ApiError:
    return refuse("request/input_invalid", f"`{name}` {text}", field=name)


def _digest(values: list[Any]) -> str:
    """The digest of the JSON. It is made row by row, so that no other thread waits for long."""
    digest = blake2b(b"[", digest_size=16)
    for number, row in enumerate(values):
        digest.update((b"," if number else b"") + dump_json(row))
    digest.update(b"]")
    return digest.hexdigest()


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
            return {"$model": _write_model(self, value)}
        text = f"{type_.__name__} cannot be written; add a row to `_TAGS` or `_FORMS`"
        raise TypeError(text)

    def write_value(self, value: Any) -> Any:
        """Return a dataclass as a reference to the row that holds it."""
        return {"$value": self._refer_to(value, self.write_fields)}

    def write_fields(self, value: Any) -> Any:
        """Return a dataclass as its fields."""
        items = {name: self.write(getattr(value, name)) for name in _names(type(value))}
        return {"$fields": [_TAG_OF[type(value)], items]}

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


_Write = Callable[[Writer, Any], Any]
_Read = Callable[[Reader, Any], Any]


def _items(writer: Writer, value: Any) -> list[Any]:
    return [writer.write(item) for item in value]


def _pairs(writer: Writer, value: Mapping[Any, Any]) -> list[Any]:
    return [[writer.write(name), writer.write(item)] for name, item in value.items()]


def _read_pairs(reader: Reader, data: list[Any]) -> dict[Any, Any]:
    return {reader.read(name): reader.read(item) for name, item in data}


def _read_fields(reader: Reader, data: list[Any]) -> Any:
    class_: Any = _class_of(data[0])
    items = {name: reader.read(item) for name, item in data[1].items()}
    for row in fields(class_):
        if row.name not in items and row.default is not MISSING:
            items[row.name] = row.default
        elif row.name not in items and row.default_factory is not MISSING:
            items[row.name] = row.default_factory()
    names = {row.name for row in fields(class_)}
    if names != items.keys():
        odd = ", ".join(sorted(names ^ items.keys()))
        raise ValueError(f"{data[0]} has other fields here: {odd}")
    value = object.__new__(class_)  # `__init__` may not take every field
    for name, item in items.items():
        object.__setattr__(value, name, item)
    return value


def _write_model(writer: Writer, value: Any) -> list[Any]:
    return [_TAG_OF[type(value)], writer.write(value.model_dump(exclude_unset=True))]


def _read_model(reader: Reader, data: list[Any]) -> Any:
    class_: Any = _class_of(data[0])
    return class_.model_validate(reader.read(data[1]))


_names_of: dict[type, tuple[str, ...]] = {}  # `fields` makes a new tuple each time


def _names(class_: Any) -> tuple[str, ...]:
    if class_ not in _names_of:
        _names_of[class_] = tuple(row.name for row in fields(class_))
    return _names_of[class_]


def _class_of(tag: str) -> type:
    if tag not in _TAGS:
        raise ValueError(f"unknown tag {tag!r}")
    return _TAGS[tag]


def _read_source(reader: Reader, source: dict[str, Any]) -> Scenario:
    known = reader.find(source["name"])
    if known is not None and known.source == source:
        return known
    return scenario_from_data(source, source["name"])


def _write_script(writer: Writer, script: Script) -> list[Any]:
    if not script.source:
        raise TypeError(f"the script of `{script.scenario}` has no source")
    return [writer.write_source(script.source), script.kind, *script.head]


def _read_script(reader: Reader, data: list[Any]) -> Script:
    scenario, kind, *head = data
    script: Script = reader.follow(scenario).script(kind, *head)
    return script


def _write_timers(writer: Writer, timers: Timers) -> list[Any]:
    return [[writer.write(due.at), due.owner, due.name] for due in timers.upcoming()]


def _read_timers(reader: Reader, data: list[Any]) -> Timers:
    timers = Timers()
    for at, owner, name in data:
        timers.arm(owner, name, reader.read(at))
    return timers


_FORMS: dict[type, tuple[str, _Write, _Read]] = {
    datetime: ("moment", lambda _, v: v.isoformat(), lambda _, d: datetime.fromisoformat(d)),
    Masked: ("digest", lambda _, v: v.digest, lambda _, d: Masked(d)),
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
    Timers: ("timers", _write_timers, _read_timers),
    Scenario: ("scenario", lambda w, v: w.write_source(v.source), lambda r, d: r.follow(d)),
}
_READERS: dict[str, _Read] = {
    **{name: read for name, _, read in _FORMS.values()},
    "model": _read_model,
    "value": lambda r, d: r.follow(d),
    "fields": _read_fields,  # the row of a "value"
    "source": _read_source,  # the row of a "scenario" or "script"
}
