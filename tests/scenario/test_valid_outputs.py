"""Generated outputs are valid, keyword by keyword."""

import pytest

from deck_sim.engine.json_schema import schema_problems, violations
from output_schemas import FORMATS, NODE, make, one

CARD = {"properties": {"kind": {"const": "card"}}}
DYNAMIC = {"$dynamicAnchor": "node", "properties": {"next": {"$dynamicRef": "#node"}}}
DRAFT = "http://json-schema.org/draft-{}/schema#"

SCHEMAS = {
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
    "null": one(type=["null"]),
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
    "close bounds": one(type="number", minimum=0.0001, maximum=0.0002),
    "close bounds that exclude": one(type="number", exclusiveMinimum=0, exclusiveMaximum=0.02),
    "cents": one(type="number", multipleOf=0.01, minimum=3, maximum=4),
    "multiples": one(type="integer", multipleOf=7, minimum=50),
    "multiples of a fraction": one(type="integer", multipleOf=1.5),
    "multiples below zero": one(type="number", multipleOf=0.25, maximum=-1),
    "items": one(type="array", items={"type": "integer"}, minItems=3, maxItems=5),
    "no items": one(type="array", maxItems=0),
    "many items": one(type="array", items={"type": "boolean"}, minItems=200),
    "prefixItems": one(type="array", prefixItems=[{"type": "integer"}, {"const": 1}], items=False),
    "prefixItems and more": one(
        type="array", prefixItems=[{"const": 1}], items={"type": "boolean"}, minItems=4
    ),
    "prefixItems that are too few": one(
        type="array", prefixItems=[{"type": "integer"}, {"type": "boolean"}], minItems=3
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
    "patternProperties of required names": {
        "patternProperties": {"^a": {"type": "integer"}},
        "required": ["ab", "c"],
    },
    "a forbidden property": {"properties": {"a": False, "b": {"type": "integer"}}},
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
    "oneOf of true": one(oneOf=[True]),
    "oneOf with an impossible branch": one(
        oneOf=[{"type": "object", "required": ["a"], "properties": {"a": False}}, {"const": 1}]
    ),
    "anyOf": one(anyOf=[{"type": "string", "maxLength": 3}, {"type": "integer"}]),
    "anyOf beside a bound": one(anyOf=[{"type": "integer"}, {"type": "string"}], minimum=3),
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
    "allOf in allOf": one(
        allOf=[{"allOf": [{"type": "integer"}]}, {"allOf": [{"minimum": 3}]}, True]
    ),
    "allOf with minProperties": one(
        allOf=[{"required": ["a"]}, {"allOf": [{"required": ["b"]}], "minProperties": 4}]
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
    "if without else, of objects": one(**{"if": {"required": ["a"]}, "then": {"required": ["b"]}}),
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
    "empty examples": one(type="integer", examples=[]),
    "dependents of an absent field": {"properties": {"a": {}}, "dependentRequired": {"z": ["y"]}},
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
        type="array", uniqueItems=True, minItems=4, items=one(enum=["a", "b", "c", "d"])
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


@pytest.mark.parametrize("schema", SCHEMAS.values(), ids=SCHEMAS)
def test_a_generated_output_is_valid(schema):
    """Ten runs have ten outputs that satisfy the schema."""
    assert schema_problems(schema, "output_schema") == []
    for number in range(10):
        output = make(schema, run=f"trun_{number}")
        assert isinstance(output, dict)
        assert violations(schema, output, "output") == []
