"""The keywords of one JSON Schema for objects and arrays, in each dialect."""

from collections.abc import Iterator, Mapping
from typing import Any

from deck_sim.engine.json_schema import SchemaChecker
from deck_sim.engine.work_limits import spend
from deck_sim.scenario.synthesis.joining import join_all, listed_in
from deck_sim.scenario.synthesis.numbers import Schema
from deck_sim.scenario.synthesis.regex_samples import matches

# A value made for a schema with one of these must be checked.
HARD = {
    *("not", "oneOf", "if", "contains", "dependentRequired", "dependentSchemas", "dependencies"),
    *("patternProperties", "propertyNames", "uniqueItems", "multipleOf", "pattern", "format"),
    *("allOf", "$ref", "minProperties"),
}
# The keywords by which a schema that names no type implies one.
WORDS_OF_TYPES = {
    "object": {"properties", "patternProperties", "required", "additionalProperties"}
    | {"minProperties", "propertyNames", "dependentRequired"},
    "array": {"items", "prefixItems", "minItems", "uniqueItems", "contains"},
    "number": {"minimum", "maximum", "multipleOf", "exclusiveMinimum", "exclusiveMaximum"},
}
HIGHEST = 8  # levels that are looked at


def whole_in(schema: Schema, word: str, otherwise: int) -> int:
    """A whole number of a schema, which may be written `2.0`."""
    value = schema.get(word)
    return int(value) if isinstance(value, int | float) else otherwise


def of_property(schema: Schema, name: str) -> Any:
    """The schema of an object's property."""
    own = [schema["properties"][name]] if name in schema.get("properties", {}) else []
    patterns = schema.get("patternProperties", {})
    found = own + [part for pattern, part in patterns.items() if matches(pattern, name)]
    if len(found) == 1:
        return found[0]
    return join_all(*found) if found else schema.get("additionalProperties", True)


def is_map(schema: Schema) -> bool:
    """Whether the schema of an object describes values, but names no properties."""
    values = schema.get("patternProperties") or schema.get("additionalProperties")
    return isinstance(values, Mapping) and not schema.get("properties")


def with_dependents(schema: Schema) -> Schema:
    """The schema of an object with what its named properties require."""
    asking = {**schema.get("dependencies", {}), **schema.get("dependentSchemas", {})}
    for name, asked in [*asking.items(), *schema.get("dependentRequired", {}).items()]:
        if name in schema.get("properties", {}) or name in listed_in(schema.get("required")):
            more = {"required": asked} if isinstance(asked, list) else asked
            schema = join_all(schema, more)
    return schema


def items_of(schema: Schema) -> tuple[list[Any], Any]:
    """The schemas of the first items of an array, and the schema of the rest."""
    rest = schema.get("items", {})
    if isinstance(rest, list):  # as older dialects write `prefixItems`
        return rest, schema.get("additionalItems", {})
    return listed_in(schema.get("prefixItems")), rest


def of_item(schema: Schema, index: int) -> Any:
    """The schema of an array's item. The first items are those that it must contain."""
    fixed, rest = items_of(schema)
    part = fixed[index] if index < len(fixed) else rest
    least, most = contained(schema)
    if index < least:
        return join_all(part, schema["contains"])
    if most is not None and index >= most:
        return join_all(part, {"not": schema["contains"]})
    return part


def contained(schema: Schema) -> tuple[int, int | None]:
    """How many items `contains` requires, and how many it allows."""
    if "contains" not in schema:
        return 0, None
    most = whole_in(schema, "maxContains", -1)
    return whole_in(schema, "minContains", 1), most if most >= 0 else None


def height(checker: SchemaChecker, schema: Any) -> int:
    """The least number of levels of a value for a schema, up to `HIGHEST`."""
    # By the id of a schema and the levels left; with the schema, so that its id stays its own.
    known: dict[tuple[int, int], tuple[Any, int]] = {}

    def height_of(part: Any, left: int) -> int:
        if not isinstance(part, Mapping) or left == 0 or {"const", "enum"} & part.keys():
            return HIGHEST - left
        if (id(part), left) not in known:
            spend(2)
            known[id(part), left] = part, max(heights_inside(part, left), default=0)
        return max(known[id(part), left][1], HIGHEST - left)

    def heights_inside(part: Schema, left: int) -> Iterator[int]:
        if "$ref" in part:
            yield height_of(checker.resolve(part["$ref"]), left - 1)
        for word in ("oneOf", "anyOf"):
            if listed_in(part.get(word)):
                yield min(height_of(branch, left) for branch in part[word])
        yield from (height_of(other, left) for other in listed_in(part.get("allOf")))
        names = listed_in(part.get("required"))
        yield from (height_of(of_property(part, name), left - 1) for name in names)
        if whole_in(part, "minItems", 0):
            yield height_of(part.get("items", {}), left - 1)

    return height_of(schema, HIGHEST)
