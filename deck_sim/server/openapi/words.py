"""Names for the enumerations that stand inside of other schemas. A generator of clients must call
each by some name, and would make up `Type1` and `Result2`.
"""

from typing import Any, get_args

from deck_sim.contract import bodies, shapes
from deck_sim.contract.shapes import Shape, named

_ENUMS: dict[str, Shape] = {
    "AuthMethod": shapes.ATTRIBUTES["connection"]["auth_method"],
    "ErrorType": shapes.SHARED["Error"]["properties"]["type"],
    "EventDestinationType": shapes.ATTRIBUTES["event_destination"]["type"],
    "StorageResult": shapes.ATTRIBUTES["storage"]["result"],
    "TaskRunResult": shapes.ATTRIBUTES["task_run"]["result"]["anyOf"][0],
    # What a destination can be set to; it can be in other statuses, too.
    "WantedStatus": {"type": "string", "enum": [*get_args(bodies.WantedStatus)]},
}
_NAMES = {tuple(shape["enum"]): name for name, shape in _ENUMS.items()}


def name_words(document: Shape) -> Shape:
    """The document, referring to each enumeration by its name wherever it stood in full."""
    used = set[str]()
    referring: Shape = _refer(document, used)
    schemas = {**referring["components"]["schemas"], **{name: _ENUMS[name] for name in used}}
    referring["components"]["schemas"] = dict(sorted(schemas.items()))
    return referring


def _refer(part: Any, used: set[str]) -> Any:
    """A part of the document, so; what it refers to is `used`."""
    if isinstance(part, list):
        return [_refer(inner, used) for inner in part]
    if not isinstance(part, dict):
        return part
    words = part.get("enum")
    name = _NAMES.get(tuple(words)) if isinstance(words, list) else None
    if name is None:
        return {key: _refer(inner, used) for key, inner in part.items()}
    used.add(name)
    return named(name)
