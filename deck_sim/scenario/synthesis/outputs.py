"""Outputs made up from a task's `output_schema`, for scripts that give none.

Deterministic: every value is drawn from the world's seed, the run and the place in the output.
Valid: what a schema cannot say in the plain words of bounds and types (`not`, `oneOf`, patterns) is
checked where it is made, and made again from other draws if it is wrong; the whole is checked in
the end. So nothing invalid is ever handed out, and where nothing valid is found, that is what the
error says. Bounded: there are so many values in all and no more, however the schema calls itself.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import count
from json import dumps
from typing import Any

from deck_sim.contract.error_catalog import Problem
from deck_sim.engine import json_schema
from deck_sim.engine.chance import draw_below
from deck_sim.engine.regex_limits import patience
from deck_sim.scenario.synthesis import shapes
from deck_sim.scenario.synthesis.joining import join, join_all, types_of
from deck_sim.scenario.synthesis.numbers import Schema, number_in
from deck_sim.scenario.synthesis.realistic import Draw, number_for, text_for
from deck_sim.scenario.synthesis.regex_samples import matches, text_matching
from deck_sim.scenario.synthesis.shapes import listed_in, whole_in

ATTEMPTS = 8  # at the whole
TRIES = 12  # at each part that must be checked
DEEPEST = 6  # levels after which optional fields and items are left out, so that recursion ends
DEEPEST_OF_ALL = 40
MOST_VALUES = 3000
COST_OF_A_MISS = 150  # values: a pattern that no text was found for took as much time
MOST_ITEMS = 1000
MOST_OPENED = 200  # references, `allOf` and branches that one place may lead through
MOST_MISSES = 20  # before we believe that there are no other items
MOST_LETTERS = 100_000


class NothingMade(Exception):
    """A schema for which no output was found; `broken` is what the last one broke."""

    def __init__(self, broken: list[Problem]) -> None:
        super().__init__(broken[0].message)
        self.broken = broken


def make_output(schema: Any, seed: int, run_id: str, now: datetime) -> Any:
    """A value for `schema`, the same for the same seed, run and moment; `{}` if there is none.

    Raises:
        NothingMade: if every attempt was in vain.

    """
    if not isinstance(schema, Mapping):
        return {}
    broken: list[Problem] = []
    with patience():
        for attempt in range(ATTEMPTS):
            try:
                made = _Maker(schema, seed, run_id, now, attempt).make(schema, "output")
            except _TooMuch:
                made = {}
            broken = json_schema.violations(schema, made, "output")
            if not broken:
                return made
    raise NothingMade(broken)


class _TooMuch(Exception):
    """An output that does not end."""


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a value is to stand: the name of its field, how deep, and which try at it this is."""

    path: str
    name: str = ""
    depth: int = 0
    number: int = 0
    bare: bool = False  # only what must be there: deep down, and if the usual did not do

    def named(self, field: str) -> str:
        """What a field of this object is the name of: the `name` in `hotel` is a `hotel_name`."""
        return f"{self.name}_name" if field == "name" else field


