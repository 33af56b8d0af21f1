"""What two JSON Schemas ask together, as one schema: for `allOf`, and for what stands beside a
`$ref`. Words that cannot be put into one are left to `allOf`, or the first of them holds.
"""

from collections.abc import Callable, Mapping
from math import lcm
from typing import Any


def join(flat: dict[str, Any], more: Any) -> None:
    """Add to a schema what another one asks."""
    for word, value in more.items() if isinstance(more, Mapping) else ():
        if word not in flat:
            flat[word] = value
        elif word in _TOGETHER:
            flat[word] = _TOGETHER[word](flat[word], value)
        elif word in _APART:
            flat["allOf"] = [*flat.get("allOf", ()), {word: value}]


def join_all(*parts: Any) -> dict[str, Any]:
    """Several schemas as one."""
    flat: dict[str, Any] = {}
    for part in parts:
        join(flat, part)
    return flat


def types_of(schema: Mapping[str, Any]) -> list[str]:
    """The types that a schema names."""
    named = schema.get("type", [])
    return [name for name in (named if isinstance(named, list) else [named]) if name in _TYPES]


_TYPES = ("object", "array", "string", "integer", "number", "boolean", "null")


def _both(one: Any, other: Any) -> Any:
    """A schema that asks for what two do."""
    return other if one is True else {"allOf": [one, other]}


def _properties(one: Mapping[str, Any], other: Mapping[str, Any]) -> dict[str, Any]:
    shared = {name: _both(one[name], other[name]) for name in one if name in other}
    return {**one, **other, **shared}


def _common(one: list[Any], other: list[Any]) -> list[Any]:
    return [value for value in one if value in other]


def _common_types(one: Any, other: Any) -> list[str]:
    ones, others = types_of({"type": one}), types_of({"type": other})
    narrow = ["integer"] if {"integer", "number"} <= {*ones, *others} else []
    return [*narrow, *_common(ones, others)]


def _multiple(one: Any, other: Any) -> Any:
    whole = isinstance(one, int) and isinstance(other, int)
    return lcm(one, other) if whole else max(one, other)


_TOGETHER: dict[str, Callable[[Any, Any], Any]] = {
    "required": lambda one, other: [*one, *other],
    "allOf": lambda one, other: [*one, *other],
    "properties": _properties,
    "patternProperties": _properties,
    "items": _both,
    "additionalProperties": _both,
    "contains": _both,
    "enum": _common,
    "type": _common_types,
    "multipleOf": _multiple,
    **dict.fromkeys(("minimum", "minLength", "minItems", "minProperties"), max),
    **dict.fromkeys(("maximum", "maxLength", "maxItems", "maxProperties"), min),
    "not": lambda one, other: {"anyOf": [one, other]},
    "exclusiveMinimum": max,
    "exclusiveMaximum": min,
}
_APART = ("$ref", "$dynamicRef", "oneOf", "anyOf")
