"""The error responses of a call, which follow from its operation."""

from collections.abc import Iterator

from deck_sim.contract.editions import Edition
from deck_sim.contract.error_catalog import CATALOG
from deck_sim.contract.operations import Operation
from deck_sim.contract.shapes import Shape, named
from deck_sim.server.openapi.headers import takes_key
from deck_sim.server.routing import Route

# An extension of ours: OpenAPI has no place for the error codes of a status.
CODES = "x-error-codes"

_ALWAYS = (
    "request/api_key_invalid",
    "rate_limit/rate_limit_exceeded",
    "api/api_error",
    "deck_sim/assumption_refused",
)
_BODY = ("body_invalid", "input_missing", "input_invalid", "payload_too_large")
_KEY = ("idempotency/idempotency_error", "idempotency/idempotency_key_error")
_INVALID = "request/input_invalid"


def error_responses(edition: Edition, route: Route, operation: Operation) -> dict[str, Shape]:
    """The responses that are errors, by status."""
    by_status: dict[int, list[str]] = {}
    for name in sorted({*_names(edition, route, operation)}):
        by_status.setdefault(CATALOG[name].status, []).append(name)
    return {f"{status}": _response(names) for status, names in sorted(by_status.items())}


def _names(edition: Edition, route: Route, operation: Operation) -> Iterator[str]:
    yield from _ALWAYS
    yield from operation.errors
    if takes_key(edition, route):
        yield from _KEY
    if body := edition.body_name(operation):
        yield from (f"request/{code}" for code in _BODY)
        yield from _missing(edition, operation, body)
    if operation.paged or operation.plays:
        yield _INVALID
    if "{id}" in route.path:
        yield _not_found(edition, route)


def _missing(edition: Edition, operation: Operation, body: str) -> Iterator[str]:
    # References in the body to resources that do not exist.
    fields = edition.body(body).model_fields
    kind = edition.kinds.get(operation.answer)
    for name, used in kind.references.items() if kind else ():
        if name in fields:
            yield edition.kinds[used].not_found


def _not_found(edition: Edition, route: Route) -> str:
    path = route.path.split("/")[1]
    kinds = {kind.path: kind.not_found for kind in edition.kinds.values()}
    return kinds.get(path, "request/event_not_found")


def _response(names: list[str]) -> Shape:
    lines = [f"- `{name}`: {_message(name)}" for name in names]
    content = {"schema": named("Errors"), "example": _example(names[0])}
    return {"description": "\n".join(lines), "content": {"application/json": content}, CODES: names}


def _message(name: str) -> str:
    words = {"id": "…", "limit": "10 MiB", "behaviour": "…", "what": "…"}
    return CATALOG[name].message.format(field="name", **words)


def _example(name: str) -> Shape:
    row = CATALOG[name]
    error = {"type": row.type, "code": row.code, "message": _message(name)}
    return {"errors": [error], "request_id": "req_Xk29fLq0aZ81bTnE"}
