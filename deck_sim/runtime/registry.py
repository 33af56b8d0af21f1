"""The worlds of one server. An API key selects a world, which is created on first use."""

from __future__ import annotations

import logging
import re
from collections import Counter, OrderedDict, deque
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import lru_cache
from itertools import islice
from typing import TYPE_CHECKING, Any, Protocol

from deck_sim.base.errors import quote
from deck_sim.base.redaction import mask_key, world_token
from deck_sim.contract.error_catalog import ApiError, refuse
from deck_sim.engine.seeded_draws import make_id, seed_of
from deck_sim.runtime.dispatcher import Dispatcher
from deck_sim.runtime.settings import Settings
from deck_sim.scenario.library import Library, shipped
from deck_sim.webhooks.signing import secret_of

if TYPE_CHECKING:
    from deck_sim.runtime.simulation import Simulation

log = logging.getLogger("deck_sim")

_MOST_REFUSED = 100  # calls that are kept
_MOST_STRAYS = 5
_MOST_FORMER = 1000  # keys whose former ids are kept
MOST_WORLDS = 10_000


# What clients send in place of a key, and why.
_NO_KEYS = {
    re.compile("(undefined|null|None)?$"): "`{}`: the client has probably read an unset variable",
    re.compile("[\"'`]"): "a key in quotes, probably copied from a variable or a file",
    re.compile("bearer( |$)", re.IGNORECASE): "`Bearer` twice: the client's key"
    " probably begins with `Bearer`",
}


@lru_cache
def read_key(authorization: str | None) -> tuple[str, str]:
    """Return the key in an `Authorization` header, or "" and why the header has none."""
    scheme, _, key = (authorization or "").partition(" ")
    key = key.strip()
    if scheme.lower() != "bearer":
        return "", "a header without `Bearer`" if authorization else ""
    why = next((why for pattern, why in _NO_KEYS.items() if pattern.match(key)), None)
    return (key, "") if why is None else ("", why.format(f"Bearer {key}".strip()))


@dataclass(frozen=True, slots=True)
class RefusedCall:
    """A call of the Deck API that reached no world, since its key was missing or not allowed."""

    number: int
    call: str  # `POST /v2/agents`
    has_key: bool


class State(Protocol):
    """A file that stores worlds. A method that fails raises ApiError (`state_not_saved`)."""

    def load(self, key: str) -> Simulation | None:
        """Return the world of a key, or None if the file has none."""

    def save(self, key: str, simulation: Simulation | None) -> None:
        """Save the changes in the world of a key; if `simulation` is None, delete the world."""


