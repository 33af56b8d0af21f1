"""The OpenAPI document of an edition, and `GET /openapi.json`."""

from collections.abc import Iterator
from functools import cache
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from deck_sim.base import VERSION_HEADER, __version__
from deck_sim.base.errors import quote, suggest
from deck_sim.contract import shapes
from deck_sim.contract.editions import EDITIONS, Edition
from deck_sim.contract.endpoints import Operation
from deck_sim.contract.error_catalog import CATALOG, refuse
from deck_sim.contract.kinds import Kind
from deck_sim.contract.shapes import Shape, many, named
from deck_sim.runtime.registry import WorldRegistry
from deck_sim.runtime.serialization import dump_json
from deck_sim.scenario import selection
from deck_sim.server import idempotency
from deck_sim.server.api.paging import DEFAULT_LIMIT, MAX_LIMIT
from deck_sim.server.app import refuse_call
from deck_sim.server.openapi.components import answer_name, message_shape, schemas

CODES = "x-error-codes"  # an extension of ours: OpenAPI has no place for the codes of a status
_ABOUT = """\
The Deck v2 API as deck-sim serves it. Deck adds fields, event types and interaction types without a
new version, so accept unknown ones. This document comes from deck-sim, not from Deck.
"""
_RETRY_AFTER = {
    "description": "Seconds until a call is accepted. Sent if the world's `rate_limit`, a fault or"
    " a scenario has `retry_after`.",
    "schema": {"type": "integer", "minimum": 1},
}


def show_document(worlds: WorldRegistry, request: Request) -> Response:
    """Show the OpenAPI document of `?edition=`, by default the server's. No key is needed."""
    name = request.query_params.get("edition", worlds.settings.edition)
    if name not in EDITIONS:
        text = f"unknown edition {quote(name)}{suggest(name, EDITIONS)}"
        error = refuse("request/input_invalid", text, field="edition")
        return refuse_call(worlds, error, request.scope)
    body = dump_json(document(name))
    return Response(body, headers=VERSION_HEADER, media_type="application/json")


@cache
def document(name: str) -> dict[str, Any]:
    edition = EDITIONS[name]
    paths: dict[str, Shape] = {}
    for operation in edition.every_operation:
        paths.setdefault(operation.path, {})[operation.method.lower()] = _show(edition, operation)
    webhooks = {
        type_: {
            "post": {
                "operationId": f"receive_{type_.replace('.', '_')}",
                "summary": f"`{type_}` happened",
                "tags": ["webhooks"],
                "security": [],
                "requestBody": {"required": True, "content": _json(message_shape(edition, type_))},
                "responses": {
                    "2XX": {"description": "The message was received within five seconds."}
                },
            }
        }
        for type_ in edition.event_types
    }
    return {
        "openapi": "3.1.0",
        "info": {
            "title": f"Deck API, {name} edition",
            "version": __version__,
            "description": _ABOUT,
            "license": {"name": "MIT", "identifier": "MIT"},
        },
        "servers": [{"url": "/v2"}],
        "security": [{"api_key": []}],
        "paths": paths,
        "webhooks": webhooks,
        "components": {
            "schemas": schemas(edition),
            "securitySchemes": {"api_key": {"type": "http", "scheme": "bearer"}},
        },
    }


def _json(schema: Shape) -> Shape:
    return {"application/json": {"schema": schema}}


