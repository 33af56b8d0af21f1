"""Outputs made up from a task's `output_schema`, for scripts that give none.

Deterministic: every value is drawn from the world's seed, the run and the place in the output. What
a schema asks for that is not understood here makes the run fail with `task/output_invalid`, which
says so; nothing invalid is ever handed out. No schema, however odd or large, raises an error here.
"""

from collections.abc import Callable
from fractions import Fraction
from math import ceil, floor, isfinite
from typing import Any
from urllib.parse import unquote

from deck_sim.engine.chance import draw_below

MAX_VALUES = 2_000  # in one output
MAX_LENGTH = 10_000  # of one text
MAX_DEPTH = 32
DEEP = 8  # from this depth on there is only what must be, so that recursion ends
STEPS = 1_000  # how far apart numbers may be if the schema sets no bound

_WORDS = (
    "amber",
    "birch",
    "cedar",
    "delta",
    "ember",
    "fjord",
    "grove",
    "harbor",
    "iris",
    "juniper",
)
_FORMATS = {
    "date": "2025-01-15",
    "date-time": "2025-01-15T09:30:00Z",
    "time": "09:30:00Z",
    "email": "alex@example.com",
    "uri": "https://example.com/",
    "uuid": "00000000-0000-4000-8000-000000000000",
}


def make_output(schema: Any, seed: int, run_id: str) -> dict[str, Any]:
    """An object for `schema`, the same for the same seed and run; `{}` if none could be made."""
    made = _Maker(schema, seed, run_id).make({"type": "object", **(schema or {})}, "$")
    return made if isinstance(made, dict) else {}


class _Maker:
    def __init__(self, root: Any, seed: int, run_id: str) -> None:
        self.root, self.seed, self.run_id, self.count = root, seed, run_id, 0

    def make(self, schema: Any, path: str, depth: int = 0) -> Any:
        """A value for this part of the schema."""
        self.count += 1
        if not isinstance(schema, dict) or depth > MAX_DEPTH or self.count > MAX_VALUES:
            return None
        for word in ("const", "default"):
            if word in schema:
                return schema[word]
        for word in ("examples", "enum"):
            if choices := _list(schema.get(word)):
                return choices[self._draw(len(choices), path)]
        if "$ref" in schema:
            return self.make(self._resolve(f"{schema['$ref']}"), path, depth + 1)
        for word in ("oneOf", "anyOf"):
            if choices := _list(schema.get(word)):
                rest = {k: v for k, v in schema.items() if k != word}
                return self.make({**rest, **_mapping(choices[0])}, path, depth + 1)
        maker = _MAKERS.get(_type(schema), _Maker._null)
        return maker(self, schema, path, depth)

    def _object(self, schema: Any, path: str, depth: int) -> Any:
        properties, required = _mapping(schema.get("properties")), _list(schema.get("required"))
        shown = [] if depth >= DEEP else list(properties)
        shown += [name for name in required if name not in shown]
        return {n: self.make(properties.get(n, {}), f"{path}.{n}", depth + 1) for n in shown}

    def _array(self, schema: Any, path: str, depth: int) -> Any:
        least, most = _whole(schema.get("minItems"), 0), _whole(schema.get("maxItems"), 2)
        count = min(max(least, 0 if depth >= DEEP else min(2, most)), MAX_VALUES)
        items = schema.get("items", {})
        return [self.make(items, f"{path}[{i}]", depth + 1) for i in range(count)]

    def _string(self, schema: Any, path: str, depth: int) -> Any:
        word = _WORDS[self._draw(len(_WORDS), path)]
        text = _FORMATS.get(f"{schema.get('format')}", word)
        text = text.ljust(min(_whole(schema.get("minLength"), 0), MAX_LENGTH), "x")
        return text[: _whole(schema.get("maxLength"), MAX_LENGTH)]

    def _number(self, schema: Any, path: str, depth: int) -> Any:
        return self._multiple(schema, path, _fraction(schema, "multipleOf") or Fraction(1, 100))

    def _integer(self, schema: Any, path: str, depth: int) -> Any:
        step = _fraction(schema, "multipleOf") or Fraction(1)
        return self._multiple(schema, path, Fraction(step.numerator))

    def _multiple(self, schema: Any, path: str, step: Fraction) -> Any:
        """A multiple of `step` within the bounds."""
        least, above = _fraction(schema, "minimum"), _fraction(schema, "exclusiveMinimum")
        most, below = _fraction(schema, "maximum"), _fraction(schema, "exclusiveMaximum")
        lows = [ceil(b / step) for b in (least,) if b is not None]
        lows += [floor(b / step) + 1 for b in (above,) if b is not None]
        highs = [floor(b / step) for b in (most,) if b is not None]
        highs += [ceil(b / step) - 1 for b in (below,) if b is not None]
        low = max(lows) if lows else min([0, *(high - STEPS for high in highs)])
        high = min(highs) if highs else low + STEPS
        value = (low + self._draw(max(1, high - low + 1), path)) * step
        return int(value) if value.denominator == 1 else float(value)

    def _boolean(self, schema: Any, path: str, depth: int) -> Any:
        return self._draw(2, path) == 1

    def _null(self, schema: Any, path: str, depth: int) -> Any:
        return None

    def _draw(self, limit: int, path: str) -> int:
        return draw_below(limit, self.seed, self.run_id, path)

    def _resolve(self, reference: str) -> Any:
        """What a `$ref` inside the schema points to; None if it cannot be followed here."""
        found = self.root
        for part in filter(None, reference.removeprefix("#").split("/")):
            inside = dict(enumerate(found)) if isinstance(found, list) else _mapping(found)
            name = unquote(part).replace("~1", "/").replace("~0", "~")
            found = inside.get(int(name) if isinstance(found, list) and name.isdecimal() else name)
        return found


_MAKERS: dict[str, Callable[[_Maker, Any, str, int], Any]] = {
    "object": _Maker._object,
    "array": _Maker._array,
    "string": _Maker._string,
    "number": _Maker._number,
    "integer": _Maker._integer,
    "boolean": _Maker._boolean,
    "null": _Maker._null,
}


def _type(schema: Any) -> str:
    """The type to make: the first that is not null, or what the other words hint at."""
    hints = {"properties": "object", "required": "object", "items": "array"}
    guess = next((type_ for word, type_ in hints.items() if word in schema), "string")
    types = schema.get("type", guess)
    names = types if isinstance(types, list) else [types]
    return next((f"{name}" for name in names if name != "null"), "null")


def _mapping(value: Any) -> dict[Any, Any]:
    return value if isinstance(value, dict) else {}


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _whole(value: Any, otherwise: int) -> int:
    """A whole number of a schema, where `2.0` is one too."""
    return int(value) if isinstance(value, int | float) else otherwise


def _fraction(schema: Any, word: str) -> Fraction | None:
    """A number of a schema, exactly as it is written; drafts of old have `true` in some places."""
    value = schema.get(word)
    if isinstance(value, bool) or not isinstance(value, int | float) or not isfinite(value):
        return None
    return Fraction(str(value))
