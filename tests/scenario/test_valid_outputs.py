"""Word by word: what is made for a schema satisfies it."""

from datetime import UTC, datetime

import pytest

from deck_sim.engine.json_schema import schema_problems, violations
from deck_sim.scenario.synthesis.outputs import make_output

NOW = datetime(2025, 1, 15, 9, 30, tzinfo=UTC)
FORMATS = (
    *("date", "date-time", "time", "duration", "email", "idn-email", "uri", "iri", "hostname"),
    *("uri-reference", "iri-reference", "uri-template", "idn-hostname", "ipv4", "ipv6", "uuid"),
    *("json-pointer", "relative-json-pointer", "regex", "of-our-own"),
)


def one(**schema):
    """A schema of one required field, `x`."""
    return {"type": "object", "required": ["x"], "properties": {"x": schema}}


NODE = {
    "type": "object",
    "required": ["id"],
    "properties": {
        "id": {"type": "string", "format": "uuid"},
        "child": {"$ref": "#/$defs/node"},
        "children": {"type": "array", "items": {"$ref": "#/$defs/node"}},
    },
}
CARD = {"properties": {"kind": {"const": "card"}}}
DYNAMIC = {"$dynamicAnchor": "node", "properties": {"next": {"$dynamicRef": "#node"}}}
DRAFT = "http://json-schema.org/draft-{}/schema#"

