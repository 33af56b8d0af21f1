"""The paths of the document: each operation with its parameters, answers and errors."""

from collections.abc import Iterator

from deck_sim.contract import shapes
from deck_sim.contract.editions import Edition
from deck_sim.contract.error_catalog import CATALOG
from deck_sim.contract.operations import Operation
from deck_sim.contract.resources import Kind
from deck_sim.contract.shapes import Shape, many, named
from deck_sim.scenario import selection
from deck_sim.server import idempotency
from deck_sim.server.api.paging import DEFAULT_LIMIT, MAX_LIMIT
from deck_sim.server.openapi.schemas import answer_name

JSON = "application/json"
CODES = "x-error-codes"  # an extension of ours: OpenAPI has no place for the codes of a status
_RETRY_AFTER = {
    "description": "Seconds until a call is accepted again; sent if the world is set to send it.",
    "schema": {"type": "integer", "minimum": 1},
}


def paths(edition: Edition) -> dict[str, Shape]:
    """The paths of an edition, with their methods."""
    found: dict[str, Shape] = {}
    for operation in edition.every_operation:
        found.setdefault(operation.path, {})[operation.method.lower()] = _show(edition, operation)
    return found


def _show(edition: Edition, operation: Operation) -> Shape:
    shown: Shape = {
        "operationId": operation.name,
        "summary": operation.summary,
        "tags": [operation.tag],
    }
    if parameters := [*_parameters(edition, operation)]:
        shown["parameters"] = parameters
    if body := edition.body_name(operation):
        shown["requestBody"] = {"required": True, "content": {JSON: {"schema": named(body)}}}
    content = {JSON: {"schema": named(answer_name(operation))}}
    done: Shape = {"description": "Done.", "content": content}
    responses = {operation.status: done, **_error_responses(edition, operation)}
    return {**shown, "responses": {f"{status}": each for status, each in responses.items()}}


def _named_by_id(edition: Edition, operation: Operation) -> Kind | None:
    """The kind of resource that `{id}` in the path names; None for an event."""
    kinds = {kind.path: kind for kind in edition.kinds.values()}
    return kinds.get(operation.tag) if "{id}" in operation.path else None


def _parameters(edition: Edition, operation: Operation) -> Iterator[Shape]:
    if "{id}" in operation.path:
        kind = _named_by_id(edition, operation)
        identity = shapes.identity(kind.prefix if kind else "evt")
        yield {"name": "id", "in": "path", "required": True, "schema": identity}
    for name in operation.filters:
        kind = edition.kinds.get(operation.answer)
        words = kind.filter_words(name) if kind else []
        values: Shape = {"type": "string", **({"enum": words} if words else {})}
        yield _query(
            name, many(values), f"Only items with one of these values; `{name}[]` works, too."
        )
    if operation.paged:
        yield from _PAGE
    if operation.includes:
        text = (
            f"Additional fields to show: {', '.join(f'`{name}`' for name in operation.includes)}."
        )
        several = _query("include", many({"type": "string"}), text)
        yield {**several, "style": "form", "explode": False}
    if operation.plays:
        scenario = shapes.text("mfa_then_success")
        text = "The scenario to play; deck-sim's own."
        yield _parameter(selection.HEADER, "header", scenario, text)
    if edition.idempotency.covers(operation):
        key = {"type": "string", "minLength": 1, "maxLength": edition.idempotency.longest_key}
        text = "A call that is repeated with its key gets the stored answer and changes nothing."
        yield _parameter(idempotency.HEADER, "header", key, text)


def _parameter(name: str, place: str, schema: Shape, description: str) -> Shape:
    return {"name": name, "in": place, "description": description, "schema": schema}


def _query(name: str, schema: Shape, description: str) -> Shape:
    return _parameter(name, "query", schema, description)


_LIMIT = {"type": "integer", "minimum": 1, "maximum": MAX_LIMIT, "default": DEFAULT_LIMIT}
_PAGE = (
    _query("limit", _LIMIT, "The largest number of items on the page."),
    _query("cursor", {"type": "string"}, "The `next_cursor` of the previous page."),
    _query("created_after", shapes.MOMENT, "Only items created after this moment."),
    _query("created_before", shapes.MOMENT, "Only items created before this moment."),
)


def _error_responses(edition: Edition, operation: Operation) -> dict[int, Shape]:
    by_status: dict[int, list[str]] = {}
    for name in sorted({*_errors(edition, operation)}):
        by_status.setdefault(CATALOG[name].status, []).append(name)
    found: dict[int, Shape] = {}
    for status, names in sorted(by_status.items()):
        found[status] = {
            "description": "\n".join(f"- `{name}`: {_message(name)}" for name in names),
            "content": {JSON: {"schema": named("Errors")}},
            CODES: names,
        }
    found[429]["headers"] = {"Retry-After": _RETRY_AFTER}
    return found


def _errors(edition: Edition, operation: Operation) -> Iterator[str]:
    yield from ("request/api_key_invalid", "rate_limit/rate_limit_exceeded", "api/api_error")
    yield "deck_sim/state_not_saved"
    yield from operation.errors
    if edition.idempotency.covers(operation):
        yield from ("idempotency/idempotency_error", "idempotency/idempotency_key_error")
    if body := edition.body_name(operation):
        codes = ("body_invalid", "input_missing", "input_invalid", "payload_too_large")
        yield from (f"request/{code}" for code in codes)
        kind = edition.kinds.get(operation.answer)
        for name, used in kind.references.items() if kind else ():
            if name in edition.body(body).model_fields:
                yield edition.kinds[used].not_found
                yield from filter(None, [edition.kinds[used].malformed])
    if operation.paged or operation.plays:
        yield "request/input_invalid"
    if "{id}" in operation.path:
        named_kind = _named_by_id(edition, operation)
        yield named_kind.not_found if named_kind else "request/event_not_found"


def _message(name: str) -> str:
    words = {"id": "…", "limit": "10 MiB", "file": "…", "why": "…"}
    return CATALOG[name].message.format(field="name", **words)
