"""The OpenAPI document of an edition, made on first use."""

from functools import cache
from typing import Any

from deck_sim.base.version import __version__
from deck_sim.contract.editions import EDITIONS, Edition
from deck_sim.contract.shapes import Shape
from deck_sim.server.openapi.paths import JSON, paths
from deck_sim.server.openapi.schemas import event_of, schemas

_ABOUT = """\
The Deck v2 API as deck-sim serves it. Deck adds fields, event types and interaction types without a
new version, so accept any that you do not know. deck-sim makes this document, not Deck.
"""


@cache
def document(name: str) -> dict[str, Any]:
    """The OpenAPI 3.1 document of the edition of that name."""
    edition = EDITIONS[name]
    tags = dict.fromkeys(operation.tag for operation in edition.every_operation)
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
        "tags": [{"name": tag} for tag in tags],
        "paths": paths(edition),
        "webhooks": {type_: _webhook(edition, type_) for type_ in edition.event_types},
        "components": {
            "schemas": schemas(edition),
            "securitySchemes": {"api_key": {"type": "http", "scheme": "bearer"}},
        },
    }


def _webhook(edition: Edition, type_: str) -> Shape:
    content = {JSON: {"schema": event_of(edition, type_)}}
    return {
        "post": {
            "operationId": f"receive_{type_.replace('.', '_')}",
            "summary": f"`{type_}` happened",
            "tags": ["webhooks"],
            "security": [],
            "requestBody": {"required": True, "content": content},
            "responses": {"2XX": {"description": "The message was received within five seconds."}},
        }
    }
