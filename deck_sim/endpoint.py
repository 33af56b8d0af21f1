"""The door of the server: from an HTTP request to a plain function of one world, and back.

An endpoint takes a `Request` and returns an `Answer`. It runs on the event loop in one go, so
nothing comes between what it reads and what it writes. The key, the journal, the error envelope and
the headers of every answer are dealt with here, once for all endpoints.
"""

import json
import logging
import traceback
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl

from starlette.datastructures import Headers
from starlette.responses import Response
from starlette.routing import Route as StarletteRoute
from starlette.routing import Router
from starlette.types import Receive, Scope, Send

from deck_sim import __version__
from deck_sim.errors import ApiError, listed, refuse
from deck_sim.scenario.choosing import Choice
from deck_sim.simulation import Call, Simulation
from deck_sim.wire import (
    MAX_BODY_BYTES,
    Model,
    check_body,
    dump_json,
    print_errors,
    read_object,
)
from deck_sim.worlds import Worlds

log = logging.getLogger("deck_sim")


@dataclass(frozen=True, slots=True)
class Request:
    """One call, for the endpoint that answers it."""

    worlds: Worlds
    simulation: Simulation
    id: str
    params: Mapping[str, str]
    query: tuple[tuple[str, str], ...]
    headers: Headers
    body: bytes

    def read(self, model: type[Model]) -> Model:
        """The body, checked.

        Raises:
            ApiError: with every problem.

        """
        return check_body(model, read_object(self.body))

    def asked(self, name: str) -> list[str]:
        """The values of a query parameter, written `name`, `name[]`, or both."""
        return [value for key, value in self.query if key in (name, f"{name}[]")]


@dataclass(frozen=True, slots=True)
class Answer:
    """What an endpoint answers; `request_id` is added to it."""

    data: Mapping[str, Any]
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    choice: Choice | None = None  # the scenario that what was created plays


@dataclass(frozen=True, slots=True)
class Route:
    """One row of an API: a method and path, and the function that answers."""

    method: str
    path: str
    endpoint: Callable[[Request], Answer]


class Door:
    """An ASGI app: some routes, behind the API key."""

    def __init__(
        self, worlds: Worlds, routes: Callable[[Simulation], Router], *, journal: bool
    ) -> None:
        self.worlds, self.routes, self.journal = worlds, routes, journal

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        headers = Headers(scope=scope)
        try:
            simulation = self.worlds.select(headers.get("authorization"))
        except ApiError as error:
            answer = _refusal(error)
            await _send(answer, self.worlds.next_request_id(), scope, receive, send)
            return
        simulation.catch_up()
        # Calls of the control API count apart: watching a world must not change what it answers.
        request_id = simulation.world.next_id("req" if self.journal else "ctl")
        position, visit = len(simulation.world.timeline), _Visit(simulation, request_id)
        scope["deck_sim"] = self.worlds, visit, headers
        try:
            await self.routes(simulation)(scope, receive, send)
            answer = visit.answer
        except ApiError as error:
            answer = _refusal(error)
        except Exception:
            simulation.crashes.append(traceback.format_exc())
            log.exception("deck-sim failed at %s %s", scope["method"], scope["path"])
            text = "deck-sim itself failed; its log has the traceback. Please report it."
            answer = _refusal(refuse("api/api_error", text))
        if self.journal:
            simulation.journal.append(_call(scope, visit, answer, position))
        await _send(answer, request_id, scope, receive, send)


@dataclass(slots=True)
class _Visit:
    """What is known of a request while it is answered."""

    simulation: Simulation
    request_id: str
    body: bytes = b""
    answer: Answer = Answer({})


class _Methods:
    """Everything that one path answers: an ASGI app that leaves its answer in the visit."""

    def __init__(self) -> None:
        self.endpoints: dict[str, Callable[[Request], Answer]] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        worlds, visit, headers = scope["deck_sim"]
        method = "GET" if scope["method"] == "HEAD" else scope["method"]
        endpoint = self.endpoints.get(method)
        if endpoint is None:
            raise self._refusal(scope)
        visit.body = await _read(receive)
        query = tuple(parse_qsl(scope["query_string"].decode("latin-1"), keep_blank_values=True))
        request = Request(
            worlds,
            visit.simulation,
            visit.request_id,
            scope["path_params"],
            query,
            headers,
            visit.body,
        )
        visit.answer = endpoint(request)

    def _refusal(self, scope: Scope) -> ApiError:
        allowed = listed(self.endpoints)
        words = {"path": scope["path"], "method": scope["method"], "allowed": allowed}
        error = refuse("request/method_not_allowed", **words)
        error.headers["Allow"] = ", ".join(self.endpoints)
        return error


def make_router(routes: list[Route]) -> Router:
    """A router for these rows."""
    paths: dict[str, _Methods] = {}
    for route in routes:
        paths.setdefault(route.path, _Methods()).endpoints[route.method] = route.endpoint
    return Router(
        routes=[StarletteRoute(path, methods) for path, methods in paths.items()],
        redirect_slashes=False,
        default=_not_found,
    )


async def _not_found(scope: Scope, receive: Receive, send: Send) -> None:
    raise refuse("request/endpoint_not_found", path=scope["path"])


async def _read(receive: Receive) -> bytes:
    """The whole body.

    Raises:
        ApiError: `payload_too_large` as soon as it is.

    """
    parts, size, more = list[bytes](), 0, True
    while more:
        message = await receive()
        parts.append(message.get("body", b""))
        size += len(parts[-1])
        if size > MAX_BODY_BYTES:
            raise refuse("request/payload_too_large", limit=f"{MAX_BODY_BYTES // 1024**2} MiB")
        more = message.get("more_body", False)
    return b"".join(parts)


def _refusal(error: ApiError) -> Answer:
    data = print_errors(error)
    return Answer(data, error.status, error.headers)


async def _send(
    answer: Answer, request_id: str, scope: Scope, receive: Receive, send: Send
) -> None:
    body = dump_json({**answer.data, "request_id": request_id})
    headers = {"Deck-Sim-Version": __version__, **answer.headers}
    response = Response(body, answer.status, headers, media_type="application/json")
    if scope["method"] == "HEAD":
        response.body = b""
    await response(scope, receive, send)


def _call(scope: Scope, visit: _Visit, answer: Answer, position: int) -> Call:
    """The journal's record of an answered request."""
    errors = [f"{e['type']}/{e['code']}" for e in answer.data.get("errors") or ()]
    failed = answer.status >= 400
    return Call(
        at=visit.simulation.world.now,
        request_id=visit.request_id,
        method=scope["method"],
        path=scope["path"],
        query=scope["query_string"].decode("latin-1"),
        status=answer.status,
        body=_body_or_none(visit.body),
        errors=tuple(errors) if failed else (),
        scenario=answer.choice,
        after=position,
    )


def _body_or_none(body: bytes) -> Any:
    try:
        return json.loads(body) if body else None
    except (ValueError, RecursionError):
        return body[:1000].decode(errors="replace")
