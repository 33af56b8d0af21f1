"""The OpenAPI document of an edition, made on first use."""

from functools import cache
from typing import Any

from deck_sim.base.version import __version__
from deck_sim.contract.editions import EDITIONS, Edition
from deck_sim.contract.shapes import Shape
from deck_sim.server.api.app import routes_of
from deck_sim.server.openapi import headers
from deck_sim.server.openapi.enums import name_enums
from deck_sim.server.openapi.examples import add_examples
from deck_sim.server.openapi.paths import JSON, operation_of, paths, tag
from deck_sim.server.openapi.schemas import event_of, schemas

_ABOUT = """\
The Deck v2 API as deck-sim serves it. Deck adds fields, event types and interaction types without a
new version, so take any that you do not know. It is made by deck-sim, not by Deck.
"""


@cache
def document(name: str) -> dict[str, Any]:
    """The OpenAPI 3.1 document of the edition of that name."""
    edition = EDITIONS[name]
    routes = routes_of(edition)
    operations = [operation_of(route) for route in routes]
    found = {
        "openapi": "3.1.0",
        "info": {
            "title": f"Deck API, {name} edition",
            "version": __version__,
            "description": _ABOUT,
            "license": {"name": "MIT", "identifier": "MIT"},
        },
        "servers": [{"url": "/v2"}],
        "security": [{"api_key": []}],
        "tags": [{"name": word} for word in dict.fromkeys(map(tag, routes))],
        "paths": paths(edition, routes),
        "webhooks": {type_: _webhook(edition, type_) for type_ in edition.event_types},
        "components": {
            "schemas": schemas(edition, operations),
            "headers": headers.ANSWERED,
            "securitySchemes": {"api_key": {"type": "http", "scheme": "bearer"}},
        },
    }
    found = name_enums(found)
    add_examples(found, edition.kinds.values())
    return found


def _webhook(edition: Edition, type_: str) -> Shape:
    """The message to a destination, and the expected answer."""
    content = {JSON: {"schema": event_of(edition, type_)}}
    return {
        "post": {
            "operationId": f"receive_{type_.replace('.', '_')}",
            "summary": f"`{type_}` happened",
            "tags": ["webhooks"],
            "security": [],
            "requestBody": {"required": True, "content": content},
            "responses": {"2XX": {"description": "It was received, within five seconds."}},
        }
    }