@dataclass(slots=True)
class _Maker:
    """One attempt at a value."""

    root: Any
    seed: int
    run_id: str
    now: datetime
    attempt: int
    left: int = MOST_VALUES

    def make(self, schema: Any, path: str, name: str = "", depth: int = 0) -> Any:
        """A value for this part of the schema; `name` is that of the field it is for."""
        schema = schema if isinstance(schema, Mapping) else {}
        deep = depth > DEEPEST - self.attempt
        made: Any = None
        for number in range(TRIES):
            bare = deep or number >= TRIES // 2
            here = _Place(f"{path}/{number}" if number else path, name, depth, number, bare)
            made = self._try(schema, here)
            if not shapes.is_hard(schema) or json_schema.fits(self.root, schema, made):
                break
        return made

    def _try(self, schema: Schema, here: _Place) -> Any:
        self.left -= 1
        if self.left < 0 or here.depth > DEEPEST_OF_ALL:
            raise _TooMuch
        flat = self._flatten(schema, here)
        for value in self._offered(flat, here):
            if json_schema.fits(self.root, flat, value):
                return value
        return _MAKERS[_type_of(flat, here)](self, flat, here)

    # What a schema says in other words

    def _flatten(self, schema: Schema, here: _Place) -> dict[str, Any]:
        """The schema with its references followed, `allOf` joined in, and one branch chosen."""
        flat, draw = dict(schema), self._draw(f"{here.path}/branch")
        for _ in range(MOST_OPENED):
            word = next((word for word in _OPENED if word in flat), None)
            if word is None:
                break
            for part in _OPENED[word](self, flat, flat.pop(word), draw, here):
                join(flat, part)
        return flat

    def _follow(self, flat: Schema, reference: Any, draw: Draw, here: _Place) -> list[Any]:
        return [json_schema.resolve(self.root, reference)]

    def _all(self, flat: Schema, parts: Any, draw: Draw, here: _Place) -> list[Any]:
        return listed_in(parts)

    def _choose(self, flat: Schema, branches: Any, draw: Draw, here: _Place) -> list[Any]:
        """One of several schemas; deep down, the one that ends soonest."""
        options = [branch for branch in listed_in(branches) if branch is not False] or [{}]
        if here.bare and here.number == 0:
            return [min(options, key=lambda option: shapes.height(self.root, option))]
        return [options[draw(len(options))]]

    def _decide(self, flat: dict[str, Any], condition: Any, draw: Draw, here: _Place) -> list[Any]:
        """Be one of those for which the condition holds, or one of the others."""
        then, otherwise = flat.pop("then", {}), flat.pop("else", {})
        return [otherwise, {"not": condition}] if here.number % 2 else [condition, then]

    def _offered(self, flat: Schema, here: _Place) -> list[Any]:
        """The values that a schema itself offers, the drawn one first."""
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
        properties, required = schema.get("properties", {}), listed_in(schema.get("required"))
        most = min(whole_in(schema, "maxProperties", MOST_ITEMS), MOST_ITEMS)
        spare = [n for n in properties if n not in required and properties[n] is not False]
        kept = [] if here.bare else spare[: max(0, most - len(required))]
        names = [n for n in properties if n in required or n in kept]
        names += [n for n in required if n not in names]
        usual = 2 if shapes.is_map(schema) and not here.bare else 0
        least = min(max(whole_in(schema, "minProperties", 0), usual), most)
        names += [n for n in spare if n not in names][: max(0, least - len(names))]
        for number in range(least + MOST_MISSES):
            if len(names) >= least:
                break
            new = self._new_name(schema, f"{here.path}/name/{number}", number)
            names += [new] if new not in (*names, *properties) else []
        return {
            n: self.make(
                shapes.of_property(schema, n), f"{here.path}.{n}", here.named(n), here.depth + 1
            )
            for n in dict.fromkeys(names)
        }

    def _new_name(self, schema: Schema, path: str, number: int) -> str:
        """A name that the schema does not say."""
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
            spelt = dumps(item, sort_keys=True)
            if not (schema.get("uniqueItems") and spelt in seen):
                made.append(item)
                seen.add(spelt)
        return made

    # Texts and numbers

    def _string(self, schema: Schema, here: _Place) -> Any:
        draw = self._draw(here.path)
        least = min(whole_in(schema, "minLength", 0), MOST_LETTERS)
        most = whole_in(schema, "maxLength", MOST_LETTERS)
        text = text_for(here.name, schema.get("format"), draw, self.now, least, most)
        if "pattern" in schema and not matches(schema["pattern"], text):
            text = text_matching(schema["pattern"], draw, least, most)
            self.left -= 0 if matches(schema["pattern"], text) else COST_OF_A_MISS
        return text

    def _number(self, schema: Schema, here: _Place) -> Any:
        low, high, decimals = number_for(here.name, self.now)
        decimals = decimals or here.number % 3
        return number_in(schema, (low, high), decimals, self._draw(here.path), whole=False)

    def _integer(self, schema: Schema, here: _Place) -> Any:
        low, high, _ = number_for(here.name, self.now)
        return number_in(schema, (low, high), 0, self._draw(here.path), whole=True)

    def _boolean(self, schema: Schema, here: _Place) -> Any:
        return self._draw(here.path)(2) == 1

    def _null(self, schema: Schema, here: _Place) -> Any:
        return None

    def _draw(self, path: str) -> Draw:
        """Draws for one place; each call is another draw."""
        numbers = count()
        return lambda limit: draw_below(
            limit, self.seed, self.run_id, path, self.attempt, next(numbers)
        )


_MAKERS: dict[str, Callable[[_Maker, Schema, _Place], Any]] = {
    "object": _Maker._object,
    "array": _Maker._array,
    "string": _Maker._string,
    "number": _Maker._number,
    "integer": _Maker._integer,
    "boolean": _Maker._boolean,
    "null": _Maker._null,
}
# The words that stand for other schemas, in the order in which they are opened.
_OPENED: dict[str, Callable[[_Maker, dict[str, Any], Any, Draw, _Place], list[Any]]] = {
    "$ref": _Maker._follow,
    "$dynamicRef": _Maker._follow,
    "oneOf": _Maker._choose,
    "anyOf": _Maker._choose,
    "allOf": _Maker._all,
    "if": _Maker._decide,
}
_OFFERS = ("const", "enum", "examples", "default")


def _type_of(schema: Schema, here: _Place) -> str:
    """The type of a value: the first that its schema names, and another in another try."""
    named = types_of(schema)
    if here.depth == 0 and (not named or "object" in named):
        return "object"
    types = named or shapes.told_types(schema)
    if here.bare and "null" in types:
        return "null"
    real = [type_ for type_ in types if type_ != "null"] or types
    return real[here.number % len(real)]
