"""One request while it is answered, and its answer."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

from starlette.types import ASGIApp, Receive, Scope

from deck_sim.contract.editions import EDITIONS, how_to_switch
from deck_sim.contract.endpoints import Operation
from deck_sim.engine.world import World
from deck_sim.engine.world_values import Resource
from deck_sim.runtime.call_journal import Call
from deck_sim.runtime.registry import WorldRegistry
from deck_sim.runtime.request_bodies import ExtraChecks, check_body, read_object
from deck_sim.runtime.serialization import resource_as_json
from deck_sim.runtime.simulation import Simulation
from deck_sim.scenario.selection import Choice

if TYPE_CHECKING:
    from deck_sim.contract.bodies import Body

_FORMS = ("application/x-www-form-urlencoded", "multipart/form-data")


@dataclass(slots=True)
class Answer:
    """An answer to a request. Its body consists of `data` and the `request_id`."""

    data: Mapping[str, Any]
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    choice: Choice | None = None  # the scenario of what the call creates, or that refuses it
    body: bytes = b""  # empty until the request has an id; a replayed answer has the stored body


_LATER: Any = None  # the value of a field that a stage of the app sets


@dataclass
class Request:
    """One request to one world. Its body is complete before an endpoint is called, so an endpoint
    does not await between reading and writing the world.
    """

    scope: Scope
    body: bytes
    worlds: WorldRegistry
    receive: Receive  # returns when the client leaves
    simulation: Simulation = _LATER
    id: str = ""
    endpoint: "Endpoint" = _LATER
    operation: Operation = _LATER  # the control API has none
    params: Mapping[str, str] = field(default_factory=dict)  # of its path
    timeline_length: int = 0  # number of entries before those of the call
    event_count: int = 0  # number of events before those of the call
    fault: Any = None  # the fault that fired for the call
    from_handle: bool = False  # whether a `Deck` sent it, not a program under test
    idempotency_key: str | None = None  # under which its answer is stored
    replayed: bool = False  # whether its answer was stored under an idempotency key
    answer: Answer = _LATER
    call: Call = _LATER  # the journal's record of the request and its answer
    response: ASGIApp | None = None  # if a stage has prepared what is sent

    def __post_init__(self) -> None:
        self.method: str = self.scope["method"]
        self.path: str = self.scope["path"]  # `/v2` included
        # By name in lower case; of equal names, the first.
        self.headers: Mapping[str, str] = {
            name.decode("latin-1"): value.decode("latin-1")
            for name, value in reversed(self.scope["headers"])
        }
        query: str = self.scope["query_string"].decode("latin-1")
        self.query = parse_qsl(query, keep_blank_values=True) if query else []

    @property
    def world(self) -> World:
        """The present world of the simulation; a call of the control API may replace it."""
        return self.simulation.world

    def query_values(self, name: str) -> list[str]:
        """Return the values of a query parameter, written `name`, `name[]`, or both."""
        return [value for key, value in self.query if key in (name, f"{name}[]")]

    @property
    def body_model(self) -> "type[Body]":
        model = self.world.contract.body_of(self.operation)
        assert model is not None, "the operation takes no body"
        return model

    def read_body(self, extra_checks: ExtraChecks = lambda data: []) -> "Body":
        return check_body(self.body_model, self.read_object(), extra_checks, self.explain_key)

    def explain_key(self, key: str) -> str:
        """Return the end of a message on a body's unknown key: the edition that has it, or ""."""
        for name, other in EDITIONS.items():
            for row in other.every_operation:
                model = other.body_of(row) if row.name == self.operation.name else None
                if model and key in model.model_fields:
                    return f"; the edition `{name}` has it; {how_to_switch(name)}"
        return ""

    def read_object(self) -> dict[str, Any]:
        form = self.headers.get("content-type", "").lower().startswith(_FORMS)
        return read_object(self.body, form=form)

    def fetch(self, kind: str | None = None) -> Resource:
        """Return the resource whose id is in the path; `kind` is by default that of the answer."""
        return self.world.fetch(kind or self.operation.kind, self.params["id"])

    def show(self, resource: Resource, status: int = 200) -> Answer:
        return Answer(resource_as_json(self.simulation, resource), status)


Endpoint = Callable[[Request], Answer]
