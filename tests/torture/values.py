"""JSON values that fit a schema, and the ways to damage them."""

import json
from collections.abc import Callable
from random import Random
from typing import Any

Schema = dict[str, Any]

DURATIONS = [
    "0s",
    "1s",
    "250ms",
    "5m",
    "1h30m",
    "2d",
    "PT5M",
    "2s..8s",
    "1000d",
    "-1s",
    "1e9s",
    "9" * 40 + "d",
]
MOMENTS = [
    "2025-01-15T09:30:00Z", "2025-01-16T00:00:00+02:00", "9999-12-31T23:59:59Z", "0001-01-01T00:00:00Z",
    "9999-12-31T23:59:59-14:00", "2025-02-30T00:00:00Z", "2025-01-15", "24:00", "1736933400", "٢٠٢٥-01-15T09:30:00Z",
]  # fmt: skip
ODD_TEXTS = [
    "", " ", "\0", "a\0b", "\ud800", "\udfff\ud800", "\ufeff", "\u202e", "\u2028", "é", "e\u0301", "ﬃ", "😀", "\x7f",
    "null", "true", "NaN", "-0", "1e999", "012345", "__proto__", "__class__", "constructor", "$ref", "$value", "$tuple",
    "{{ 7 * 7 }}", "{{ input }}", "{% for x in range(9) %}x{% endfor %}", "{{ ''.__class__ }}", "{{", "}}", "{#", "*",
    "**", "?", "[", "[!a]", "../../etc/passwd", "..\\..", "%2e%2e%2f", "%00", "a\r\nX-Injected: 1", "a\nb", "a\tb",
    "http://127.0.0.1:9/hook", "http://[::1", "http://169.254.169.254/", "file:///etc/passwd", "https://user:pw@x/",
    "http://127.0.0.1:99999/", "ws://localhost", "//localhost", "javascript:alert(1)", "<script>", "'", '"', "\\",
    "x" * 255, "x" * 256, "x" * 257, "é" * 5000, "x" * 70_000, "+success@example.com", "a+mfa_then_succes@example.com",
]  # fmt: skip
ODD_NUMBERS = [
    0, -0.0, 1, -1, 0.1, 1.0, 1.5, 1e308, 5e-324, 2**31, 2**53 + 1, 2**63, 2**64, -(2**63), 10**30, 10**400,
]  # fmt: skip
ODD_VALUES: list[Any] = [
    None,
    True,
    False,
    [],
    {},
    [[]],
    [None],
    {"": None},
    {"a": {"b": {}}},
    "text",
    7,
    7.5,
]

# Texts that json.dumps cannot write stand as such a mark in the tree, and are put in afterwards.
_RAW = "@raw{}@"
RAW_TEXTS = [
    "NaN", "Infinity", "-Infinity", "1e999", "-1e999", "1" * 5000, "1e-400", "01", "1.", ".5", "+1", "0x10", "True", "None",
    "undefined", "'x'", '"\\x41"', '"\\u12"', '"\\ud800"', '"\\ud83d\\u0041"', '"a\nb"', '"\t"', '"\x01"', "", "1,", "[1,]",
    '{"a":1,}', "//", "/**/1", "[" * 200 + "]" * 200, "[" * 20_000, "[" * 3000 + "]" * 3000, '{"a":' * 500 + "1" + "}" * 500,
    '{"a":' * 5000, '"' + "\\u0000" * 50 + '"', "[" + "1," * 20_000 + "1]", "{" + '"k":1,' * 3000 + '"k":2}',
]  # fmt: skip
_TWIN = "@twin@"  # ends a name that is to be written twice


