"""Outputs made up from a task's `output_schema`, for scripts that give none.

Deterministic: every value is drawn from the world's seed, the run and the place in the output.
Valid: what is made is checked, and made again another way if it is not (another branch of a
`oneOf`, without the optional fields). What no attempt satisfies is returned all the same; the run
then fails with `task/output_invalid`, which names the place. Nothing invalid is ever handed out as
completed.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from fractions import Fraction
from itertools import count
from random import Random
from typing import Any

from deck_sim.engine import schemas
from deck_sim.engine.chance import draw_below
from deck_sim.scenario.plausible import number_for, text_for

ATTEMPTS = 16
DEEPEST = 4  # levels after which optional fields and items are left out, so that recursion ends
DEEPEST_OF_ALL = 40
MOST_ITEMS = 1000
MOST_VALUES = 2000  # in one output
MOST_LETTERS = 10_000  # of one text
FINEST = 12  # decimals that are tried until a number fits between close bounds

Schema = Mapping[str, Any]


def make_output(schema: Any, seed: int, run_id: str, now: datetime) -> Any:
    """A value for `schema`, the same for the same seed, run and moment; `{}` if there is none."""
    made: Any = {}
    for attempt in range(ATTEMPTS if isinstance(schema, Mapping) else 0):
        with suppress(Exception):  # older drafts and contradictions: the attempt is in vain
            made = _Maker(schema, seed, run_id, now, attempt).make(schema, "output", "")
            if not schemas.violations(schema, made, "output"):
                break
    return made


@dataclass(frozen=True, slots=True)
class _Maker:
    """One attempt at a value."""

    root: Any
    seed: int
    run_id: str
    now: datetime
    attempt: int
    numbers: Iterator[int] = field(default_factory=count)  # of the values that are made

    def make(self, schema: Any, path: str, name: str, depth: int = 0) -> Any:
        """A value for this part of the schema; `name` is that of the field it is for."""
        if not isinstance(schema, Mapping) or depth > DEEPEST_OF_ALL:
            return None
        if next(self.numbers) >= MOST_VALUES:
            return None
        flat = self._flatten(schema, path, depth)
        if "const" in flat:
            return flat["const"]
        for word in ("examples", "enum"):
            if isinstance(flat.get(word), list) and flat[word]:
                return flat[word][self._draw(f"{path}/{word}")(len(flat[word]))]
        if "default" in flat:
            return flat["default"]
        maker = _MAKERS.get(_type_of(flat, "string" if depth else "object"), _Maker._null)
        return maker(self, flat, path, name, depth)

    def _flatten(self, schema: Schema, path: str, depth: int) -> dict[str, Any]:
        """The schema with its references followed, `allOf` joined in, and one branch chosen."""
        flat = dict(schema)
        for _ in range(DEEPEST_OF_ALL):
            if "$ref" in flat:
                _join(flat, schemas.resolve(self.root, flat.pop("$ref")))
            elif "allOf" in flat:
                for part in flat.pop("allOf"):
                    _join(flat, part)
            elif "oneOf" in flat or "anyOf" in flat:
                branches = flat.pop("oneOf") if "oneOf" in flat else flat.pop("anyOf")
                first = 0 if depth > DEEPEST else self._draw(f"{path}/branch")(len(branches))
                _join(flat, branches[(first + self.attempt) % len(branches)])
            elif "then" in flat and self.attempt % 2 == 0:
                _join(flat, flat.pop("then"))
                _join(flat, flat.pop("if", {}))
            else:
                break
        return flat

    def _object(self, schema: Schema, path: str, name: str, depth: int) -> Any:
        properties, required = schema.get("properties", {}), schema.get("required", [])
        bare = depth > DEEPEST or self.attempt >= ATTEMPTS // 2
        names = [n for n in properties if n in required or not bare]
        names += [n for n in required if n not in properties]
        wanting = min(schema.get("minProperties", 0), MOST_ITEMS) - len(names)
        names += [f"field_{number + 1}" for number in range(int(wanting))]
        return {
            n: self.make(_property(schema, n), f"{path}.{n}", n, depth + 1)
            for n in names
            if properties.get(n, True) is not False
        }

    def _array(self, schema: Schema, path: str, name: str, depth: int) -> Any:
        fixed = schema.get("prefixItems", [])
        least = max(schema.get("minItems", 0), 1 if "contains" in schema else 0)
        usual = 0 if depth > DEEPEST else max(2, len(fixed))
        size = min(max(least, min(usual, schema.get("maxItems", usual))), MOST_ITEMS)
        rest = schema.get("items", schema.get("contains", {}))
        made: list[Any] = []
        for number in range(4 * size + 20):  # of equal ones that may not be, some are made anew
            if len(made) >= size:
                break
            part = fixed[len(made)] if len(made) < len(fixed) else rest
            item = self.make(part or {}, f"{path}[{number}]", name, depth + 1)
            if not (schema.get("uniqueItems") and item in made):
                made.append(item)
        return made

    def _string(self, schema: Schema, path: str, name: str, depth: int) -> Any:
        draw = self._draw(path)
        if "pattern" in schema:
            return self._matching(schema, path)
        text = text_for(name, schema.get("format"), draw, self.now)
        least = min(int(schema.get("minLength", 0)), MOST_LETTERS)
        while len(text) < least:
            text = f"{text} {text}"
        most = int(schema.get("maxLength", len(text)))
        return text[: max(least, most)]

    def _matching(self, schema: Schema, path: str) -> str:
        """A text that matches the pattern, and of the right length if one of many tries is."""
        from rstr import Rstr

        texts = Rstr(Random(f"{self.seed}/{self.run_id}/{path}/{self.attempt}"))
        least, most = schema.get("minLength", 0), schema.get("maxLength", 1_000_000)
        tries = [texts.xeger(schema["pattern"]) for _ in range(20)]
        return next((text for text in tries if least <= len(text) <= most), tries[-1])

    def _number(self, schema: Schema, path: str, name: str, depth: int) -> Any:
        whole = _type_of(schema) == "integer"
        low, high, decimals = number_for(name, self.now)
        step = Decimal(str(schema.get("multipleOf", 1 if whole else Decimal(1).scaleb(-decimals))))
        if whole:
            step = Decimal(Fraction(step).numerator)
        for _ in range(FINEST):
            least, most = _range(schema, step, Decimal(low), Decimal(high))
            first = (least / step).to_integral_value(ROUND_CEILING)
            last = (most / step).to_integral_value(ROUND_FLOOR)
            if whole or first <= last or "multipleOf" in schema:
                break
            step /= 10
        steps = max(1, int(last - first) + 1)
        made = (first + self._draw(path)(steps)) * step
        return (
            int(made)
            if made == made.to_integral_value() and (whole or not decimals)
            else float(made)
        )

    def _boolean(self, schema: Schema, path: str, name: str, depth: int) -> Any:
        return self._draw(path)(2) == 1

    def _null(self, schema: Schema, path: str, name: str, depth: int) -> Any:
        return None

    def _draw(self, path: str) -> Callable[[int], int]:
        """Draws for one place; each call is another draw."""
        numbers = count()
        return lambda limit: draw_below(
            limit, self.seed, self.run_id, path, self.attempt, next(numbers)
        )


_MAKERS: dict[str, Callable[[_Maker, Schema, str, str, int], Any]] = {
    "object": _Maker._object,
    "array": _Maker._array,
    "string": _Maker._string,
    "number": _Maker._number,
    "integer": _Maker._number,
    "boolean": _Maker._boolean,
}
# The type of a schema that names none, by the words in it.
_TELLING = {
    "object": {"properties", "required", "additionalProperties", "minProperties"},
    "array": {"items", "prefixItems", "minItems", "uniqueItems", "contains"},
    "number": {"minimum", "maximum", "multipleOf", "exclusiveMinimum", "exclusiveMaximum"},
}


def _type_of(schema: Schema, usual: str = "string") -> str:
    named = schema.get("type")
    if isinstance(named, list):
        return next((t for t in named if t != "null"), "null")
    told = (type_ for type_, words in _TELLING.items() if words & schema.keys())
    return named if isinstance(named, str) else next(told, usual)


def _join(flat: dict[str, Any], more: Any) -> None:
    """Add what another schema asks: properties and required names add up, else the first holds."""
    if not isinstance(more, Mapping):
        return
    for word, value in more.items():
        if word == "properties":
            flat[word] = {**value, **flat.get(word, {})}
        elif word == "required":
            flat[word] = [*flat.get(word, []), *value]
        elif word == "allOf" and word in flat:
            flat[word] = [*flat[word], *value]
        else:
            flat.setdefault(word, value)


def _property(schema: Schema, name: str) -> Any:
    """What an object's schema says of the property called `name`."""
    if name in schema.get("properties", {}):
        return schema["properties"][name]
    patterns = schema.get("patternProperties", {})
    found = next((part for pattern, part in patterns.items() if re.search(pattern, name)), None)
    return found if found is not None else schema.get("additionalProperties") or {}


def _range(schema: Schema, step: Decimal, low: Decimal, high: Decimal) -> tuple[Decimal, Decimal]:
    """The least and the most that a number may be: what the schema says, else what is plausible."""
    lows = [Decimal(str(schema["minimum"]))] if "minimum" in schema else []
    highs = [Decimal(str(schema["maximum"]))] if "maximum" in schema else []
    if "exclusiveMinimum" in schema:
        lows.append(Decimal(str(schema["exclusiveMinimum"])) + step)
    if "exclusiveMaximum" in schema:
        highs.append(Decimal(str(schema["exclusiveMaximum"])) - step)
    if not lows and not highs:
        return low, high
    if not lows:
        most = min(highs)
        return (low if low <= most else most - 100 * step), min(high, most)
    least = max(lows)
    return least, min(highs, default=max(high, least + 100 * step))
