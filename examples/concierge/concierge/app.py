"""The concierge on the web: `uvicorn --factory concierge.app:from_environment`."""

import os
from collections.abc import Callable
from typing import Any

from standardwebhooks import WebhookVerificationError
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from concierge.deck import DeckClient, DeckError
from concierge.lookups import Concierge, Conflict, Lookup

LONGEST_WAIT = 600  # seconds that one call may wait


class BadRequest(Exception):
    """An invalid call."""


class NotFound(Exception):
    """An unknown lookup."""


def from_environment() -> Starlette:
    """Create the application from environment variables."""
    names = ("DECK_SOURCE_ID", "DECK_TASK_ID", "DECK_WEBHOOK_SECRET")
    return make_app(Concierge(DeckClient.from_environment(), *(os.environ[name] for name in names)))


def make_app(concierge: Concierge) -> Starlette:
    """Create the web application of a concierge."""
    app = Starlette(routes=ROUTES, exception_handlers=REFUSALS)
    app.state.concierge = concierge
    return app


async def begin(request: Request) -> Response:
    """`POST /lookups {username, password}`: start a lookup of a guest's reservations."""
    username, password = await _read(request, username=str, password=str)
    lookup = await _concierge(request).begin(username, password)
    return JSONResponse(lookup.as_json(), 202)


async def look(request: Request) -> Response:
    """`GET /lookups/{id}?wait=60`: the state of a lookup, after at most `wait` seconds."""
    lookup, wait = _lookup(request), request.query_params.get("wait", "0")
    if not wait.isdecimal():
        raise BadRequest(f"`wait` is {wait!r}; it must be a number of seconds")
    await _concierge(request).watch(lookup, min(int(wait), LONGEST_WAIT))
    return JSONResponse(lookup.as_json())


async def answer(request: Request) -> Response:
    """`POST /lookups/{id}/answer {number, answers}`: answer a question."""
    lookup = _lookup(request)
    number, answers = await _read(request, number=int, answers=dict)
    await _concierge(request).answer(lookup, number, answers)
    return JSONResponse(lookup.as_json())


async def cancel(request: Request) -> Response:
    """`POST /lookups/{id}/cancel`: cancel, and return the new state."""
    lookup = _lookup(request)
    await _concierge(request).cancel(lookup)
    return JSONResponse(lookup.as_json())


async def take(request: Request) -> Response:
    """`POST /webhooks/deck`: receive a webhook."""
    await _concierge(request).take(request.headers, await request.body())
    return Response(status_code=204)


def _concierge(request: Request) -> Concierge:
    concierge: Concierge = request.app.state.concierge
    return concierge


def _lookup(request: Request) -> Lookup:
    lookup = _concierge(request).lookups.get(request.path_params["id"])
    if lookup is None:
        raise NotFound("unknown lookup")
    return lookup


async def _read(request: Request, **names: type) -> list[Any]:
    """Return these values of the body, or raise `BadRequest`."""
    try:
        body = await request.json()
    except ValueError:
        raise BadRequest("the body is not JSON") from None
    for name, kind in names.items():
        if not isinstance(body, dict) or not isinstance(body.get(name), kind):
            raise BadRequest(f"the body must have `{name}`, a {kind.__name__}")
    return [body[name] for name in names]


ROUTES = [
    Route("/lookups", begin, methods=["POST"]),
    Route("/lookups/{id}", look),
    Route("/lookups/{id}/answer", answer, methods=["POST"]),
    Route("/lookups/{id}/cancel", cancel, methods=["POST"]),
    Route("/webhooks/deck", take, methods=["POST"]),
]


def _refusal(status: int) -> Callable[[Request, Exception], Response]:
    return lambda request, error: JSONResponse({"error": str(error)}, status)


REFUSALS = {
    BadRequest: _refusal(400),
    NotFound: _refusal(404),
    Conflict: _refusal(409),
    DeckError: _refusal(502),
    WebhookVerificationError: _refusal(401),
}
