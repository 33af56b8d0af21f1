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
from deck_sim.engine.world_values import RecentLog
from deck_sim.scenario.loader import scenario_from_data
from deck_sim.scenario.model import Scenario


class Writer(pickle.Pickler):
    """Writes the values of one save, and collects the sources of scenarios."""

    def __init__(self) -> None:
        self._file = BytesIO()
        super().__init__(self._file, pickle.HIGHEST_PROTOCOL)
        self.sources: dict[str, str] = {}  # by their digest
        self._digests: dict[int, str] = {}  # by id() of a source

    def write(self, value: Any) -> bytes:
        """Return a value as bytes. Raises TypeError if the value could not be read again."""
        self._file.seek(0)
        self._file.truncate()
        self.clear_memo()
        self.dump(value)
        return self._file.getvalue()

    def reducer_override(self, value: Any) -> Any:
        type_ = type(value)
        if type_ is datetime:  # pickle's own way takes ten times as long
            return restore_moment, (value.isoformat(),)
        if type_ is Script:
            return Reader.script, (self._digest(value.source), value.kind, *value.head)
        if type_ is Scenario:
            return Reader.scenario, (self._digest(value.source),)
        if is_dataclass(type_):
            names = type_.__dataclass_fields__  # `fields` takes longer
            return restore_fields, (type_, {name: getattr(value, name) for name in names})
        if type_ is RecentLog:
            return RecentLog, (value.maxlen, [*value], value.dropped)
        if issubclass(type_, BaseModel):
            return restore_model, (type_, value.model_dump(exclude_unset=True))
        if type_ in (timedelta, Counter, deque) or callable(value):
            return NotImplemented
        raise TypeError(
            f"{type_.__name__} cannot be read back; add it to `reducer_override` and `_READABLE`"
        )

    def _digest(self, source: Mapping[str, Any]) -> str:
        if id(source) not in self._digests:
            text = json.dumps(source)
            digest = blake2b(text.encode(), digest_size=16).hexdigest()
            self.sources[digest], self._digests[id(source)] = text, digest
        return self._digests[id(source)]


def restore_moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


def restore_fields(class_: Any, data: Mapping[str, Any]) -> Any:
    """Make a value of a dataclass from its fields; a missing field gets its default."""
    value = object.__new__(class_)  # `__init__` may not take every field
    for row in fields(class_):
        if row.name in data:
            item = data[row.name]
        elif row.default_factory is not MISSING:
            item = row.default_factory()
        else:
            item = row.default
        object.__setattr__(value, row.name, item)
    return value


def restore_model(class_: type[BaseModel], data: Mapping[str, Any]) -> BaseModel:
    return class_.model_validate(data)


_READABLE = (timedelta, Counter, deque, RecentLog, restore_moment, restore_fields, restore_model)
_MODULES = ("collections", "datetime")
_ROOMS = tuple(
    f"deck_sim.{room}."
    for room in ["base", "contract", "engine", "faults", "runtime", "scenario", "state"]
)


@dataclass
class Reader:
    """Reads values that a `Writer` wrote."""

    find: Callable[[str], Scenario | None]  # by name; used if its source is the same
    find_source: Callable[[str], str]  # the text of the source with a digest
    _scenarios: dict[str, Scenario] = field(default_factory=dict)  # by digest

    def read(self, data: bytes) -> Any:
        return _Unpickler(BytesIO(data), self).load()

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
    def __init__(self, file: BytesIO, reader: Reader) -> None:
        super().__init__(file)
        self._reader = reader

    def find_class(self, module: str, name: str) -> Any:
        if module not in _MODULES and not module.startswith(_ROOMS):  # importing runs code
            raise _refuse(module, name)
        value = super().find_class(module, name)
        if value in (Reader.scenario, Reader.script):
            return partial(value, self._reader)
        is_model = isinstance(value, type) and issubclass(value, BaseModel)
        if value in _READABLE or is_dataclass(value) or is_model:
            return value
        raise _refuse(module, name)


def _refuse(module: str, name: str) -> pickle.UnpicklingError:
    return pickle.UnpicklingError(f"it contains {module}.{name}, which deck-sim does not store")
