"""The values of a world as bytes, and back.

Rules of the format:
1. The format is pickle, restricted to the classes of worlds, so that a file cannot run code.
2. A dataclass is written as its fields, so a new field needs no change here. A field that an older
   file lacks has its default.
3. A scenario is written as the digest of its source, and read like a scenario file.
"""

import json
import pickle
from collections import Counter, deque
from collections.abc import Callable, Mapping
from dataclasses import MISSING, dataclass, field, fields, is_dataclass
from datetime import datetime, timedelta
from functools import partial
from hashlib import blake2b
from io import BytesIO
from typing import Any

from pydantic import BaseModel

from deck_sim.engine.script import Script
from deck_sim.engine.timers import Due
from deck_sim.engine.world_values import RecentLog
from deck_sim.scenario.loader import scenario_from_data
from deck_sim.scenario.model import Scenario


class Writer(pickle.Pickler):
    """Writes values of worlds, and collects the sources of the scenarios in them."""

    def __init__(self) -> None:
        self._file = BytesIO()
        super().__init__(self._file, pickle.HIGHEST_PROTOCOL)
        self.sources: dict[int, tuple[str, str]] = {}  # digests and texts, by id() of a source
        self.dispatch_table = reducers = _Reducers()
        reducers[datetime] = lambda moment: (restore_moment, (moment.isoformat(),))
        reducers[RecentLog] = lambda log: (RecentLog, (log.maxlen, [*log], log.dropped))
        reducers[Scenario] = lambda scenario: (Reader.scenario, (self._digest(scenario.source),))
        reducers[Script] = lambda script: (
            Reader.script,
            (self._digest(script.source), script.kind, *script.head),
        )

    def write(self, value: Any) -> bytes:
        """Return a value as bytes. Raises TypeError if the value could not be read again."""
        self._file.seek(0)
        self._file.truncate()
        self.clear_memo()
        self.dump(value)
        return self._file.getvalue()

    def _digest(self, source: Mapping[str, Any]) -> str:
        if id(source) not in self.sources:
            text = json.dumps(source)
            digest = blake2b(text.encode(), digest_size=16).hexdigest()
            self.sources[id(source)] = digest, text
        return self.sources[id(source)][0]


class _Reducers(dict[type, Callable[[Any], Any]]):
    """The functions that make values readable for pickle, by the class of the value. A dict is
    faster than the method `reducer_override`.
    """

    def __missing__(self, type_: type) -> Callable[[Any], Any]:
        if issubclass(type_, (type, *_BUILT_IN)):
            raise KeyError(type_)  # pickle's own way
        if issubclass(type_, BaseModel):
            self[type_] = lambda model: (restore, (type_, model.model_dump(exclude_unset=True)))
        elif is_dataclass(type_):
            names = [row.name for row in fields(type_)]
            self[type_] = lambda value: (restore, (type_, {n: getattr(value, n) for n in names}))
        else:
            raise TypeError(f"{type_.__name__} cannot be read back; add it to `Writer`")
        return self[type_]


def restore(class_: Any, data: Mapping[str, Any]) -> Any:
    """Make a value of a dataclass or model from its fields; a missing field gets its default."""
    if issubclass(class_, BaseModel):
        return class_.model_validate(data)
    value = object.__new__(class_)  # `__init__` may not take every field
    for row in fields(class_):
        default = row.default if row.default_factory is MISSING else row.default_factory()
        object.__setattr__(value, row.name, data.get(row.name, default))
    return value


def restore_moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


_BUILT_IN = (timedelta, Counter, deque, Due)
_READABLE = (*_BUILT_IN, RecentLog, restore, restore_moment)
_MODULES = ("collections", "datetime")
_ROOMS = ("base", "contract", "engine", "faults", "runtime", "scenario", "state")


@dataclass
class Reader:
    """Reads values that a `Writer` wrote."""

    find: Callable[[str], Scenario | None]  # by name; used if its source is the same
    find_source: Callable[[str], str]  # the text of the source with a digest
    _scenarios: dict[str, Scenario] = field(default_factory=dict)  # by digest

    def read(self, data: bytes) -> Any:
        unpickler = _Unpickler(BytesIO(data))
        unpickler.reader = self
        return unpickler.load()

    def scenario(self, digest: str) -> Scenario:
        if digest not in self._scenarios:
            source = json.loads(self.find_source(digest))
            scenario = self.find(source["name"])
            if scenario is None or scenario.source != source:
                scenario = scenario_from_data(source, source["name"])
            self._scenarios[digest] = scenario
        return self._scenarios[digest]

    def script(self, digest: str, kind: str, *head: str) -> Script:
        return self.scenario(digest).script(kind, *head)


class _Unpickler(pickle.Unpickler):
    reader: Reader

    def find_class(self, module: str, name: str) -> Any:
        package, _, room = module.partition(".")
        is_ours = package == "deck_sim" and room.partition(".")[0] in _ROOMS
        # Importing another module would run its code.
        value = super().find_class(module, name) if is_ours or module in _MODULES else None
        if value in (Reader.scenario, Reader.script):
            return partial(value, self.reader)
        is_model = isinstance(value, type) and issubclass(value, BaseModel)
        if value in _READABLE or is_dataclass(value) or is_model:
            return value
        text = f"it contains {module}.{name}, which deck-sim does not store"
        raise pickle.UnpicklingError(text)
