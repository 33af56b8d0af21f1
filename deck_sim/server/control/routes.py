"""The table of the calls below `/_sim`: each function has its method, path and body above it."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, TypeVar

from deck_sim.base.redaction import redact
from deck_sim.server.request import Answer, Request
from deck_sim.server.routing import Route

ROUTES: list[Route] = []
Function = TypeVar("Function", bound=Callable[..., Answer | Awaitable[Answer]])


def route(method: str, path: str, body: str | None = None) -> Callable[[Function], Function]:
    """Register a function for a method and a path below `/_sim`.

    `body` names a model in `bodies`; the function gets the body as a second argument.
    """

    def register(function: Function) -> Function:
        def with_body(request: Request) -> Answer | Awaitable[Answer]:
            from deck_sim.server.control import bodies  # slow: pydantic

            return function(request, request.read_as(getattr(bodies, f"{body}")))

        ROUTES.append(Route(method, path, with_body if body else function))
        return function

    return register


def record_answer(request: Request, data: Mapping[str, Any]) -> Answer:
    """The answer that shows records: with secrets hidden, unless the query has `plain=true`."""
    is_plain = request.query_values("plain")[-1:] == ["true"]
    return Answer(data if is_plain else redact(data))
