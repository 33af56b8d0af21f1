"""Outputs made from a task's `output_schema`, for scripts without an `output`.

The world's seed and time, the run and the place in the output decide each value. Values follow
types, `enum`, `const`, `examples`, `default`, `required`, items, bounds, formats, `pattern`,
`$ref`, `allOf` and the first branch of `anyOf` and `oneOf` that fits. Other keywords are only
checked, on the whole output.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from itertools import count
from math import ceil, floor
from typing import Any

from deck_sim.contract.error_catalog import Problem, problem
from deck_sim.contract.json_schema import SchemaChecker
from deck_sim.engine.seeded_draws import draw_below
from deck_sim.scenario.realistic import Draw, number_for, text_for, text_matching

ATTEMPTS = 8
DEEPEST = 6  # levels below which optional fields and items are left out, so that recursion ends
TRIES = 20  # to draw a number that fits
USUAL_SPAN = 100  # how many numbers to choose from beyond the usual range
ENDLESS = 10**400

# The beginning of the message if no output or extraction could be generated.
NOTHING_FITS = (
    "deck-sim could not generate an {name} for the task's `{name}_schema`; give the scenario's"
    " `{step}` step an `{name}:`. Problem of the last attempt: "
)

# The type of a schema that names none, by its keywords.
_IMPLIED = {"properties": "object", "items": "array", "minimum": "number", "maximum": "number"}

Schema = Mapping[str, Any]


class NoValidOutput(Exception):
    """No valid output was found; `problems` names the places where the last attempt is invalid."""

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__(problems[0].message)
        self.problems = problems


def make_output(schema: Any, seed: int, run_id: str, now: datetime, field: str = "output") -> Any:
    """Return a value that satisfies `schema`, the same for the same seed, run and time, or raise
    `NoValidOutput`. A schema that is not an object, such as None or True, gives `{}`.
    """
    if not isinstance(schema, dict):
        return {}
    checker = SchemaChecker(schema)
    problems: list[Problem] = []
    for attempt in range(ATTEMPTS):
        try:
            output = _Maker(checker, seed, run_id, now, attempt).make(schema, field)
        except Exception as error:  # nothing fits, or a keyword is of another dialect
            problems = [problem("request/input_invalid", f"`{field}`: {error}", field=field)]
        else:
            problems = checker.violations(output, field)
            if not problems:
                return output
    raise NoValidOutput(problems)


@dataclass(frozen=True, slots=True)
class _Maker:
    """One attempt at an output. Later attempts leave out optional parts."""

    checker: SchemaChecker
    seed: int
    run_id: str
    now: datetime
    attempt: int

    def make(self, schema: Any, path: str, name: str = "", depth: int = 0) -> Any:
        """Make a value for a part of the schema; texts and numbers suit a field named `name`."""
        flat = self._flatten(schema if isinstance(schema, Mapping) else {})
        if word := next((word for word in ("anyOf", "oneOf") if word in flat), None):
            return self._branch(flat, word, path, name, depth)
        for word in (word for word in ("const", "enum", "examples", "default") if word in flat):
            values = flat[word] if word in ("enum", "examples") else [flat[word]]
            if fitting := [value for value in values if self.checker.fits(flat, value)]:
                return fitting[self._draw(f"{path}/choice")(len(fitting))]
        draw, is_bare = self._draw(path), self._is_bare(depth)
        match type_ := self._choose_type(flat, depth):
            case "object":
                properties, required = flat.get("properties", {}), flat.get("required", [])
                additional = flat.get("additionalProperties", True)
                keys = required if is_bare else dict.fromkeys([*properties, *required])
                # A `name` gets the name of its object, as `guest_name`.
                names = {key: f"{name}_name" if key == "name" else key for key in keys}
                parts = {key: properties.get(key, additional) for key in keys}
                return {
                    key: self.make(part, f"{path}.{key}", names[key], depth + 1)
                    for key, part in parts.items()
                }
            case "array":
                fixed, items = flat.get("prefixItems", []), flat.get("items", {})
                usual = 0 if is_bare else max(2, len(fixed))
                most = len(fixed) if items is False else int(flat.get("maxItems", usual))
                size = max(int(flat.get("minItems", 0)), min(usual, most))
                return [
                    self.make(part, f"{path}[{index}]", name, depth + 1)
                    for index, part in enumerate([*fixed, *[items] * size][:size])
                ]
            case "string":
                least, most = int(flat.get("minLength", 0)), int(flat.get("maxLength", 10_000))
                text = text_for(name, flat.get("format"), draw, self.now, least, most)
                pattern = flat.get("pattern")
                if pattern is None or re.search(pattern, text):
                    return text
                return text_matching(pattern, draw, least)
            case "number" | "integer":
                return self._number(flat, name, draw, is_whole=type_ == "integer")
            case "boolean":
                return draw(2) == 1
        return None

    def _choose_type(self, flat: Schema, depth: int) -> str:
        """Choose the first type that is not null, or null if `_is_bare`; an output is an object."""
        types = flat.get("type", [])
        types = types if isinstance(types, list) else [types]
        types = types or [type_ for word, type_ in _IMPLIED.items() if word in flat]
        if depth == 0 and ("type" not in flat or "object" in types):
            return "object"
        if "null" in types and self._is_bare(depth):
            return "null"
        return next((t for t in types if t != "null"), "null" if types else "string")

    def _flatten(self, schema: Schema) -> Schema:
        flat = {word: value for word, value in schema.items() if word not in ("$ref", "allOf")}
        parts = [self.checker.resolve(schema["$ref"])] if "$ref" in schema else []
        for part in (*parts, *schema.get("allOf", ())):
            if isinstance(part, Mapping):
                flat = _join(flat, self._flatten(part))
        return flat

    def _branch(self, flat: Schema, word: str, path: str, name: str, depth: int) -> Any:
        """Make a value for the first branch that fits; try null last, or first if `_is_bare`."""
        common = {key: value for key, value in flat.items() if key != word}
        branches = [branch if isinstance(branch, Mapping) else {} for branch in flat[word]]
        branches.sort(key=lambda branch: (branch == {"type": "null"}) != self._is_bare(depth))
        for branch in branches:
            value = self.make(_join(common, branch), path, name, depth)
            if self.checker.fits(flat, value):
                return value
        raise ValueError(f"no branch of `{word}` fits")

    def _is_bare(self, depth: int) -> bool:
        return depth > DEEPEST or self.attempt > ATTEMPTS // 2

    def _number(self, schema: Schema, name: str, draw: Draw, *, is_whole: bool) -> int | float:
        """Draw a number within the bounds, if possible in the usual range for the field's name."""
        low, high, decimals = number_for(name, self.now)
        least, most = _bound(schema, "minimum", -ENDLESS), _bound(schema, "maximum", ENDLESS)
        unit = Fraction(str(schema.get("multipleOf", 1 if is_whole else f"1e-{decimals}")))
        if not is_whole and "multipleOf" not in schema:
            unit = min(unit, (most - least) / 10) or unit  # between close bounds
        first, last = max(least, Fraction(low)), min(most, Fraction(high))
        if first > last:
            last = most if least == -ENDLESS else min(most, least + USUAL_SPAN * unit)
            first = max(least, last - USUAL_SPAN * unit)
        start, end = ceil(first / unit), floor(last / unit)
        number: int | float = 0
        for _ in range(TRIES):  # a bound may be exclusive, and a float may be no exact multiple
            multiple = (start + draw(max(1, end - start + 1))) * unit
            number = multiple.numerator if multiple.denominator == 1 else float(multiple)
            if self.checker.fits(schema, number):
                break
        return number

    def _draw(self, path: str) -> Draw:
        numbers, name = count(), f"{self.run_id}/{path}/{self.attempt}"
        return lambda limit: draw_below(limit, self.seed, f"{name}/{next(numbers)}")


def _join(schema: Schema, part: Schema) -> dict[str, Any]:
    joined = {**part, **schema}
    if "properties" in schema and "properties" in part:
        joined["properties"] = {**part["properties"], **schema["properties"]}
    if "required" in schema and "required" in part:
        joined["required"] = [*schema["required"], *part["required"]]
    return joined


def _bound(schema: Schema, word: str, usual: int) -> Fraction:
    bound = schema.get(word, schema.get(f"exclusive{word.title()}"))
    return Fraction(usual if bound is None else str(bound))