class Values:
    """Values drawn from a random generator, of the ids and names that a world has."""

    def __init__(
        self, random: Random, names: dict[str, list[str]], schemas: dict[str, Schema]
    ) -> None:
        self.random, self.names, self.schemas = random, names, schemas

    def make(self, schema: Schema, name: str = "", depth: int = 0) -> Any:
        """A value that fits the schema, or nearly so: patterns and conditions are not read."""
        random = self.random
        if "$ref" in schema:
            target = self.schemas.get(schema["$ref"].rpartition("/")[2], {})
            return self.make(target, name, depth + 1) if depth < 12 else None
        for word in ("anyOf", "oneOf"):
            if word in schema:
                shapes = schema[word]
                plain = (
                    [shape for shape in shapes if shape.get("type") == "null"] if depth > 8 else []
                )
                return self.make(random.choice(plain or shapes), name, depth + 1)
        if "allOf" in schema:
            parts = [self.make(part, name, depth + 1) for part in schema["allOf"]]
            return {k: v for part in parts if isinstance(part, dict) for k, v in part.items()}
        if "const" in schema:
            return schema["const"]
        if "enum" in schema:
            return random.choice(schema["enum"])
        if schema.get("examples") and random.random() < 0.5:
            return random.choice(schema["examples"])
        return self._typed(schema, name, depth)

    def _typed(self, schema: Schema, name: str, depth: int) -> Any:
        random, type_ = self.random, schema.get("type")
        if isinstance(type_, list):
            type_ = random.choice(type_)
        if type_ == "object":
            return self._object(schema, name, depth)
        if type_ == "array":
            least = schema.get("minItems", 0)
            count = random.randint(least, least + 2) if depth < 8 else least
            return [self.make(schema.get("items", {}), name, depth + 1) for _ in range(count)]
        if type_ == "integer":
            low = schema.get("minimum", schema.get("exclusiveMinimum", 0))
            return random.choice([low, low + 1, schema.get("maximum", 20), random.randint(0, 600)])
        if type_ == "number":
            return random.choice([1, 0.5, 60, schema.get("maximum", 2)])
        if type_ == "boolean":
            return random.random() < 0.5
        if type_ == "null":
            return None
        if type_ == "string":
            return self.text(name)
        return random.choice(ODD_VALUES)

    def _object(self, schema: Schema, name: str, depth: int) -> dict[str, Any]:
        if name in ("input_schema", "output_schema"):
            return random_schema(self.random, 0)
        random, required = self.random, schema.get("required", ())
        likely = 0.5 if depth < 3 else 0.2
        made = {
            key: self.make(shape, key, depth + 1)
            for key, shape in schema.get("properties", {}).items()
            if key in required or random.random() < likely
        }
        open_to = schema.get("additionalProperties")
        if open_to is not None and open_to is not False and depth < 8:
            shape = open_to if isinstance(open_to, dict) else {}
            keys = self.names.get(name) or ["guest", "code", "nights", "a"]
            for key in random.sample(keys, k=min(len(keys), random.randint(0, 2))):
                made[key] = self.make(shape, key, depth + 1)
        return made

    def text(self, name: str) -> str:
        """A text for a field with this name."""
        random = self.random
        if random.random() < 0.05:
            return random.choice(ODD_TEXTS)
        if known := self.names.get(name):
            return random.choice(known)
        return random.choice(["Concierge", "guest-1", "123456", "a"])

    def damage(self, value: Any) -> Any:
        """The value with one random damage. It may contain marks for `write`."""
        if not isinstance(value, dict | list) or not value:
            return self.random.choice(ODD_VALUES)
        holder = value.copy()  # what is not on the way to the place is shared
        key = self.random.choice([*holder] if isinstance(holder, dict) else range(len(holder)))
        if holder[key] and isinstance(holder[key], dict | list) and self.random.random() < 0.75:
            holder[key] = self.damage(holder[key])
        else:
            self.random.choice(_DAMAGES)(self, holder, key)
        return holder


def _replace(pool: list[Any]) -> Callable[[Values, Any, Any], None]:
    def replace(values: Values, holder: Any, key: Any) -> None:
        holder[key] = values.random.choice(pool)

    return replace


def _remove(values: Values, holder: Any, key: Any) -> None:
    del holder[key]


def _add(values: Values, holder: Any, key: Any) -> None:
    extra = values.random.choice(ODD_VALUES + ODD_TEXTS)
    if isinstance(holder, dict):
        name = values.random.choice([*ODD_TEXTS, f"{key}s", "id", "type", "$schema"])
        holder[name] = extra
    else:
        holder.append(extra)


def _double(values: Values, holder: Any, key: Any) -> None:
    if isinstance(holder, dict):
        holder[f"{key}{_TWIN}"] = values.random.choice([holder[key], *ODD_VALUES])
    else:
        holder.append(holder[key])


def _rename(values: Values, holder: Any, key: Any) -> None:
    if isinstance(holder, dict):
        holder[values.random.choice([key.upper(), key[:-1], f"{key} ", f"{key}\0"])] = holder.pop(
            key
        )
    else:
        holder.reverse()


def _put_raw(values: Values, holder: Any, key: Any) -> None:
    holder[key] = _RAW.format(values.random.randrange(len(RAW_TEXTS)))


def _wrap(values: Values, holder: Any, key: Any) -> None:
    holder[key] = values.random.choice([[holder[key]], {"value": holder[key]}, [holder[key]] * 50])


def _put_schema(values: Values, holder: Any, key: Any) -> None:
    holder[key] = random_schema(values.random, 0)


def _lengthen(values: Values, holder: Any, key: Any) -> None:
    holder[key] = values.random.choice(
        ["x" * 100_000, ["x"] * 5000, {f"k{n}": n for n in range(2000)}]
    )


_DAMAGES = [
    _replace(ODD_VALUES), _replace(ODD_VALUES), _replace(ODD_TEXTS), _replace(ODD_TEXTS), _replace(ODD_NUMBERS),
    _replace(DURATIONS), _replace(MOMENTS), _remove, _add, _double, _rename, _put_raw, _put_raw, _wrap, _put_schema, _lengthen,
]  # fmt: skip


def write(random: Random, value: Any) -> bytes:
    """The value as JSON text, some of it formatted in an unusual way."""
    plain = random.random() < 0.7
    text = json.dumps(value, ensure_ascii=plain, indent=None if plain else random.choice([None, 1]))
    if "@" in text:
        text = text.replace(f'{_TWIN}"', '"')
        for number, raw in enumerate(RAW_TEXTS):
            text = text.replace(f'"{_RAW.format(number)}"', raw)
    return text.encode("utf-8", "surrogatepass")