TABLE = {
    "nothing": {},
    "a title alone": {"title": "Reservations"},
    "no type": {"properties": {"x": {"type": "integer"}}},
    "an object or null": {"type": ["null", "object"]},
    "every type": {
        "properties": {t: {"type": t} for t in ("string", "integer", "number", "boolean", "null")}
    },
    "nested": one(type="object", properties={"y": one(type="array", items=one(type="number"))}),
    "anything": {"properties": {"x": {}, "y": True}, "required": ["x", "y", "z"]},
    "a type by its words": {
        "properties": {
            "o": {"required": ["a"]},
            "m": {"additionalProperties": {"type": "integer"}},
            "a": {"minItems": 1},
            "n": {"multipleOf": 7},
        },
        "required": ["o", "m", "a", "n"],
    },
    "enum": one(enum=["a", 1, None]),
    "const": one(const={"a": [1]}),
    "examples": one(type="string", examples=["CX-1"]),
    "wrong examples": one(type="string", examples=[5]),
    "default": one(type="string", default="EUR"),
    "wrong default": one(type="string", default=None),
    "nullable": one(type=["string", "null"]),
    "several types": one(type=["integer", "string"]),
    "lengths": one(type="string", minLength=30, maxLength=31),
    "a long text": one(type="string", minLength=500),
    "a short text": one(type="string", maxLength=2),
    "no text": one(type="string", maxLength=0),
    "a long email": one(type="string", format="email", minLength=60),
    "a long host": one(type="string", format="hostname", minLength=30),
    "lengths as decimals": one(type="string", minLength=2.0, maxLength=3.0),
    "pattern": one(type="string", pattern=r"^\d{3}-[A-Z]{2,4}$"),
    "pattern with a length": one(type="string", pattern="^[a-z]+$", minLength=20, maxLength=24),
    "pattern without anchors": one(type="string", pattern="[0-9]", minLength=12),
    "pattern that looks ahead": one(type="string", pattern=r"^(?=.*\d)[a-z0-9]{8}$"),
    "pattern that repeats": one(type="string", pattern="^a{200}$"),
    "pattern of others": one(type="string", pattern=r"^[^\d\s]+\W\D\S.$"),
    "pattern of branches": one(type="string", pattern=r"^(ab|cd)(?:x|y)?\1$"),
    "bounds": one(type="integer", minimum=3, maximum=4),
    "bounds that exclude": one(type="integer", exclusiveMinimum=3, exclusiveMaximum=5),
    "only a minimum": one(type="integer", minimum=5000),
    "only a maximum": one(type="number", maximum=-5.5),
    "one that is far away": one(type="integer", minimum=10**40),
    "one that is huge": one(type="number", minimum=1e300),
    "cents": one(type="number", multipleOf=0.01, minimum=3, maximum=4),
    "multiples": one(type="integer", multipleOf=7, minimum=50),
    "multiples of a fraction": one(type="integer", multipleOf=1.5),
    "items": one(type="array", items={"type": "integer"}, minItems=3, maxItems=5),
    "no items": one(type="array", maxItems=0),
    "many items": one(type="array", items={"type": "boolean"}, minItems=200),
    "prefixItems": one(type="array", prefixItems=[{"type": "integer"}, {"const": 1}], items=False),
    "prefixItems and more": one(
        type="array", prefixItems=[{"const": 1}], items={"type": "boolean"}, minItems=4
    ),
    "uniqueItems": one(type="array", items={"enum": [1, 2, 3]}, uniqueItems=True, minItems=3),
    "contains": one(type="array", items={"type": "integer"}, contains={"const": 7}, minContains=2),
    "contains any": one(type="array", contains={"type": "boolean"}),
    "maxProperties": {"maxProperties": 1, "properties": {"a": {}, "b": {}}, "required": ["b"]},
    "minProperties": {"minProperties": 9, "properties": {"a": {}}},
    "propertyNames": {"minProperties": 4, "propertyNames": {"pattern": "^k[0-9]$"}},
    "a map": {"additionalProperties": {"type": "number"}},
    "patternProperties": {
        "patternProperties": {"^S_[a-z]+$": {"type": "string"}, "^I_": {"type": "integer"}},
        "additionalProperties": False,
        "minProperties": 3,
    },
    "patternProperties of a known name": {
        "properties": {"I_a": {"minimum": 3}},
        "patternProperties": {"^I_": {"type": "integer", "maximum": 4}},
        "required": ["I_a"],
    },
    "a property that must not be": {"properties": {"a": False, "b": {"type": "integer"}}},
    "$ref": {"$ref": "#/$defs/node", "$defs": {"node": NODE}},
    "$ref to itself": {"type": "object", "properties": {"more": {"$ref": "#"}}},
    "$ref with a neighbour": {
        "properties": {"x": {"$ref": "#/$defs/n", "maximum": 3}},
        "$defs": {"n": {"type": "integer", "minimum": 2}},
    },
    "two $refs": one(allOf=[{"$ref": "#/$defs/a"}, {"$ref": "#/$defs/b"}])
    | {"$defs": {"a": {"type": "integer", "minimum": 7}, "b": {"maximum": 8}}},
    "$dynamicRef": {"$dynamicRef": "#node", "$defs": {"node": DYNAMIC}},
    "$anchor": {"$defs": {"n": {"$anchor": "here", "type": "integer"}}} | one(**{"$ref": "#here"}),
    "oneOf": one(oneOf=[{"type": "integer"}, {"type": "string"}, {"type": "null"}]),
    "oneOf that overlaps": one(type="integer", oneOf=[{"multipleOf": 5}, {"multipleOf": 3}]),
    "oneOf of two numbers": one(oneOf=[{"type": "integer"}, {"type": "number", "minimum": 0.5}]),
    "oneOf that recurses": one(**{"$ref": "#/$defs/t"})
    | {
        "$defs": {"t": {"oneOf": [{"type": "array", "items": {"$ref": "#/$defs/t"}}, {"const": 1}]}}
    },
    "anyOf": one(anyOf=[{"type": "string", "maxLength": 3}, {"type": "integer"}]),
    "anyOf beside oneOf": {
        "anyOf": [{"required": ["a"]}, {"required": ["b"]}],
        "oneOf": [{"properties": {"k": {"const": n}}, "required": ["k"]} for n in (1, 2)],
    },
    "two oneOf": one(
        allOf=[{"oneOf": [{"const": 1}, {"const": 2}]}, {"oneOf": [{"const": 2}, {"const": 3}]}]
    ),
    "allOf": one(
        allOf=[
            {"type": "number", "minimum": 5},
            {"minimum": 10, "maximum": 11},
            {"multipleOf": 0.25},
        ]
    ),
    "allOf of objects": {
        "allOf": [
            {"properties": {"a": {"type": "integer"}}, "required": ["a"]},
            {"properties": {"a": {"maximum": 3}, "b": {"type": "string"}}, "required": ["b"]},
        ],
        "unevaluatedProperties": False,
    },
    "allOf of enums": one(allOf=[{"enum": [1, 2, 3]}, {"enum": [3, 4]}, {"type": "integer"}]),
    "allOf of types": one(allOf=[{"type": ["number", "string"]}, {"type": ["integer", "null"]}]),
    "allOf of multiples": one(type="integer", allOf=[{"multipleOf": 4}, {"multipleOf": 6}]),
    "allOf of arrays": one(
        type="array", minItems=2, allOf=[{"items": {"type": "integer"}}, {"items": {"minimum": 9}}]
    ),
    "if, then, else": {
        "properties": {"kind": {"enum": ["card", "cash"]}, "number": {"type": "string"}},
        "required": ["kind"],
        "if": CARD,
        "then": {"required": ["number"], "properties": {"number": {"pattern": "^4[0-9]{3}$"}}},
        "else": {"properties": {"number": False}},
    },
    "if without else": one(type="integer", **{"if": {"minimum": 50}, "then": {"multipleOf": 10}}),
    "not": one(**{"not": {"type": "string"}}),
    "dependentRequired": {"properties": {"a": {}, "b": {}}, "dependentRequired": {"a": ["c"]}},
    "formats": {"properties": {f"a_{f}": {"type": "string", "format": f} for f in FORMATS}},
    "draft 7": {
        "$schema": DRAFT.format("07"),
        "definitions": {"a": {"type": "integer"}},
        "properties": {
            "x": {"$ref": "#/definitions/a"},
            "y": {"type": "array", "items": [{"type": "string"}], "additionalItems": False},
        },
    },
    "draft 4": {"$schema": DRAFT.format("04")}
    | one(type="number", minimum=3, exclusiveMinimum=True),
    "draft 3": {
        "$schema": DRAFT.format("03"),
        "properties": {"x": {"required": True, "type": "any"}, "y": {"oneOf": 5, "allOf": 5}},
    },
}


