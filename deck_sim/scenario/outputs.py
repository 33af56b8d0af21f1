"""Outputs made up from a task's `output_schema`, for scripts that give none.

Deterministic: every value is drawn from the world's seed, the run and the place in the output. What
a schema asks for that is not understood here makes the run fail with `task/output_invalid`, which
says so; nothing invalid is ever handed out.
"""

from collections.abc import Callable
from typing import Any

from deck_sim.engine.chance import draw_below

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


def make_output(schema: Any, seed: int, run_id: str) -> Any:
    """A value for `schema`, the same for the same seed and run; `{}` if there is no schema."""
    return _Maker(schema or {"type": "object"}, seed, run_id).make(
        schema or {"type": "object"}, "$"
    )


class _Maker:
    def __init__(self, root: Any, seed: int, run_id: str) -> None:
        self.root, self.seed, self.run_id = root, seed, run_id

    def make(self, schema: Any, path: str, depth: int = 0) -> Any:
        """A value for this part of the schema."""
        if schema is True or depth > 32:
            return None
        for word in ("const", "default"):
            if word in schema:
                return schema[word]
        for word in ("examples", "enum"):
            if schema.get(word):
                return schema[word][self._draw(len(schema[word]), path)]
        if "$ref" in schema:
            return self.make(self._resolve(schema["$ref"]), path, depth + 1)
        for word in ("oneOf", "anyOf"):
            if word in schema:
                rest = {k: v for k, v in schema.items() if k != word}
                return self.make({**rest, **schema[word][0]}, path, depth + 1)
        type_ = schema.get("type", "object" if "properties" in schema else "string")
        if isinstance(type_, list):
            type_ = next((t for t in type_ if t != "null"), "null")
        return _MAKERS[type_](self, schema, path, depth)

    def _object(self, schema: Any, path: str, depth: int) -> Any:
        properties = schema.get("properties", {})
        required = schema.get("required", [])
        shown = [*properties, *(name for name in required if name not in properties)]
        return {n: self.make(properties.get(n, {}), f"{path}.{n}", depth + 1) for n in shown}

    def _array(self, schema: Any, path: str, depth: int) -> Any:
        count = max(schema.get("minItems", 0), min(2, schema.get("maxItems", 2)))
        items = schema.get("items", {})
        return [self.make(items, f"{path}[{i}]", depth + 1) for i in range(count)]

    def _string(self, schema: Any, path: str, depth: int) -> Any:
        text = _FORMATS.get(schema.get("format", ""), _WORDS[self._draw(len(_WORDS), path)])
        text += "x" * (schema.get("minLength", 0) - len(text))
        return text[: schema.get("maxLength", len(text))]

    def _number(self, schema: Any, path: str, depth: int) -> Any:
        step = schema.get("multipleOf", 1)
        low = schema.get("minimum", schema.get("exclusiveMinimum", -step) + step)
        high = schema.get("maximum", schema.get("exclusiveMaximum", low + 100 * step + step) - step)
        first = -(-low // step) * step
        return first + self._draw(max(1, int((high - first) // step) + 1), path) * step

    def _boolean(self, schema: Any, path: str, depth: int) -> Any:
        return self._draw(2, path) == 1

    def _null(self, schema: Any, path: str, depth: int) -> Any:
        return None

    def _draw(self, limit: int, path: str) -> int:
        return draw_below(limit, self.seed, self.run_id, path)

    def _resolve(self, reference: str) -> Any:
        found = self.root
        for part in reference.lstrip("#/").split("/"):
            found = found[part.replace("~1", "/").replace("~0", "~")] if part else found
        return found


_MAKERS: dict[str, Callable[[_Maker, Any, str, int], Any]] = {
    "object": _Maker._object,
    "array": _Maker._array,
    "string": _Maker._string,
    "number": _Maker._number,
    "integer": _Maker._number,
    "boolean": _Maker._boolean,
    "null": _Maker._null,
}
