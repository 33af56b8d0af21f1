"""The concierge on the web: `uvicorn --factory concierge.app:from_environment`."""

import os
from collections.abc import Callable

from standardwebhooks import WebhookVerificationError
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from concierge.deck import DeckClient, DeckError
from concierge.lookups import Concierge, Conflict, Lookup

LONGEST_WAIT = 600  # seconds that one call may wait


def from_environment() -> Starlette:
    """The application, as the environment describes it."""
    names = ("DECK_SOURCE_ID", "DECK_TASK_ID", "DECK_WEBHOOK_SECRET")
    return make_app(Concierge(DeckClient.from_environment(), *(os.environ[name] for name in names)))


def make_app(concierge: Concierge) -> Starlette:
    """The application of a concierge."""
    app = Starlette(routes=ROUTES, exception_handlers=REFUSALS)
    app.state.concierge = concierge
    return app


async def begin(request: Request) -> Response:
    """`POST /lookups {username, password}`: begin to look up a guest's reservations."""
    body = await request.json()
    lookup = await _concierge(request).begin(body["username"], body["password"])
    return JSONResponse(lookup.as_json(), 202)


async def look(request: Request) -> Response:
    """`GET /lookups/{id}?wait=60`: how it stands, at once or when it is over."""
    lookup = _lookup(request)
    wait = min(float(request.query_params.get("wait", "0")), LONGEST_WAIT)
    await _concierge(request).watch(lookup, wait)
    return JSONResponse(lookup.as_json())


async def answer(request: Request) -> Response:
    """`POST /lookups/{id}/answer {number, answers}`: answer the question of that number."""
    lookup, body = _lookup(request), await request.json()
    await _concierge(request).answer(lookup, body["number"], body["answers"])
    return JSONResponse(lookup.as_json())


async def cancel(request: Request) -> Response:
    """`POST /lookups/{id}/cancel`: the answer says what came of it."""
    lookup = _lookup(request)
    await _concierge(request).cancel(lookup)
    return JSONResponse(lookup.as_json())


async def take(request: Request) -> Response:
    """`POST /webhooks/deck`: what Deck has to say."""
    await _concierge(request).take(request.headers, await request.body())
    return Response(status_code=204)


def _concierge(request: Request) -> Concierge:
    found: Concierge = request.app.state.concierge
    return found


def _lookup(request: Request) -> Lookup:
    return _concierge(request).lookups[request.path_params["id"]]


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
    Conflict: _refusal(409),
    KeyError: _refusal(404),
    DeckError: _refusal(502),
    WebhookVerificationError: _refusal(401),
}