HARD = {
    "examples that are none": one(type="integer", examples=[]),
    "dependents of a field that is not there": {
        "properties": {"a": {}},
        "dependentRequired": {"z": ["y"]},
    },
    "a pattern that the name meets": {"properties": {"currency": {"pattern": "^[A-Z]{3}$"}}},
    "not a value": one(enum=["a", "b", "c"], **{"not": {"enum": ["a", "c"]}}),
    "not a range": one(type="integer", minimum=1, maximum=9, **{"not": {"maximum": 7}}),
    "not a field": {"properties": {"a": {}, "b": {}}, "not": {"required": ["a"]}},
    "two nots": one(type="integer", allOf=[{"not": {"minimum": 9}}, {"not": {"maximum": 2}}]),
    "oneOf by fields": {
        "properties": {"a": {}, "b": {}},
        "oneOf": [{"required": ["a"]}, {"required": ["b"]}],
    },
    "maxContains": one(
        type="array",
        items={"type": "integer", "minimum": 1, "maximum": 9},
        contains={"minimum": 3},
        maxContains=1,
        minItems=5,
    ),
    "no contains": one(type="array", contains={"type": "string"}, minContains=0, maxContains=0),
    "a short email": one(type="string", format="email", maxLength=8),
    "a short date": one(type="string", format="date", minLength=10, maxLength=10),
    "propertyNames of given fields": {
        "properties": {"ok": {}, "NotOk": {}},
        "propertyNames": {"pattern": "^[a-z]+$"},
    },
    "propertyNames of patterns": {
        "patternProperties": {"^[a-z]+$": {"type": "integer"}},
        "propertyNames": {"maxLength": 4},
        "minProperties": 2,
    },
    "dependentSchemas": {
        "properties": {"card": {"type": "string"}},
        "dependentSchemas": {"card": {"required": ["cvc"]}},
        "additionalProperties": {"type": "integer"},
    },
    "dependencies": {
        "$schema": DRAFT.format("07"),
        "properties": {"a": {}, "b": {}},
        "dependencies": {"a": ["c"], "b": {"required": ["d"]}},
    },
    "else": {
        "required": ["country", "code"],
        "properties": {"country": {"enum": ["US", "CA"]}, "code": {"type": "string"}},
        "if": {"properties": {"country": {"const": "US"}}},
        "then": {"properties": {"code": {"pattern": "^[0-9]{5}$"}}},
        "else": {"properties": {"code": {"pattern": "^[A-Z][0-9][A-Z]$"}}},
    },
    "prefixItems that are unique": one(
        type="array",
        prefixItems=[{"enum": [1, 2]}, {"enum": [1, 2]}, {"enum": [1, 2, 3]}],
        items=False,
        minItems=3,
        uniqueItems=True,
    ),
    "unique objects": one(
        type="array",
        uniqueItems=True,
        minItems=4,
        items=one(enum=["a", "b", "c", "d"]),
    ),
    "multiples of a tenth": one(type="number", multipleOf=0.1, minimum=0.3, maximum=5),
    "multiples of a hundredth": one(type="array", items={"multipleOf": 0.01}, minItems=30),
    "two branches that both recur": {
        "$ref": "#/$defs/tree",
        "$defs": {
            "tree": {
                "type": "object",
                "required": ["left", "right"],
                "properties": {
                    side: {"anyOf": [{"$ref": "#/$defs/tree"}, {"type": "null"}]}
                    for side in ("left", "right")
                },
            }
        },
    },
    "an expression": one(**{"$ref": "#/$defs/e"})
    | {
        "$defs": {
            "e": {
                "oneOf": [
                    {
                        "type": "object",
                        "required": ["op", "of"],
                        "properties": {
                            "op": {"const": "and"},
                            "of": {"type": "array", "minItems": 2, "items": {"$ref": "#/$defs/e"}},
                        },
                    },
                    {"allOf": [{"type": "string"}]},
                ]
            }
        }
    },
}