def _show(edition: Edition, operation: Operation) -> Shape:
    shape: Shape = {
        "operationId": operation.name,
        "summary": operation.summary,
        "tags": [operation.tag],
    }
    if edition.idempotency.covers(operation):
        # Not a parameter: tools that make up calls would send one key with all, and get a 409.
        shape["description"] = (
            f"Takes the header `{idempotency.KEY_HEADER}`, 1 to {edition.idempotency.longest_key}"
            " characters: a call that is repeated with its key gets the stored answer and changes"
            " nothing."
        )
    if parameters := [*_parameters(edition, operation)]:
        shape["parameters"] = parameters
    if body := edition.body_name(operation):
        shape["requestBody"] = {"required": True, "content": _json(named(body))}
    done = {"description": "Done.", "content": _json(named(answer_name(operation)))}
    responses: dict[str, Shape] = {f"{operation.status}": done}
    by_status: dict[int, list[str]] = {}
    for name in sorted({*_errors(edition, operation)}):
        by_status.setdefault(CATALOG[name].status, []).append(name)
    words = {"field": "name", "id": "…", "limit": "10 MiB", "file": "…", "why": "…"}
    for status, names in sorted(by_status.items()):
        messages = (f"- `{name}`: {CATALOG[name].message.format(**words)}" for name in names)
        answer = {"description": "\n".join(messages), "content": _json(named("Errors"))}
        responses[f"{status}"] = {**answer, CODES: names}
    responses["429"]["headers"] = {"Retry-After": _RETRY_AFTER}
    return {**shape, "responses": responses}


def _kind_at(edition: Edition, operation: Operation) -> Kind | None:
    """Return the kind of resource at the operation's path; None for events and their types."""
    return next((kind for kind in edition.kinds.values() if kind.path == operation.tag), None)


def _parameters(edition: Edition, operation: Operation) -> Iterator[Shape]:
    if "{id}" in operation.path:
        kind = _kind_at(edition, operation)
        identity = shapes.identity(kind.prefix if kind else "evt")
        yield {"name": "id", "in": "path", "required": True, "schema": identity}
    for name in operation.filters:
        kind = edition.kinds.get(operation.answer)
        words = kind.filter_words(name) if kind else []
        values: Shape = {"type": "string", **({"enum": words} if words else {})}
        text = f"Only items with one of these values; `{name}[]` is also accepted."
        yield _parameter(name, "query", many(values), text)
    if operation.paged:
        yield from _PAGE
    if operation.includes:
        fields = ", ".join(f"`{name}`" for name in operation.includes)
        text = f"Additional fields to show: {fields}."
        several = _parameter("include", "query", many({"type": "string"}), text)
        yield {**several, "style": "form", "explode": False}
    if operation.plays:
        scenario = shapes.text("mfa_then_success")
        text = "The scenario to play; only deck-sim has this header."
        yield _parameter(selection.SCENARIO_HEADER, "header", scenario, text)


def _parameter(name: str, place: str, schema: Shape, description: str) -> Shape:
    return {"name": name, "in": place, "description": description, "schema": schema}


_LIMIT = {"type": "integer", "minimum": 1, "maximum": MAX_LIMIT, "default": DEFAULT_LIMIT}
_PAGE = (
    _parameter("limit", "query", _LIMIT, "The largest number of items on the page."),
    _parameter("cursor", "query", {"type": "string"}, "The `next_cursor` of the previous page."),
    _parameter("created_after", "query", shapes.MOMENT, "Only items created after this moment."),
    _parameter("created_before", "query", shapes.MOMENT, "Only items created before this moment."),
)


def _errors(edition: Edition, operation: Operation) -> Iterator[str]:
    yield from ("request/api_key_invalid", "rate_limit/rate_limit_exceeded", "api/api_error")
    yield "deck_sim/state_not_saved"
    yield from operation.errors
    if edition.idempotency.covers(operation):
        yield from ("idempotency/idempotency_error", "idempotency/idempotency_key_error")
    if model := edition.body_of(operation):
        codes = ("body_invalid", "input_missing", "input_invalid", "payload_too_large")
        yield from (f"request/{code}" for code in codes)
        kind = edition.kinds.get(operation.answer)
        for name, used in kind.references.items() if kind else ():
            if name in model.model_fields:
                yield edition.kinds[used].not_found_error
                yield from filter(None, [edition.kinds[used].malformed])
    if operation.paged or operation.plays:
        yield "request/input_invalid"
    if "{id}" in operation.path:
        named_kind = _kind_at(edition, operation)
        yield named_kind.not_found_error if named_kind else "request/event_not_found"
