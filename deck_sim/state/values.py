"""The values of a world as JSON text, and back.

Rules of the format:
1. JSON's own types stay as they are. Any other value is an object with one key that starts with
   `$`, the name of a row of `_FORMS`. A value of an unknown type is an error.
2. A dataclass is written as its fields, so a new field needs no change here. A field that an older
   file lacks has its default.
3. Classes are written under the tags of `_TAGS`, so modules and classes can be renamed.
4. A scenario is written as the digest of its source, and read like a scenario file.
"""

import json
from base64 import b64decode, b64encode
from collections import Counter, deque
from collections.abc import Callable, Iterable, Mapping
from dataclasses import MISSING, dataclass, field, fields, is_dataclass
from datetime import datetime, timedelta
from functools import cache
from hashlib import blake2b
from typing import Any

from deck_sim.contract.editions import RateLimit
from deck_sim.engine.deliveries import AttemptResult
from deck_sim.engine.injected import Injected
from deck_sim.engine.options import Options
from deck_sim.engine.recent_log import RecentLog
from deck_sim.engine.records import AdditiveChanges, Event, Hold, Immutable, Resource
from deck_sim.engine.story import Held, Script, Story
from deck_sim.faults.fault import REGISTRY as FAULTS
from deck_sim.runtime.journal import StoredAnswer
from deck_sim.runtime.rate_limiter import RateLimiter
from deck_sim.runtime.settings import Settings
from deck_sim.scenario.conditions import Rule
from deck_sim.scenario.loader import scenario_from_data
from deck_sim.scenario.model import Scenario
from deck_sim.scenario.selection import Choice, IgnoredName, SelectionState

_TAGS: dict[str, type] = {
    "additive_changes": AdditiveChanges,
    "attempt": AttemptResult,
    "choice": Choice,
    "event": Event,
    "held": Held,
    "hold": Hold,
    "ignored_name": IgnoredName,
    "injected_fault": Injected,
    "options": Options,
    "rate_limit": RateLimit,
    "rate_limiter": RateLimiter,
    "resource": Resource,
    "rule": Rule,
    "selection": SelectionState,
    "settings": Settings,
    "stored_answer": StoredAnswer,
    "story": Story,
    **{f"fault/{family}/{key}": class_ for (family, key), class_ in FAULTS.items()},
}
_TAG_OF = {class_: tag for tag, class_ in _TAGS.items()}
_MICROSECOND = timedelta(microseconds=1)

_encode = json.JSONEncoder(separators=(",", ":")).encode  # in ASCII: texts may have lone surrogates
_JSON: dict[type, Callable[[Any], str]] = {
    str: _encode,
    int: repr,
    float: _encode,
    bool: _encode,
    type(None): lambda _: "null",
}


@dataclass
class Writer:
    """Writes the values of one save as text, and collects the sources of scenarios."""

    sources: dict[str, str] = field(default_factory=dict)  # by their digest
    _texts: dict[int, str] = field(default_factory=dict)  # of immutable values, by their id()

    def text(self, value: Any) -> str:
        """Return a value as text.

        Raises:
            TypeError: if its type is unknown.

        """
        type_ = type(value)
        if type_ in _JSON:
            return _JSON[type_](value)
        if type_ is list:
            return self.items(value)
        if type_ is dict and all(type(name) is str and name[:1] != "$" for name in value):
            return self._object(value)
        if not isinstance(value, Immutable):
            return self._tagged(type_, value)
        if id(value) not in self._texts:  # most are in several places
            self._texts[id(value)] = self._tagged(type_, value)
        return self._texts[id(value)]

    def _tagged(self, type_: type, value: Any) -> str:
        if type_ in _FORMS:
            name, write, _ = _FORMS[type_]
            return f'{{"${name}":{write(self, value)}}}'
        if type_ not in _TAG_OF:
            raise TypeError(f"{type_.__name__} cannot be written; add a row to `_TAGS` or `_FORMS`")
        if is_dataclass(type_):
            form, shown = "fields", {name: getattr(value, name) for name in _names(type_)}
        else:
            form, shown = "model", value.model_dump(exclude_unset=True)
        return f'{{"${form}":["{_TAG_OF[type_]}",{self.text(shown)}]}}'

    def items(self, values: Iterable[Any]) -> str:
        """Return values as the text of an array."""
        return f"[{','.join(map(self.text, values))}]"

    def _object(self, value: Mapping[str, Any]) -> str:
        return f"{{{','.join(f'{_encode(name)}:{self.text(value[name])}' for name in value)}}}"

    def digest(self, source: Mapping[str, Any]) -> str:
        """Return the digest of the source of a scenario."""
        text = _encode(source)
        digest = blake2b(text.encode(), digest_size=16).hexdigest()
        self.sources[digest] = text
        return digest


