"""Names for the enumerations inside other schemas. A generator of clients must call each by some
name, and would make up `Type1` and `Result2`.
"""

from collections.abc import Iterator
from typing import Any, get_args

from deck_sim.contract import bodies
from deck_sim.contract.shapes import Shape, choice, named

_OF_BODIES = choice("WantedStatus", *get_args(bodies.WantedStatus))  # a destination has more


def name_enums(document: Shape) -> Shape:
    """The document, with a reference wherever an enumeration stood that has a name."""
    enums = {tuple(shape["enum"]): shape for shape in (_OF_BODIES, *_titled(document))}
    used = dict[str, Shape]()
    referring: Shape = _refer(document, enums, used)
    schemas = {**referring["components"]["schemas"], **used}
    referring["components"]["schemas"] = dict(sorted(schemas.items()))
    return referring


def _titled(part: Any) -> Iterator[Shape]:
    """The enumerations that have a name."""
    if isinstance(part, dict) and "enum" in part and "title" in part:
        yield part
    for inner in part.values() if isinstance(part, dict) else part:
        if isinstance(inner, dict | list):
            yield from _titled(inner)


def _refer(part: Any, enums: dict[tuple[str, ...], Shape], used: dict[str, Shape]) -> Any:
    if isinstance(part, list):
        return [_refer(inner, enums, used) for inner in part]
    if not isinstance(part, dict):
        return part
    words = part.get("enum")
    found = enums.get(tuple(words)) if isinstance(words, list) else None
    if found is None:
        return {key: _refer(inner, enums, used) for key, inner in part.items()}
    name = found["title"]
    used[name] = {key: inner for key, inner in found.items() if key != "title"}
    return named(name)