@pytest.mark.parametrize("schema", [*TABLE.values(), *HARD.values()], ids=[*TABLE, *HARD])
def test_what_is_made_is_valid(schema):
    """Whatever a schema asks, ten runs bring back ten outputs that satisfy it."""
    assert schema_problems(schema, "output_schema") == []
    for number in range(10):
        output = make_output(schema, 0, f"trun_{number}", NOW)
        assert isinstance(output, dict)
        assert violations(schema, output, "output") == []


@pytest.mark.parametrize(
    "part",
    [
        {"type": "string"},
        {"type": "string", "minLength": 40},
        {"type": "string", "maxLength": 2},
        {"type": "string", "minLength": 3.0, "maxLength": 3.0},
        *({"type": "string", "format": f} for f in ("date", "date-time", "email", "uri", "uuid")),
        {"type": "integer"},
        {"type": "integer", "minimum": 5, "maximum": 5},
        {"type": "integer", "exclusiveMinimum": 5, "exclusiveMaximum": 7},
        {"type": "integer", "multipleOf": 7, "minimum": 50},
        {"type": "integer", "multipleOf": 0.5},
        {"type": "integer", "maximum": -3},
        {"type": "number"},
        {"type": "number", "minimum": 0.1, "maximum": 0.2},
        {"type": "number", "exclusiveMinimum": 0, "exclusiveMaximum": 0.02},
        {"type": "number", "multipleOf": 0.25, "maximum": -1},
        {"type": "integer", "multipleOf": 1.5},
        {"type": "number", "minimum": 0.0001, "maximum": 0.0002},
        {"type": "boolean"},
        {"type": "null"},
        {"type": ["null", "integer"]},
        {"type": ["null"]},
        {"const": {"a": 1}},
        {"default": "x", "type": "string"},
        {"enum": ["a", "b"]},
        {"examples": ["a", "b"], "type": "string"},
        {"type": "array", "items": {"type": "integer"}, "minItems": 3},
        {"type": "array", "maxItems": 0},
        {"items": {"type": "boolean"}},
        {"properties": {"a": {"type": "string"}}, "required": ["a", "b"]},
        {"required": ["a"]},
        {"anyOf": [{"type": "integer"}, {"type": "string"}], "minimum": 3},
        {"oneOf": [True]},
        {
            "oneOf": [
                {"type": "object", "required": ["a"], "properties": {"a": False}},
                {"const": 1},
            ]
        },
        {"allOf": [{"required": ["a"]}, {"allOf": [{"required": ["b"]}], "minProperties": 4}]},
        {"allOf": [{"allOf": [{"type": "integer"}]}, {"allOf": [{"minimum": 3}]}, True]},
        {"if": {"required": ["a"]}, "then": {"required": ["b"]}},
        {"patternProperties": {"^a": {"type": "integer"}}, "required": ["ab", "c"]},
        {"additionalProperties": {"type": "integer"}, "minProperties": 3},
        {"type": "string", "pattern": "^[A-Z]{3}-[0-9]{4}$"},
        {"type": "string", "pattern": "^[ab]*$", "minLength": 2},
        {"prefixItems": [{"type": "integer"}, {"type": "boolean"}], "minItems": 3},
        {"type": "array", "uniqueItems": True, "items": {"enum": [1, 2]}, "minItems": 2},
        {"type": "array", "contains": {"const": 5}},
        {},
        True,
    ],
)
def test_a_value_satisfies_what_its_schema_asks(part):
    """Types, bounds, lengths, formats, choices: what is understood is kept to, for any seed."""
    for seed in range(20):
        made = make_output({"properties": {"it": part}}, seed, "trun_1", NOW)["it"]
        assert violations(part, made, "it") == []
