"""Outputs made from a task's `output_schema`, for scripts that give none.

Deterministic: each value is drawn from the world's seed, the run and its place in the output.
Valid: bounds and types are met by construction. Other keywords (`not`, `oneOf`, patterns) are
checked where the value is made, and the value is drawn again if it breaks them.
Bounded: in values and in steps.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import count
from json import dumps
from typing import Any

from deck_sim.contract.error_catalog import Problem, problem
from deck_sim.engine.chance import draw_below
from deck_sim.engine.json_schema import SchemaChecker
from deck_sim.engine.work_limits import OutOfSteps, limit_work, spend
from deck_sim.scenario.synthesis import shapes
from deck_sim.scenario.synthesis.joining import join, join_all, listed_in, types_of
from deck_sim.scenario.synthesis.numbers import Schema, number_in
from deck_sim.scenario.synthesis.realistic import Draw, number_for, text_for
from deck_sim.scenario.synthesis.regex_samples import matches, text_matching
from deck_sim.scenario.synthesis.shapes import whole_in

ATTEMPTS = 8  # at the whole output
TRIES = 12  # at each part that must be checked
DEEPEST = 6  # levels below which optional fields and items are left out, so that recursion ends
DEEPEST_OF_ALL = 40
MOST_VALUES = 3000
FAILED_PATTERN_COST = 150  # values
MOST_ITEMS = 1000
MOST_OPENED = 200  # references, `allOf` and branches that one place may lead through
MOST_MISSES = 20  # items or names in a row that are there already
MOST_LETTERS = 100_000


# The beginning of the error of a run for which nothing could be generated.
NOTHING_FITS = (
    "deck-sim could not generate an {name} for the task's `{name}_schema`; give the scenario's"
    " `{step}` step an `{name}:`. Problem of the last attempt: "
)


class NoValidOutput(Exception):
    """No valid output was found; `problems` says where the last attempt breaks the schema."""

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__(problems[0].message)
        self.problems = problems


def make_output(schema: Any, seed: int, run_id: str, now: datetime, field: str = "output") -> Any:
    """A value that satisfies `schema`, the same for the same seed, run and moment.

    A schema that is no object, such as None or True, gives `{}`. If no attempt gives a valid value,
    it raises `NoValidOutput`.
    """
    if not isinstance(schema, Mapping):
        return {}
    checker = SchemaChecker(schema)
    problems: list[Problem] = []
    try:
        with limit_work():
            for attempt in range(ATTEMPTS):
                try:
                    made = _Maker(checker, seed, run_id, now, attempt).make(schema, field)
                except _TooLarge:
                    made = {}
                problems = checker.violations(made, field, None)
                if not problems:
                    return made
    except OutOfSteps as error:
        text = (
            f"`{field}`: cannot be generated: its schema needs {error};"
            " nest fewer `oneOf`, `anyOf` and `allOf`, or shorten its patterns"
        )
        problems = [problem("request/input_invalid", text, field=field)]
    raise NoValidOutput(problems)


class _TooLarge(Exception):
    """The output does not end."""


@dataclass(frozen=True, slots=True)
class _Place:
    """The place of a value, and the number of the try."""

    path: str
    name: str = ""  # of the field
    depth: int = 0
    number: int = 0  # of the try
    bare: bool = False  # leave out what is optional: deep down, and in later tries


@dataclass(slots=True)
class _Maker:
    """One attempt at an output."""

    checker: SchemaChecker
    seed: int
    run_id: str
    now: datetime
    attempt: int
    left: int = MOST_VALUES

    def make(self, schema: Any, path: str, name: str = "", depth: int = 0) -> Any:
        """A value for a part of the schema; `name` is that of its field."""
        schema = schema if isinstance(schema, Mapping) else {}
        deep = depth > DEEPEST - self.attempt
        made: Any = None
        for number in range(TRIES):
            bare = deep or number >= TRIES // 2
            here = _Place(f"{path}/{number}" if number else path, name, depth, number, bare)
            made = self._try(schema, here)
            if shapes.HARD.isdisjoint(schema) or self.checker.fits(schema, made):
                break
        return made

    def _try(self, schema: Schema, here: _Place) -> Any:
        spend(10)
        self.left -= 1
        if self.left < 0 or here.depth > DEEPEST_OF_ALL:
            raise _TooLarge
        flat = self._flatten(schema, here)
        for value in self._offered(flat, here):
            if self.checker.fits(flat, value):
                return value
        match type_ := _type_of(flat, here):
            case "object":
                return self._object(flat, here)
            case "array":
                return self._array(flat, here)
            case "string":
                return self._string(flat, here)
            case "number" | "integer":
                low, high, decimals = number_for(here.name, self.now)
                decimals, whole = decimals or here.number % 3, type_ == "integer"
                return number_in(flat, (low, high), decimals, self._draw(here.path), whole=whole)
            case "boolean":
                return self._draw(here.path)(2) == 1
        return None

    # Keywords that stand for other schemas

    def _flatten(self, schema: Schema, here: _Place) -> dict[str, Any]:
        """The schema with references followed, `allOf` joined in, and one branch chosen."""
        flat, draw = dict(schema), self._draw(f"{here.path}/branch")
        for _ in range(MOST_OPENED):
            word = next((word for word in _OPENED if word in flat), None)
            if word is None:
                break
            spend(4)
            for part in self._open(word, flat, draw, here):
                join(flat, part)
        return flat

    def _open(self, word: str, flat: dict[str, Any], draw: Draw, here: _Place) -> list[Any]:
        value = flat.pop(word)
        if word in ("$ref", "$dynamicRef"):
            return [self.checker.resolve(value)]
        if word == "allOf":
            return listed_in(value)
        if word == "if":  # the condition and its `then`, or in every other try its opposite
            then, otherwise = flat.pop("then", {}), flat.pop("else", {})
            return [otherwise, {"not": value}] if here.number % 2 else [value, then]
        branches = [branch for branch in listed_in(value) if branch is not False] or [{}]
        if here.bare and here.number == 0:
            return [min(branches, key=lambda branch: shapes.height(self.checker, branch))]
        return [branches[draw(len(branches))]]

    def _offered(self, flat: Schema, here: _Place) -> list[Any]:
        """The values that a schema itself gives, the drawn one first."""
        draw = self._draw(f"{here.path}/choice")
        for word, value in ((word, flat[word]) for word in _OFFERS if word in flat):
            values = listed_in(value) if word in ("enum", "examples") else [value]
            if values:
                first = draw(len(values))
                return [*values[first:], *values[:first]][:MOST_ITEMS]
        return []

    # Objects and arrays

    def _object(self, schema: Schema, here: _Place) -> Any:
        schema = shapes.with_dependents(schema)
        properties = schema.get("properties", {})
        required = dict.fromkeys(listed_in(schema.get("required")))
        most = min(whole_in(schema, "maxProperties", MOST_ITEMS), MOST_ITEMS)
        spare = [n for n in properties if n not in required and properties[n] is not False]
        kept = set() if here.bare else {*spare[: max(0, most - len(required))]}
        names = {n: None for n in properties if n in required or n in kept} | required
        usual = 2 if shapes.is_map(schema) and not here.bare else 0
        least = min(max(whole_in(schema, "minProperties", 0), usual), most)
        missing = max(0, least - len(names))
        names |= dict.fromkeys([n for n in spare if n not in names][:missing])
        for number in range(least + MOST_MISSES):
            if len(names) >= least:
                break
            new = self._new_name(schema, f"{here.path}/name/{number}", number)
            names |= {} if new in properties else {new: None}
        return {
            n: self.make(
                shapes.of_property(schema, n),
                f"{here.path}.{n}",
                f"{here.name}_name" if n == "name" else n,  # of a hotel, or of a guest
                here.depth + 1,
            )
            for n in names
        }

    def _new_name(self, schema: Schema, path: str, number: int) -> str:
        """A name for a property that the schema does not name."""
        patterns, naming = [*schema.get("patternProperties", {})], schema.get("propertyNames")
        rules: list[Any] = [{"pattern": patterns[number % len(patterns)]}] if patterns else []
        rules += [naming] if isinstance(naming, Mapping) else []
        rule = join_all({"type": "string"}, *rules)
        return f"{self.make(rule, path, depth=1)}" if rules else f"field_{number + 1}"

    def _array(self, schema: Schema, here: _Place) -> Any:
        fixed, rest = shapes.items_of(schema)
        most = min(whole_in(schema, "maxItems", MOST_ITEMS), MOST_ITEMS)
        most = min(most, len(fixed)) if rest is False else most
        usual = 0 if here.bare else max(2, len(fixed))
        least, _ = shapes.contained(schema)
        size = max(whole_in(schema, "minItems", 0), least, min(usual, most))
        made, seen = list[Any](), set[str]()
        for number in range(min(size, MOST_ITEMS) + MOST_MISSES):
            if len(made) >= size:
                break
            part = shapes.of_item(schema, len(made))
            item = self.make(part, f"{here.path}[{number}]", here.name, here.depth + 1)
            spelled = dumps(item, sort_keys=True) if schema.get("uniqueItems") else f"{number}"
            if spelled not in seen:
                made.append(item)
                seen.add(spelled)
        return made

    def _string(self, schema: Schema, here: _Place) -> Any:
        draw = self._draw(here.path)
        least = min(whole_in(schema, "minLength", 0), MOST_LETTERS)
        most = whole_in(schema, "maxLength", MOST_LETTERS)
        text = text_for(here.name, schema.get("format"), draw, self.now, least, most)
        if "pattern" in schema and not matches(schema["pattern"], text):
            text = text_matching(schema["pattern"], draw, least, most)
            self.left -= 0 if matches(schema["pattern"], text) else FAILED_PATTERN_COST
        return text

    def _draw(self, path: str) -> Draw:
        numbers = count()
        return lambda limit: draw_below(
            limit, self.seed, self.run_id, path, self.attempt, next(numbers)
        )


_OPENED = ("$ref", "$dynamicRef", "oneOf", "anyOf", "allOf", "if")  # in this order
_OFFERS = ("const", "enum", "examples", "default")


def _type_of(schema: Schema, here: _Place) -> str:
    """The type of a value: the first that its schema names, and another one in each other try."""
    named = types_of(schema)
    if here.depth == 0 and (not named or "object" in named):
        return "object"
    types = named or [t for t, words in shapes.WORDS_OF_TYPES.items() if words & schema.keys()]
    types = types or ["string", "integer", "boolean", "array", "object"]
    if here.bare and "null" in types:
        return "null"
    real = [type_ for type_ in types if type_ != "null"] or types
    return real[here.number % len(real)]