def damage_text(random: Random, text: bytes) -> bytes:
    """The text with some bytes changed, or in another encoding."""
    at = random.randrange(len(text) + 1)
    end = min(len(text), at + random.choice([1, 1, 2, 10]))
    return random.choice(
        [
            text[:at],
            text[:at] + text[end:],
            text[:at] + random.randbytes(random.choice([1, 2, 8])) + text[end:],
            text[:at] + text[at:end] * 3 + text[end:],
            text[:at]
            + random.choice([b"\xff", b"\0", b"\xc3", b"\xed\xa0\x80", b",", b"}", b'"', b"\n\t"])
            + text[at:],
            b"\xef\xbb\xbf" + text,
            text.decode("utf-8", "replace").encode("utf-16"),
            text.decode("utf-8", "replace").encode("utf-32-be"),
            text + text,
            b" " * 5000 + text,
            random.randbytes(random.randrange(200)),
            b"a=1&b=2",
            b"",
        ]
    )


_WORDS: dict[str, list[Any]] = {
    "type": ["object", "string", "integer", "number", "array", "boolean", "null", ["string", "null"], "any", 7, []],
    "pattern": ["^a+$", "(a+)+$", "[", "(?=a)", "\\d{3}", "^(a|a)*$", "\\p{L}", "(?P<x>a)(?P=x)", "a{99999}", 7],
    "format": ["date", "date-time", "email", "uuid", "ipv4", "regex", "uri", "hostname", "nothing", 7],
    "enum": [["a"], [], [None, 1, "a"], [{}], "a"],
    "const": [None, 1, "a", {}, 1e308],
    "minLength": [0, 3, 10**9, -1, 1.5], "maxLength": [0, 3, 10**9, -1],
    "minItems": [0, 3, 10**9], "maxItems": [0, 3, -1], "uniqueItems": [True, False, "yes"],
    "minimum": [0, -1e308, 10**400, "0"], "maximum": [0, 1e308, -1], "exclusiveMinimum": [0, 1e308, True],
    "multipleOf": [1, 0.1, 1e-300, 0, 10**30, -2],
    "required": [["guest"], ["a", "a"], [], "a", [7], ["x"] * 1000], "minProperties": [0, 2, 10**9], "maxProperties": [0, 1],
    "additionalProperties": [True, False, {}, {"type": "string"}], "dependentRequired": [{"a": ["b"]}, {"a": "b"}],
    "$ref": ["#", "#/$defs/a", "#/nowhere", "#/properties", "https://example.com/x", "file:///etc/passwd", "", "#a", 7],
    "$schema": ["https://json-schema.org/draft/2020-12/schema", "http://json-schema.org/draft-04/schema#", "urn:x", 7],
    "$id": ["https://example.com/a", "#a", "", 7], "$anchor": ["a", "%"], "default": [1, None, "{{ x }}"], "examples": [["a"], "a"],
    "contentMediaType": ["application/json"], "x-deck": [{}], "nullable": [True], "deprecated": [True],
}  # fmt: skip
_MANY = ("anyOf", "oneOf", "allOf", "prefixItems")
_ONE = (
    "items",
    "not",
    "if",
    "then",
    "else",
    "contains",
    "propertyNames",
    "unevaluatedProperties",
    "unevaluatedItems",
)
_NAMED = ("properties", "patternProperties", "$defs", "dependentSchemas", "definitions")
_NAMES = ("guest", "nights", "a", "b", "^x", "(a+)+$", "[", "", "__proto__", "password")


def random_schema(random: Random, depth: int) -> Schema:
    """A JSON Schema of any keywords, with references into itself."""
    made: Schema = {"type": random.choice(["object", "object", "string", "integer", "array"])}
    for _ in range(random.randint(0, 4)):
        kind = random.random()
        if kind < 0.5 or depth > 5:
            word = random.choice(list(_WORDS))
            made[word] = random.choice(_WORDS[word])
        elif kind < 0.65:
            made[random.choice(_MANY)] = [
                random_schema(random, depth + 1) for _ in range(random.randint(0, 3))
            ]
        elif kind < 0.75:
            made[random.choice(_ONE)] = random_schema(random, depth + 1)
        else:
            names = random.sample(_NAMES, k=random.randint(0, 3))
            made[random.choice(_NAMED)] = {name: random_schema(random, depth + 1) for name in names}
    if depth == 0 and random.random() < 0.05:
        levels = random.choice([5, 12, 25, 60])
        word = random.choice(["anyOf", "oneOf", "allOf"])
        step = {f"l{n}": {word: [{"$ref": f"#/$defs/l{n + 1}"}] * 2} for n in range(levels)}
        return {**made, "$ref": "#/$defs/l0", "$defs": {**step, f"l{levels}": {"type": "string"}}}
    return made
