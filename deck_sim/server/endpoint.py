"""What an endpoint is: a plain function from a `Request` to an `Answer`, and the row that names it.

Once the body of a request is here, nothing else happens until the answer is made, so nothing comes
between what an endpoint reads and what it writes.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeVar

from starlette.datastructures import Headers

from deck_sim import __version__
from deck_sim.contract.operations import Operation
from deck_sim.runtime.registry import WorldRegistry
from deck_sim.runtime.serialization import ExtraChecks, Model, check_body, dump_json, read_object
from deck_sim.runtime.simulation import Simulation
from deck_sim.scenario.selection import Choice

if TYPE_CHECKING:
    from deck_sim.contract.bodies import Body

WHO = {"Deck-Sim-Version": __version__}  # the header of every answer, which says who gives it


@dataclass(frozen=True, slots=True)
class Request:
    """One call, for the endpoint that answers it."""

    worlds: WorldRegistry
    simulation: Simulation
    params: Mapping[str, str]
    query: tuple[tuple[str, str], ...]
    headers: Headers
    body: bytes
    operation: Operation | None = None

    def read_body(self, extra_checks: ExtraChecks = lambda data: []) -> "Body":
        """The body, checked against the model that the edition has for the operation.

        Raises:
            ApiError: with every problem.

        """
        rules = self.simulation.world.rules
        name = rules.body_name(self.operation) if self.operation else None
        assert name is not None, "the operation takes no body"
        return self.read(rules.body(name), extra_checks)

    def read(self, model: type[Model], extra_checks: ExtraChecks = lambda data: []) -> Model:
        """The body, checked; `extra_checks` find what else is wrong with one that is.

        Raises:
            ApiError: with every problem.

        """
        form = self.headers.get("content-type", "").lower().startswith(_FORMS)
        return check_body(model, read_object(self.body, form=form), extra_checks)

    def asked(self, name: str) -> list[str]:
        """The values of a query parameter, written `name`, `name[]`, or both."""
        return [value for key, value in self.query if key in (name, f"{name}[]")]


_FORMS = ("application/x-www-form-urlencoded", "multipart/form-data")


@dataclass(frozen=True, slots=True)
class Answer:
    """What an endpoint answers; `request_id` is added to it."""

    data: Mapping[str, Any]
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    choice: Choice | None = None  # the scenario that what was created plays

    def print(self, request_id: str) -> bytes:
        """The body."""
        return dump_json({**self.data, "request_id": request_id})


# An endpoint that waits for something outside the world is a coroutine function.
Endpoint = Callable[[Request], Answer | Awaitable[Answer]]


# The functions that answer the operations of the Deck API, by the `endpoint` of the operation.
ENDPOINTS: dict[str, Endpoint] = {}
Function = TypeVar("Function", bound=Endpoint)


def endpoint(function: Function) -> Function:
    """Register a function of the Deck API under its own name."""
    assert function.__name__ not in ENDPOINTS, f"two endpoints are called {function.__name__}"
    ENDPOINTS[function.__name__] = function
    return function


@dataclass(frozen=True, slots=True)
class Route:
    """One row of an API: a method and path, and the function that answers."""

    method: str
    path: str
    endpoint: Endpoint
    operation: Operation | None = None  # what the OpenAPI document says of it
    creates: bool = False  # whether it makes a resource; what idempotency keys may ask
