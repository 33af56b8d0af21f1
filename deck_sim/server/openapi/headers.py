"""The headers of calls, besides the API key, and of answers."""

from collections.abc import Iterator, Mapping

from deck_sim.base.version import __version__
from deck_sim.contract import shapes
from deck_sim.contract.editions import Edition
from deck_sim.contract.operations import Operation
from deck_sim.contract.shapes import Shape
from deck_sim.scenario import selection
from deck_sim.server import idempotency
from deck_sim.server.request import ASSUMED
from deck_sim.server.routing import Route

VERSION, RETRY_AFTER = "Deck-Sim-Version", "Retry-After"
(REPLAYED,) = idempotency.REPLAYED

# Statuses of answers that are never stored under an idempotency key.
_NEVER_STORED = (401, 413, 429, 500, 501)


def _header(description: str, schema: Shape, *, required: bool = False) -> Shape:
    return {"description": description, "required": required, "schema": schema}


ANSWERED: Mapping[str, Shape] = {
    VERSION: _header(
        "The version of deck-sim, on every answer.", shapes.text(__version__), required=True
    ),
    selection.HEADER: _header(
        "The scenario that was chosen, and why; deck-sim's own.",
        shapes.text("mfa_then_success; because=queue"),
        required=True,
    ),
    REPLAYED: _header(
        "The answer is the one that was kept under the call's idempotency key; deck-sim's own.",
        shapes.constant(idempotency.REPLAYED[REPLAYED]),
    ),
    ASSUMED: _header(
        "What the answer rests on that is only assumed, by its names in the fidelity ledger.",
        shapes.text("state_invalid"),
    ),
    RETRY_AFTER: _header(
        "After how many seconds there is room; sent if the world's rate limit says so.",
        {"type": "integer", "minimum": 1, "examples": [2]},
    ),
}


def takes_key(edition: Edition, route: Route) -> bool:
    """Whether a call takes an idempotency key."""
    return edition.idempotency.covers(route.method, creates=route.creates)


def call_headers(edition: Edition, route: Route, operation: Operation) -> Iterator[Shape]:
    """The optional headers of a call."""
    if operation.plays:
        scenario = shapes.text("mfa_then_success")
        yield _sent(selection.HEADER, "The scenario to play; deck-sim's own.", scenario)
    if takes_key(edition, route):
        rule = edition.idempotency
        key = {"type": "string", "minLength": 1, "maxLength": rule.longest_key}
        description = (
            "The same call under the same key gets the same answer again, and does nothing more."
        )
        yield _sent(idempotency.HEADER, description, key)


def _sent(name: str, description: str, schema: Shape) -> Shape:
    return {"name": name, "in": "header", "description": description, "schema": schema}


def answer_headers(edition: Edition, route: Route, operation: Operation, status: int) -> Shape:
    """References to the headers of an answer."""
    stored = status in edition.idempotency.kept and status not in _NEVER_STORED
    present = {
        VERSION: True,
        ASSUMED: True,
        selection.HEADER: operation.plays and status == operation.status,
        REPLAYED: stored and takes_key(edition, route),
        RETRY_AFTER: status == 429,
    }
    return {
        name: {"$ref": f"#/components/headers/{name}"} for name, there in present.items() if there
    }
