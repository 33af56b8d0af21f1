"""JSON Schemas of which answers are made.

No object says that it has no other fields: Deck adds some without a new version (documented).
"""

from collections.abc import Mapping
from typing import Any

Shape = dict[str, Any]


def record(properties: Mapping[str, Shape], optional: Mapping[str, Shape] | None = None) -> Shape:
    """An object that has all of `properties`, and may have those that are `optional`."""
    every = {**properties, **(optional or {})}
    return {"type": "object", "properties": every, "required": [*properties]}


def many(items: Shape) -> Shape:
    """A list."""
    return {"type": "array", "items": items}


def nullable(shape: Shape) -> Shape:
    """The same, or null."""
    return {"anyOf": [shape, {"type": "null"}]}


def unset(shape: Shape) -> Shape:
    """The same, or null, as it is at first."""
    return {**nullable(shape), "examples": [None]}


def named(name: str) -> Shape:
    """A shape that the document holds under that name."""
    return {"$ref": f"#/components/schemas/{name}"}


def text(example: str, **more: Any) -> Shape:
    """Text, with an example of it."""
    return {"type": "string", "examples": [example], **more}


def constant(value: Any) -> Shape:
    """Always the same."""
    return {"type": "boolean" if isinstance(value, bool) else "string", "const": value}


def choice(name: str, *words: str) -> Shape:
    """One of these words; the document refers to the enumeration by `name`."""
    return {"type": "string", "enum": [*words], "title": name}


ID: Shape = {"type": "string", "minLength": 1, "maxLength": 255}


def identity(prefix: str) -> Shape:
    """An id. Clients do not look into it, so its prefix is only in the example."""
    return {**ID, "examples": [f"{prefix}_Xk29fLq0aZ81bTnE"]}


MOMENT = text("2025-01-15T09:30:00Z", format="date-time")
COUNT: Shape = {"type": "integer", "minimum": 0, "examples": [2]}
OBJECT: Shape = {"type": "object", "examples": [{"nights": 2}]}
SCHEMA: Shape = {"type": "object", "examples": [{"type": "object"}]}
ADDRESS = text("http://127.0.0.1:8765/_sim/files/7d1c/stor_1?signature=9a0e", format="uri")
EXTERNAL_ID = nullable(text("customer-17", maxLength=255))
FILE = {
    "file_name": text("statement.pdf"),
    "file_type": text("application/pdf"),
    "file_size": COUNT,
}
INTERACTION = unset(named("Interaction"))
STANDARD = {"created_at": MOMENT, "updated_at": MOMENT}
