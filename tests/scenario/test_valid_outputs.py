from deck_sim.contract.json_schema import schema_problems, violations
from output_schemas import FORMATS, make, wrap

TYPES = ("string", "integer", "number", "boolean", "null")
TREE = {"anyOf": [{"$ref": "#/$defs/tree"}, {"type": "null"}]}
TREES = {
    "type": "object",
    "required": ["left", "right"],
    "properties": {"left": TREE, "right": TREE},
}
SCHEMAS = {
    "$ref to true": wrap(**{"$ref": "#/$defs/any"}) | {"$defs": {"any": True}},
    "an object or null": {"type": ["null", "object"]},
    "every type": {"properties": {name: {"type": name} for name in TYPES}},
    "anything": {"properties": {"x": {}, "y": True}, "required": ["x", "y", "z"]},
    "enum": wrap(enum=["a", 1, None]),
    "lengths": wrap(type="string", minLength=30, maxLength=31),
    "a long email": wrap(type="string", format="email", minLength=60),
    "pattern that repeats": wrap(type="string", pattern="^a{200}$"),
    "pattern of others": wrap(type="string", pattern=r"^[^\d\s]+\W\D\S.$"),
    "pattern of branches": wrap(type="string", pattern=r"^(ab|cd)(?:x|y)?\1$"),
    "one that is far away": wrap(type="integer", minimum=10**40),
    "close bounds that exclude": wrap(type="number", exclusiveMinimum=0, exclusiveMaximum=0.02),
    "cents": wrap(type="number", multipleOf=0.01, minimum=3, maximum=4),
    "multiples of a fraction": wrap(type="integer", multipleOf=1.5),
    "prefixItems": wrap(type="array", prefixItems=[{"type": "integer"}, {"const": 1}], items=False),
    "a map": {"additionalProperties": {"type": "number"}},
    "$ref to itself": {"type": "object", "properties": {"more": {"$ref": "#"}}},
    "$ref with a neighbour": {
        "properties": {"x": {"$ref": "#/$defs/n", "maximum": 3}},
        "$defs": {"n": {"type": "integer", "minimum": 2}},
    },
    "two $refs": wrap(allOf=[{"$ref": "#/$defs/a"}, {"$ref": "#/$defs/b"}])
    | {"$defs": {"a": {"type": "integer", "minimum": 7}, "b": {"maximum": 8}}},
    "$anchor": {"$defs": {"n": {"$anchor": "here", "type": "integer"}}} | wrap(**{"$ref": "#here"}),
    "oneOf that overlaps": wrap(type="integer", oneOf=[{"multipleOf": 5}, {"multipleOf": 3}]),
    "oneOf with an impossible branch": wrap(
        oneOf=[{"type": "object", "required": ["a"], "properties": {"a": False}}, {"const": 1}]
    ),
    "allOf of objects": {
        "allOf": [
            {"properties": {"a": {"const": 3}}, "required": ["a"]},
            {"properties": {"a": {"type": "integer"}, "b": {"const": 4}}, "required": ["b", "c"]},
        ],
    },
    "formats": {"properties": {f"a_{f}": {"type": "string", "format": f} for f in FORMATS}},
    "dependents of an absent field": {"properties": {"a": {}}, "dependentRequired": {"z": ["y"]}},
    "not a value": wrap(enum=["a", "b", "c"], **{"not": {"enum": ["a", "c"]}}),
    "a short email": wrap(type="string", format="email", maxLength=8),
    "multiples of a hundredth": wrap(type="array", items={"multipleOf": 0.01}, minItems=30),
    "two branches that both recur": {"$ref": "#/$defs/tree", "$defs": {"tree": TREES}},
    "one that is far below": wrap(type="integer", maximum=-(10**40)),
    "examples that do not fit": wrap(type="integer", examples=["a"]),
    "an impossible field that may be absent": {"properties": {"a": False, "b": {}}},
}


def test_generated_outputs_are_valid():
    broken = []
    for case, schema in SCHEMAS.items():
        assert schema_problems(schema, "output_schema") == [], case
        for number in range(3):
            output = make(schema, run=f"trun_{number}")
            if not isinstance(output, dict) or violations(schema, output, "output"):
                broken.append((case, output))
    assert broken == []
