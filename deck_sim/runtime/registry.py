"""The worlds of one server. An API key selects a world, which is created on first use."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from hashlib import blake2b
from typing import Any

from deck_sim.base import real_time
from deck_sim.base.errors import quote
from deck_sim.contract.error_catalog import refuse
from deck_sim.engine.chance import make_id
from deck_sim.runtime.activity import mask_key
from deck_sim.runtime.dispatcher import Dispatcher
from deck_sim.runtime.simulation import Settings, Simulation
from deck_sim.scenario.library import Library, shipped

_MOST_REFUSED = 100  # calls that are kept


def world_token(key: str) -> str:
    """Return the id of a world, which does not tell its key: for URLs of files and lists."""
    return blake2b(key.encode(), digest_size=8).hexdigest()


def _explain_header(authorization: str) -> str:
    """The text of a header that has no key; empty without a header."""
    if not authorization:
        return ""
    is_bearer = authorization.partition(" ")[0].lower() == "bearer"
    return f" Found {'`Bearer` without a key' if is_bearer else 'a header without `Bearer`'}."


def _read_key(authorization: str | None) -> str:
    """The key in an `Authorization` header; empty if it has no key."""
    scheme, _, key = (authorization or "").partition(" ")
    return key.strip() if scheme.lower() == "bearer" else ""


@dataclass(frozen=True, slots=True)
class RefusedCall:
    """A call of the Deck API that reached no world, since its key was missing or not allowed."""

    number: int
    call: str  # `POST /v2/agents`
    has_key: bool


@dataclass
class WorldRegistry:
    """All worlds of a server, by key."""

    settings: Settings = field(default_factory=Settings)
    library: Library = field(default_factory=shipped)
    keys: tuple[str, ...] | None = None  # None: any key is allowed
    real_ns: Callable[[], int] = real_time.monotonic_ns
    prepare: Callable[[Simulation], None] = lambda new: None  # called with each new world
    dispatcher: Dispatcher = field(default_factory=Dispatcher, compare=False)
    origin: str = "http://127.0.0.1:8765"  # the scheme, host and port of the server
    _worlds: dict[str, Simulation] = field(default_factory=dict)
    _refused: int = 0
    _calls: int = 0  # of the Deck API
    refused_calls: list[RefusedCall] = field(default_factory=list)  # the last ones
    _controlled: set[str] = field(default_factory=set)  # keys with which the control API was called

    def select(self, authorization: str | None) -> Simulation:
        """Return the world of the key in an `Authorization` header.

        Raises:
            ApiError: `api_key_invalid` if the key is missing or not allowed.

        """
        key = _read_key(authorization)
        if not key:
            any_key = "Any key will do; each has a world of its own."
            which = any_key if self.keys is None else "KEY is one of the server's `--keys`."
            text = (
                f"Send `Authorization: Bearer KEY`. {which}{_explain_header(authorization or '')}"
            )
            raise refuse("request/api_key_invalid", text)
        if self.keys is not None and key not in self.keys:
            text = f"The API key {quote(mask_key(key))} is not one of the server's `--keys`."
            raise refuse("request/api_key_invalid", text)
        found = self._worlds.get(key)
        return found if found is not None else self.create(key)

    def select_by_id(self, world_id: str) -> Simulation:
        """Return the world with that id.

        Raises:
            ApiError: `endpoint_not_found` for an unknown id.

        """
        found = self.find_by_token(world_id)
        if found is None:
            text = (
                f"no world has the id {quote(world_id)} of `Deck-Sim-World`; `GET /_sim/worlds`"
                " lists those that exist, and a world begins with the first call of its key"
            )
            raise refuse("request/endpoint_not_found", text)
        return found

    def create(self, key: str, **changes: Any) -> Simulation:
        """Replace the world of `key` by a new one, with these changes to the server's settings."""
        settings = replace(self.settings, **changes)
        library = Library(self.library)
        new = Simulation(key, settings, library, self.real_ns, files_url=self.files_url(key))
        new.began_after_call = self._calls
        self.prepare(new)
        self.drop(key)
        self._worlds[key] = new
        return new

    def adopt(self, simulation: Simulation) -> None:
        """Serve a world that was made elsewhere, under its key."""
        self._worlds[simulation.key] = simulation

    def find(self, key: str) -> Simulation | None:
        """Return the world of a key, or None. Safe on any thread."""
        return self._worlds.get(key)

    @property
    def known_keys(self) -> list[str]:
        """The keys that have worlds. Safe on any thread."""
        return [*self._worlds]

    @property
    def first_key(self) -> str | None:
        """The first of the allowed keys; None if any is allowed."""
        return self.keys[0] if self.keys else None

    def files_url(self, key: str) -> str:
        """The base URL of a world's files."""
        return f"{self.origin}/_sim/files/{world_token(key)}"

    def keyless(self) -> Simulation:
        """Return a temporary world, for calls that need no key."""
        return Simulation("", self.settings, self.library, self.real_ns)

    def drop(self, key: str) -> None:
        """Delete a world; its key creates a new one on next use."""
        self._controlled.discard(key)  # a late call with it is one of a client that was kept
        dropped = self._worlds.pop(key, None)
        if dropped is not None:
            dropped.dropped = True
            dropped.send_held_responses(*dropped.held_responses)
            self.dispatcher.forget(dropped)

    def count_call(self, simulation: Simulation) -> None:
        """Number a call of the Deck API."""
        self._calls += 1
        simulation.last_call = self._calls

    def note_refused(self, call: str, authorization: str | None) -> None:
        """Number and keep a call of the Deck API that `select` refused."""
        self._calls += 1
        refused = RefusedCall(self._calls, call, has_key=bool(_read_key(authorization)))
        self.refused_calls = [*self.refused_calls, refused][-_MOST_REFUSED:]

    def note_control(self, key: str) -> None:
        """Note that somebody controls the world of a key."""
        self._controlled.add(key)

    def stray_keys(self, simulation: Simulation) -> list[str]:
        """The keys that have called the Deck API since a world began, and whose worlds nobody
        controls. Empty if the server takes only some keys, which must not see one another.
        """
        if self.keys is not None:
            return []
        others = (one for one in self._worlds.values() if one.key not in self._controlled)
        return [one.key for one in others if one.last_call > simulation.began_after_call]

    def keyless_calls(self, simulation: Simulation) -> dict[str, int]:
        """The calls without a key since a world began, with how often each came. Empty if the
        server takes only some keys, whose users must not see one another's calls.
        """
        if self.keys is not None:
            return {}
        began = simulation.began_after_call
        return Counter(one.call for one in self.refused_calls if one.number > began)

    def find_by_token(self, token: str) -> Simulation | None:
        """Return the world whose key has that token."""
        found = (world for key, world in self._worlds.items() if world_token(key) == token)
        return next(found, None)

    def next_request_id(self) -> str:
        """Return an id for a request that reached no world."""
        self._refused += 1
        return make_id(self.settings.seed or 0, "req", -self._refused)