@dataclass
class Reader:
    """Reads what a `Writer` wrote.

    A scenario that `find` returns is used instead of a new one if its source is the same.
    """

    find: Callable[[str], Scenario | None]
    find_source: Callable[[str], str]  # the text of the source with a digest
    _scenarios: dict[str, Scenario] = field(default_factory=dict)  # by digest
    _events: dict[str, Event] = field(default_factory=dict)  # by id: they are in several places

    def value(self, text: str) -> Any:
        """Return the value that was written as this text."""
        return self.read(json.loads(text))

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

    def read_fields(self, tag: str, data: Mapping[str, Any]) -> Any:
        """Return a dataclass."""
        if tag == "event" and data["id"] in self._events:
            return self._events[data["id"]]
        class_: Any = _TAGS[tag]
        value = object.__new__(class_)  # `__init__` may not take every field
        for row in fields(class_):
            if row.name in data:
                item = self.read(data[row.name])
            elif row.default_factory is not MISSING:
                item = row.default_factory()
            else:
                item = row.default
            object.__setattr__(value, row.name, item)
        return self._events.setdefault(value.id, value) if tag == "event" else value

    def scenario(self, digest: str) -> Scenario:
        """Return the scenario whose source has that digest."""
        if digest not in self._scenarios:
            source = json.loads(self.find_source(digest))
            known = self.find(source["name"])
            if known is None or known.source != source:
                known = scenario_from_data(source, source["name"])
            self._scenarios[digest] = known
        return self._scenarios[digest]


_Write = Callable[[Writer, Any], str]
_Read = Callable[[Reader, Any], Any]


@cache
def _names(class_: Any) -> tuple[str, ...]:
    return tuple(row.name for row in fields(class_))


def _pairs(writer: Writer, value: Mapping[Any, Any]) -> str:
    return f"[{','.join(map(writer.items, value.items()))}]"


def _read_pairs(reader: Reader, data: list[Any]) -> dict[Any, Any]:
    return {reader.read(name): reader.read(item) for name, item in data}


def _write_script(writer: Writer, script: Script) -> str:
    if not script.source:
        raise TypeError(f"the script of `{script.scenario}` has no source")
    return writer.items((writer.digest(script.source), script.kind, *script.head))


def _read_script(reader: Reader, data: list[Any]) -> Script:
    digest, kind, *head = data
    script: Script = reader.scenario(digest).script(kind, *head)
    return script


_FORMS: dict[type, tuple[str, _Write, _Read]] = {
    datetime: ("moment", lambda _, v: f'"{v.isoformat()}"', lambda _, d: datetime.fromisoformat(d)),
    timedelta: ("microseconds", lambda _, v: f"{v // _MICROSECOND}", lambda _, d: d * _MICROSECOND),
    bytes: ("bytes", lambda _, v: f'"{b64encode(v).decode()}"', lambda _, d: b64decode(d)),
    tuple: ("tuple", Writer.items, lambda r, d: tuple(map(r.read, d))),
    dict: ("dict", _pairs, _read_pairs),
    Counter: ("counter", _pairs, lambda r, d: Counter(_read_pairs(r, d))),
    RecentLog: (
        "log",
        lambda w, v: w.items((v.maxlen, v.dropped, [*v])),
        lambda r, d: RecentLog(d[0], map(r.read, d[2]), d[1]),
    ),
    deque: (
        "deque",
        lambda w, v: w.items((v.maxlen, [*v])),
        lambda r, d: deque(map(r.read, d[1]), d[0]),
    ),
    Script: ("script", _write_script, _read_script),
    Scenario: ("scenario", lambda w, v: f'"{w.digest(v.source)}"', lambda r, d: r.scenario(d)),
}
_READERS: dict[str, _Read] = {
    **{name: read for name, _, read in _FORMS.values()},
    "model": lambda r, d: _TAGS[d[0]].model_validate(r.read(d[1])),  # type: ignore[attr-defined]
    "fields": lambda r, d: r.read_fields(*d),
}
