"""JSON Schemas of the parts of answers.

No schema forbids additional fields: Deck adds some without a new version (documented).
"""

from collections.abc import Mapping
from typing import Any

Shape = dict[str, Any]


def record(properties: Mapping[str, Shape], optional: Mapping[str, Shape] | None = None) -> Shape:
    """Make the schema of an object that must have `properties` and may have `optional`."""
    every = {**properties, **(optional or {})}
    return {"type": "object", "properties": every, "required": [*properties]}


def many(items: Shape) -> Shape:
    return {"type": "array", "items": items}


def nullable(shape: Shape) -> Shape:
    return {"anyOf": [shape, {"type": "null"}]}


def named(name: str) -> Shape:
    """Make a reference to the schema `name` of the OpenAPI document."""
    return {"$ref": f"#/components/schemas/{name}"}


def text(example: str, **keywords: Any) -> Shape:
    return {"type": "string", "examples": [example], **keywords}


def constant(value: Any) -> Shape:
    return {"type": "boolean" if isinstance(value, bool) else "string", "const": value}


def choice(*words: str) -> Shape:
    return {"type": "string", "enum": [*words]}


ID: Shape = {"type": "string", "minLength": 1, "maxLength": 255}


def identity(prefix: str) -> Shape:
    """Make the schema of an id. Clients must not parse ids, so only the example has the prefix."""
    return {**ID, "examples": [f"{prefix}_Xk29fLq0aZ81bTnE"]}


MOMENT = text("2025-01-15T09:30:00Z", format="date-time")
COUNT: Shape = {"type": "integer", "minimum": 0, "examples": [2]}
# `additionalProperties`, since generators of clients read an object without fields as an empty one.
ANY_OBJECT: Shape = {"type": "object", "additionalProperties": True}
ADDRESS = text("http://127.0.0.1:8765/_sim/files/7d1c/stor_1?signature=9a0e", format="uri")
EXTERNAL_ID = nullable(text("customer-17", maxLength=255))
FILE = {
    "file_name": text("statement.pdf"),
    "file_type": text("application/pdf"),
    "file_size": COUNT,
}
PURPOSE = choice("output", "attachment", "extraction")  # of a file
INTERACTION = nullable(named("Interaction"))