@dataclass(eq=False)
class WorldRegistry:
    """Creates, loads, saves and drops the worlds of a server, each by its key."""

    settings: Settings = field(default_factory=Settings)
    library: Library = field(default_factory=shipped)
    keys: tuple[str, ...] | None = None  # None: any key is allowed
    prepare: Callable[[Simulation], None] = lambda new: None  # called with each new world
    dispatcher: Dispatcher = field(default_factory=Dispatcher)
    state: State | None = None  # keeps the worlds
    origin: str = "http://127.0.0.1:8765"  # the scheme, host and port of the server
    webhook_secret: str | None = None  # of all worlds; None: it follows from each key
    before_drop: Callable[[Simulation], None] = lambda old: None  # reset, replaced or deleted
    _worlds: OrderedDict[str, Simulation] = field(default_factory=OrderedDict)
    _refused: int = 0
    _calls: int = 0  # of the Deck API
    refused_calls: deque[RefusedCall] = field(default_factory=lambda: deque(maxlen=_MOST_REFUSED))
    _controlled: set[str] = field(default_factory=set)  # keys with which the control API was called
    _former_ids: dict[str, set[str]] = field(default_factory=dict)  # by key; of dropped worlds
    snapshots: dict[str, Any] = field(default_factory=dict)  # by id; `state.snapshots` keeps them
    snapshots_taken: int = 0

    def __post_init__(self) -> None:
        self.dispatcher.save = self.save

    def select(self, authorization: str | None) -> Simulation:
        """Return the world of the key in an `Authorization` header; create it if there is none.
        Raises ApiError (`api_key_invalid`) if the key is missing or not allowed.
        """
        key, why = read_key(authorization)
        if not key:
            any_key = "Any key works; each key has its own world."
            which = any_key if self.keys is None else "KEY is one of the server's `--keys`."
            text = f"Send `Authorization: Bearer KEY`. {which}{f' Found {why}.' if why else ''}"
            raise refuse("request/api_key_invalid", text)
        if self.keys is not None and key not in self.keys:
            text = f"The API key {quote(mask_key(key))} is not one of the server's `--keys`."
            raise refuse("request/api_key_invalid", text)
        world = self.find(key) or self.create(key)
        self._worlds.move_to_end(key)
        return world

    def find_by_token(self, token: str) -> Simulation | None:
        """Return the loaded world from whose key `world_token` makes this `token`, or None."""
        return next((self._worlds[key] for key in self._worlds if world_token(key) == token), None)

    def create(self, key: str, **changes: Any) -> Simulation:
        """Serve a new world of `key`, with `changes` to the server's settings; return the world."""
        new = self.make(key, replace(self.settings, **changes) if changes else self.settings)
        self.prepare(new)
        self.put(new)
        return new

    def put(self, new: Simulation) -> None:
        """Serve a world in place of the present world of its key."""
        new.began_after_call = self._calls
        new.control_changes += new.key in self._worlds  # by a reset or the like
        controlled = {new.key} & self._controlled
        self.drop(new.key)
        self._controlled |= controlled
        self.adopt(new)

    def make(self, key: str, settings: Settings) -> Simulation:
        """Make an empty world that is not served yet."""
        from deck_sim.runtime.simulation import Simulation  # slow, so imported late

        return Simulation(key, settings, Library(self.library), origin=self.origin)

    def adopt(self, new: Simulation) -> None:
        """Serve a world. Above `MOST_WORLDS`, drop the one that was unused for the longest time."""
        self._worlds[new.key] = new
        new.world.former_ids = self._former_ids.get(new.key, ())
        if len(self._worlds) > MOST_WORLDS:
            others = (other for other in self._worlds.values() if other is not new)
            oldest = next((old for old in others if not (old.uses or old.attempting)), None)
            if oldest is not None:
                log.warning(
                    "deck-sim: the world of %s is deleted: a server keeps at most %s worlds, and"
                    " this one was unused for the longest time",
                    mask_key(oldest.key),
                    MOST_WORLDS,
                )
                self.drop(oldest.key)
                with suppress(ApiError):
                    self.save(oldest)

    def find(self, key: str) -> Simulation | None:
        """Return the world of a key, if needed from the state file; None if none exists."""
        if key not in self._worlds and self.state is not None:
            stored = self.state.load(key)
            if stored is not None:
                self.adopt(stored)
        return self._worlds.get(key)

    @property
    def known_keys(self) -> list[str]:
        """The keys of the loaded worlds. Safe on any thread."""
        return [*self._worlds]

    def secret_of(self, key: str) -> str:
        """Return the secret of the key's webhook destinations that are created without one."""
        return self.webhook_secret or secret_of(key)

    def keyless(self) -> Simulation:
        """Return a temporary world, for calls that need no key."""
        return self.make("", self.settings)

    def drop(self, key: str) -> None:
        """Remove the world of a key from the server; `save` then deletes it from the state file."""
        self._controlled.discard(key)  # a later call with this key comes from an old client
        if key in self._worlds:
            old = self._worlds[key]
            self.before_drop(old)
            self._former_ids.setdefault(key, set()).update(*old.world.resources.values())
            if len(self._former_ids) > _MOST_FORMER:
                del self._former_ids[next(iter(self._former_ids))]
        self._remove(key)

    def _remove(self, key: str) -> None:
        dropped = self._worlds.pop(key, None)
        if dropped is not None:
            dropped.dropped = True
            dropped.send_held_responses(*dropped.held_responses)
            self.dispatcher.forget(dropped)

    def reload(self, key: str) -> None:
        """Load a key's stored world again, now or, if that fails, when the key is next used."""
        if key in self._worlds:
            self._worlds[key].saved = False  # refuses its calls in progress
        self._remove(key)
        with suppress(ApiError):
            self.find(key)

    def save(self, simulation: Simulation) -> None:
        """Drop records that are too old, and save the world, or delete it from the state file.

        Called before each answer and webhook leaves the server. Raises ApiError (`state_not_saved`)
        if saving fails. The world is then as last saved, and calls in progress get the error, too.
        """
        simulation.forget_oldest()
        if self.state is None:
            return
        key = simulation.key
        if not simulation.saved:
            text = "a change of another call could not be saved"
            raise refuse("deck_sim/state_not_saved", file="the state file", why=text)
        try:
            self.state.save(key, self._worlds.get(key))
        except ApiError:
            self.reload(key)
            raise

    def wake_all(self) -> None:
        for simulation in self._worlds.values():
            self.dispatcher.wake(simulation)

    def count_call(self, simulation: Simulation) -> None:
        self._calls += 1
        simulation.last_call = self._calls

    def note_refused(self, call: str, authorization: str | None) -> None:
        self._calls += 1
        refused = RefusedCall(self._calls, call, has_key=bool(read_key(authorization)[0]))
        self.refused_calls.append(refused)

    def note_control(self, key: str) -> None:
        """Note that a test or a person uses the control API on the world of a key."""
        self._controlled.add(key)

    def stray_keys(self, simulation: Simulation) -> list[str]:
        """Return keys, masked, that an application may have sent by mistake: used since the world
        began, but never for the control API. At most five; none with `--keys`: users must not see
        one another's keys.
        """
        if self.keys is not None:
            return []
        others = (other for other in self._worlds.values() if other.key not in self._controlled)
        stray = (other for other in others if other.last_call > simulation.began_after_call)
        return [mask_key(other.key) for other in islice(stray, _MOST_STRAYS)]

    def keyless_calls(self, simulation: Simulation) -> dict[str, int]:
        """Return the calls without a key since the world began, each with how often it was made.
        Empty with `--keys`: users of such a server must not see one another's calls.
        """
        if self.keys is not None:
            return {}
        began = simulation.began_after_call
        return Counter(refused.call for refused in self.refused_calls if refused.number > began)

    def keyless_request_id(self) -> str:
        """Return the request id of the first call to a `keyless` world, without making one."""
        seed = self.settings.seed
        return make_id(seed_of("") if seed is None else seed, "ctl", 1)

    def next_request_id(self) -> str:
        """Return an id for a request that reached no world."""
        self._refused += 1
        return make_id(self.settings.seed or 0, "req", -self._refused)
