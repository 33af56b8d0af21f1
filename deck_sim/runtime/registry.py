"""The worlds of one server. The API key selects the world, which begins when it is first seen."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from hashlib import blake2b
from typing import Any

from deck_sim.base import real_time
from deck_sim.contract.error_catalog import refuse
from deck_sim.engine.chance import make_id
from deck_sim.runtime.dispatcher import Dispatcher
from deck_sim.runtime.simulation import Settings, Simulation
from deck_sim.scenario.library import Library, shipped


def world_token(key: str) -> str:
    """What names a world in the address of a file, where its key must not stand."""
    return blake2b(key.encode(), digest_size=8).hexdigest()


@dataclass
class WorldRegistry:
    """Every world, by its key."""

    settings: Settings = field(default_factory=Settings)
    library: Library = field(default_factory=shipped)
    keys: frozenset[str] | None = None  # None: any key will do
    real_ns: Callable[[], int] = real_time.monotonic_ns
    prepare: Callable[[Simulation], None] = lambda new: None  # what every new world begins with
    dispatcher: Dispatcher = field(default_factory=Dispatcher, compare=False)
    origin: str = "http://127.0.0.1:8765"  # where the server is reached
    _worlds: dict[str, Simulation] = field(default_factory=dict)
    _refused: int = 0

    def select(self, authorization: str | None) -> Simulation:
        """The world of the key in an `Authorization` header.

        Raises:
            ApiError: `api_key_invalid` if there is no key, or it is not one of those allowed.

        """
        scheme, _, key = (authorization or "").partition(" ")
        key = key.strip()
        if not key or scheme.lower() != "bearer":
            text = "Send `Authorization: Bearer KEY`. Any key will do; each has a world of its own."
            raise refuse("request/api_key_invalid", text if self.keys is None else None)
        if self.keys is not None and key not in self.keys:
            raise refuse("request/api_key_invalid")
        found = self._worlds.get(key)
        return found if found is not None else self.make(key)

    def make(self, key: str, **changes: Any) -> Simulation:
        """Begin the world of `key` anew, with these settings instead of the server's."""
        settings = replace(self.settings, **changes)
        library = Library(self.library)
        new = Simulation(key, settings, library, self.real_ns, files_url=self.files_url(key))
        self.prepare(new)
        self.drop(key)
        self._worlds[key] = new
        return new

    def find(self, key: str) -> Simulation | None:
        """The world of a key, if it has begun; any thread may ask."""
        return self._worlds.get(key)

    def files_url(self, key: str) -> str:
        """Where the files of a world are served."""
        return f"{self.origin}/_sim/files/{world_token(key)}"

    def keyless(self) -> Simulation:
        """A world that is not kept, for calls that need no key."""
        return Simulation("", self.settings, self.library, self.real_ns)

    def drop(self, key: str) -> None:
        """Forget a world; its key would begin a new one."""
        gone = self._worlds.pop(key, None)
        if gone is not None:
            gone.dropped = True
            gone.send_held_responses(*gone.held_responses)
            self.dispatcher.forget(gone)

    def send_held_responses(self) -> None:
        """Send every answer that a hold keeps back, whichever thread says so."""
        for simulation in [*self._worlds.values()]:
            simulation.send_held_responses(*simulation.held_responses)

    def find_by_token(self, token: str) -> Simulation | None:
        """The world whose key has that token."""
        found = (world for key, world in self._worlds.items() if world_token(key) == token)
        return next(found, None)

    def next_request_id(self) -> str:
        """The id of a request that reached no world."""
        self._refused += 1
        return make_id(self.settings.seed, "req", -self._refused)
