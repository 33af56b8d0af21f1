"""The values of rows as text."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import Any
from weakref import finalize

from deck_sim.runtime.world_values import Reader, Writer
from deck_sim.scenario.model import Scenario

_SHARED = ("resource", "event", "choice")  # values that a world holds several times

encode = json.JSONEncoder(separators=(",", ":")).encode  # in ASCII: texts may have lone surrogates


@dataclass
class RowWriter(Writer):
    """Writes values in full. `sources` collects those of scenarios, by their digest."""

    sources: dict[str, str] = field(default_factory=dict)
    _digests: dict[int, str] = field(default_factory=dict)  # by id() of a source that is in use

    def write_value(self, value: Any) -> Any:
        """A dataclass as its fields."""
        return self.write_fields(value)

    def write_source(self, source: Mapping[str, Any]) -> str:
        """The digest of a source."""
        if id(source) not in self._digests:
            text = encode(source)
            digest = blake2b(text.encode(), digest_size=16).hexdigest()
            self.sources[digest] = text
            self._digests[id(source)] = digest
            finalize(source, self._digests.pop, id(source))
        return self._digests[id(source)]


@dataclass
class RowReader(Reader):
    """Reads what a `RowWriter` wrote, and shares equal values that do not change."""

    checks_types: bool = False  # only this server writes the file
    sources: Callable[[str], str] = lambda digest: ""  # the text of a source
    scenarios: dict[str, Scenario] = field(default_factory=dict)  # that were read, by digest
    _shared: dict[str, Any] = field(default_factory=dict)

    def value(self, text: str) -> Any:
        """The value of a text."""
        return self.read(json.loads(text))

    def read(self, data: Any) -> Any:
        """As `Reader.read`."""
        content = data.get("$fields") if isinstance(data, dict) else None
        if content is None or content[0] not in _SHARED:
            return super().read(data)
        text = encode(content)
        if text not in self._shared:
            self._shared[text] = super().read(data)
        return self._shared[text]

    def follow(self, reference: Any) -> Any:
        """The scenario with a digest."""
        if reference not in self.scenarios:
            self.scenarios[reference] = self.read_scenario(json.loads(self.sources(reference)))
        return self.scenarios[reference]
