"""The paths of the document: one operation for each route."""

from collections.abc import Iterable, Iterator, Sequence

from deck_sim.contract import shapes
from deck_sim.contract.editions import Edition
from deck_sim.contract.operations import Operation
from deck_sim.contract.shapes import Shape, many, named
from deck_sim.server.api.paging import DEFAULT_LIMIT, MAX_LIMIT
from deck_sim.server.openapi import headers
from deck_sim.server.openapi.error_responses import error_responses
from deck_sim.server.openapi.schemas import answer_name, status_name
from deck_sim.server.routing import Route

JSON = "application/json"


def paths(edition: Edition, routes: Sequence[Route]) -> dict[str, Shape]:
    """Every path of the edition, and its methods."""
    found: dict[str, Shape] = {}
    for route in routes:
        shown = _operation(edition, route, _links(edition, route, routes))
        found.setdefault(route.path, {})[route.method.lower()] = shown
    return found


def tag(route: Route) -> str:
    """The tag of a route: the first segment of its path."""
    return route.path.split("/")[1]


def _operation(edition: Edition, route: Route, links: Shape) -> Shape:
    operation = operation_of(route)
    shown: Shape = {
        "operationId": operation.name,
        "summary": operation.summary,
        "tags": [tag(route)],
    }
    if parameters := [*_parameters(edition, route, operation)]:
        shown["parameters"] = parameters
    if body := edition.body_name(operation):
        content = {JSON: {"schema": named(body)}}
        shown["requestBody"] = {"required": True, "content": content}
    done: Shape = {
        "description": "Done.",
        "content": {JSON: {"schema": named(answer_name(operation))}},
    }
    if links:
        done["links"] = links
    responses = {f"{operation.status}": done, **error_responses(edition, route, operation)}
    for status, response in responses.items():
        response["headers"] = headers.answer_headers(edition, route, operation, int(status))
    return {**shown, "responses": responses}


def _links(edition: Edition, route: Route, routes: Iterable[Route]) -> Shape:
    """Links to the calls that take the id of the created resource."""
    kind = edition.kinds.get(operation_of(route).kind)
    if route.method != "POST" or not kind or kind.path == _named_by_id(route):
        return {}
    return {
        operation_of(other).name: {
            "operationId": operation_of(other).name,
            "parameters": {"id": "$response.body#/id"},
        }
        for other in routes
        if _named_by_id(other) == kind.path
    }


def _named_by_id(route: Route) -> str | None:
    """The path of the kind of resource that `{id}` belongs to."""
    return tag(route) if "{id}" in route.path else None


def operation_of(route: Route) -> Operation:
    """The operation of a route of the Deck API."""
    assert route.operation is not None, f"{route.method} {route.path} has no operation"
    return route.operation


def _parameters(edition: Edition, route: Route, operation: Operation) -> Iterator[Shape]:
    if "{id}" in route.path:
        yield {"name": "id", "in": "path", "required": True, "schema": _identity(edition, route)}
    for name in operation.filters:
        values = _filter(edition, operation, name)
        yield _query(name, many(values), f"Only those with one of these; also as `{name}[]`.")
    if operation.paged:
        yield from _PAGE
    if operation.includes:
        text = f"What else to show: {', '.join(f'`{name}`' for name in operation.includes)}."
        several = _query("include", many({"type": "string"}), text)
        yield {**several, "style": "form", "explode": False}
    yield from headers.call_headers(edition, route, operation)


def _identity(edition: Edition, route: Route) -> Shape:
    prefixes = {kind.path: kind.prefix for kind in edition.kinds.values()}
    return shapes.identity(prefixes.get(tag(route), "evt"))


def _filter(edition: Edition, operation: Operation, name: str) -> Shape:
    kind = edition.kinds.get(operation.answer)
    if name == "status" and kind:
        return named(status_name(kind))
    if name == "outcome" and kind and kind.machine:
        return {"type": "string", "enum": [*dict.fromkeys(kind.machine.results.values())]}
    return {"type": "string"}


def _query(name: str, schema: Shape, description: str) -> Shape:
    return {"name": name, "in": "query", "description": description, "schema": schema}


_LIMIT = {"type": "integer", "minimum": 1, "maximum": MAX_LIMIT, "default": DEFAULT_LIMIT}
_PAGE = (
    _query("limit", _LIMIT, "How many to show."),
    _query("cursor", {"type": "string"}, "The `next_cursor` of the page before."),
    _query("created_after", shapes.MOMENT, "Only those created after that moment."),
    _query("created_before", shapes.MOMENT, "Only those created before that moment."),
)
