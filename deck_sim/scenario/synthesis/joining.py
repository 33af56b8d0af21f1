"""Several JSON Schemas joined into one, for `allOf` and for the neighbours of a `$ref`.

Keywords that cannot be joined stay in an `allOf`; of the others the first schema's holds.
"""

from collections.abc import Callable, Mapping
from math import lcm
from typing import Any

from deck_sim.engine.work_limits import spend


def join(flat: dict[str, Any], more: Any) -> None:
    """Add the keywords of the schema `more` to `flat`."""
    for word, value in more.items() if isinstance(more, Mapping) else ():
        if word not in flat:
            flat[word] = value
        elif word in _JOINED:
            flat[word] = _JOINED[word](flat[word], value)
        elif word in _KEPT_APART:
            flat["allOf"] = [*listed_in(flat.get("allOf")), {word: value}]


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


def listed_in(value: Any) -> list[Any]:
    """A list of a schema; older dialects have `true` in some places."""
    return value if isinstance(value, list) else []


_TYPES = ("object", "array", "string", "integer", "number", "boolean", "null")


def _require_both(one: Any, other: Any) -> Any:
    return other if one is True else {"allOf": [one, other]}


def _join_properties(one: Mapping[str, Any], other: Mapping[str, Any]) -> dict[str, Any]:
    shared = {name: _require_both(one[name], other[name]) for name in one if name in other}
    return {**one, **other, **shared}


def _join_lists(one: Any, other: Any) -> list[Any]:
    return [*listed_in(one), *listed_in(other)]


def _intersect(one: list[Any], other: list[Any]) -> list[Any]:
    spend(len(one) * len(other) // 100)
    return [value for value in one if value in other]


def _intersect_types(one: Any, other: Any) -> list[str]:
    ones, others = types_of({"type": one}), types_of({"type": other})
    narrow = ["integer"] if {"integer", "number"} <= {*ones, *others} else []
    return [*narrow, *_intersect(ones, others)]


def _common_multiple(one: Any, other: Any) -> Any:
    whole = isinstance(one, int) and isinstance(other, int)
    return lcm(one, other) if whole else max(one, other)


_JOINED: dict[str, Callable[[Any, Any], Any]] = {
    "required": _join_lists,
    "allOf": _join_lists,
    "properties": _join_properties,
    "patternProperties": _join_properties,
    "items": _require_both,
    "additionalProperties": _require_both,
    "contains": _require_both,
    "enum": _intersect,
    "type": _intersect_types,
    "multipleOf": _common_multiple,
    **dict.fromkeys(("minimum", "minLength", "minItems", "minProperties"), max),
    **dict.fromkeys(("maximum", "maxLength", "maxItems", "maxProperties"), min),
    "not": lambda one, other: {"anyOf": [one, other]},
    "exclusiveMinimum": max,
    "exclusiveMaximum": min,
}
_KEPT_APART = ("$ref", "$dynamicRef", "oneOf", "anyOf")
