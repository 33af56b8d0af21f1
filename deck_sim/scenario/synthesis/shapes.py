"""What one JSON Schema says of objects and arrays, in whichever of its words and dialects."""

from collections.abc import Mapping
from typing import Any

from deck_sim.engine import json_schema
from deck_sim.scenario.synthesis.joining import join_all
from deck_sim.scenario.synthesis.regex_samples import matches

Schema = Mapping[str, Any]

# What holds of a value cannot be told from these alone: it must be checked.
_HARD = {
    *("not", "oneOf", "if", "contains", "dependentRequired", "dependentSchemas", "dependencies"),
    *("patternProperties", "propertyNames", "uniqueItems", "multipleOf", "pattern", "format"),
    *("allOf", "$ref", "minProperties"),
}
# The type of a schema that names none, by the words in it.
_TELLING = {
    "object": {"properties", "patternProperties", "required", "additionalProperties"}
    | {"minProperties", "propertyNames", "dependentRequired"},
    "array": {"items", "prefixItems", "minItems", "uniqueItems", "contains"},
    "number": {"minimum", "maximum", "multipleOf", "exclusiveMinimum", "exclusiveMaximum"},
}
_ANY = ["string", "integer", "boolean", "array", "object"]
HIGHEST = 8  # levels that are looked at


def is_hard(schema: Schema) -> bool:
    """Whether a value that is made for a schema must be checked against it."""
    return not _HARD.isdisjoint(schema)


def told_types(schema: Schema) -> list[str]:
    """The types that a schema which names none seems to mean."""
    return [type_ for type_, words in _TELLING.items() if words & schema.keys()] or _ANY


def whole_in(schema: Schema, word: str, otherwise: int) -> int:
    """A whole number of a schema, where `2.0` is one, too."""
    value = schema.get(word)
    return int(value) if isinstance(value, int | float) else otherwise


def listed_in(value: Any) -> list[Any]:
    """A list of a schema; older dialects have `true` in some places."""
    return value if isinstance(value, list) else []


def of_property(schema: Schema, name: str) -> Any:
    """What an object's schema says of the property called `name`."""
    own = [schema["properties"][name]] if name in schema.get("properties", {}) else []
    patterns = schema.get("patternProperties", {})
    found = own + [part for pattern, part in patterns.items() if matches(pattern, name)]
    return join_all(*found) if found else schema.get("additionalProperties", True)


def is_map(schema: Schema) -> bool:
    """Whether the schema of an object says what it holds, but no names."""
    said = schema.get("patternProperties") or schema.get("additionalProperties")
    return isinstance(said, Mapping) and not schema.get("properties")


def with_dependents(schema: Schema) -> Schema:
    """The schema of an object, with what the fields that it will have ask for."""
    asking = {**schema.get("dependencies", {}), **schema.get("dependentSchemas", {})}
    for name, asked in [*asking.items(), *schema.get("dependentRequired", {}).items()]:
        if name in schema.get("properties", {}) or name in listed_in(schema.get("required")):
            more = {"required": asked} if isinstance(asked, list) else asked
            schema = join_all(schema, more)
    return schema


def items_of(schema: Schema) -> tuple[list[Any], Any]:
    """The schemas of the first items of an array, and that of the rest."""
    rest = schema.get("items", {})
    if isinstance(rest, list):  # as older dialects write `prefixItems`
        return rest, schema.get("additionalItems", {})
    return listed_in(schema.get("prefixItems")), rest


def of_item(schema: Schema, index: int) -> Any:
    """What an array's schema says of one item, where what it must contain comes first."""
    fixed, rest = items_of(schema)
    part = fixed[index] if index < len(fixed) else rest
    least, most = contained(schema)
    if index < least:
        return join_all(part, schema["contains"])
    if most is not None and index >= most:
        return join_all(part, {"not": schema["contains"]})
    return part


def contained(schema: Schema) -> tuple[int, int | None]:
    """How many items must be, and how many may be, what an array is to contain."""
    if "contains" not in schema:
        return 0, None
    most = whole_in(schema, "maxContains", -1)
    return whole_in(schema, "minContains", 1), most if most >= 0 else None


def height(root: Any, schema: Any) -> int:
    """How many levels a value for a schema has at the least, as far as that is looked at."""
    known: dict[tuple[int, int], int] = {}

    def of(part: Any, left: int) -> int:
        if not isinstance(part, Mapping) or left == 0 or {"const", "enum"} & part.keys():
            return HIGHEST - left
        if (id(part), left) not in known:
            known[id(part), left] = max((found for found in inside(part, left)), default=0)
        return max(known[id(part), left], HIGHEST - left)

    def inside(part: Schema, left: int) -> Any:
        if "$ref" in part:
            yield of(json_schema.resolve(root, part["$ref"]), left - 1)
        for word in ("oneOf", "anyOf"):
            if listed_in(part.get(word)):
                yield min(of(branch, left) for branch in part[word])
        yield from (of(other, left) for other in listed_in(part.get("allOf")))
        names = listed_in(part.get("required"))
        yield from (of(of_property(part, name), left - 1) for name in names)
        if whole_in(part, "minItems", 0):
            yield of(part.get("items", {}), left - 1)

    return of(schema, HIGHEST)
