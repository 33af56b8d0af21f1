"""The OpenAPI document of an edition, made on first use."""

from functools import cache
from typing import Any, get_args

from deck_sim.base.version import __version__
from deck_sim.contract import bodies
from deck_sim.contract.editions import EDITIONS, Edition
from deck_sim.contract.shapes import Shape, choice, named, objects_in
from deck_sim.server.openapi.examples import add_examples
from deck_sim.server.openapi.paths import ANSWERED, JSON, paths
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
        "tags": [{"name": tag} for tag in tags],
        "paths": paths(edition),
        "webhooks": {type_: _webhook(edition, type_) for type_ in edition.event_types},
        "components": {
            "schemas": schemas(edition),
            "headers": ANSWERED,
            "securitySchemes": {"api_key": {"type": "http", "scheme": "bearer"}},
        },
    }
    found = _name_enums(found)
    add_examples(found, edition.kinds.values())
    return found


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


def _name_enums(document: Shape) -> Shape:
    """Replace enumerations by references to named schemas.

    Without names, generators of clients make up `Type1` and `Result2`.
    """
    # `EventDestinationStatus` has more words.
    wanted = choice("WantedStatus", *get_args(bodies.WantedStatus))
    titled = (shape for shape in objects_in(document) if {"enum", "title"} <= shape.keys())
    enums = {tuple(shape["enum"]): shape for shape in (wanted, *titled)}
    used = dict[str, Shape]()

    def refer(part: Any) -> Any:
        if isinstance(part, list):
            return [refer(inner) for inner in part]
        if not isinstance(part, dict):
            return part
        words = part.get("enum")
        shape = enums.get(tuple(words)) if isinstance(words, list) else None
        if shape is None:
            return {key: refer(inner) for key, inner in part.items()}
        used[shape["title"]] = {key: inner for key, inner in shape.items() if key != "title"}
        return named(shape["title"])

    referring: Shape = refer(document)
    schemas = {**referring["components"]["schemas"], **used}
    referring["components"]["schemas"] = dict(sorted(schemas.items()))
    return referring
