import json
import os
import re
import subprocess
import sys
from datetime import timedelta

import pytest

from deck_sim.contract.json_schema import schema_problems, violations
from deck_sim.engine.world import FROZEN_START
from deck_sim.scenario.outputs import NoValidOutput
from output_schemas import FORMATS, make, wrap

CROSSED = {"type": "integer", "minimum": 5, "maximum": 4}
CENTS = {"type": "number", "multipleOf": 0.01, "minimum": 72.13, "maximum": 72.13}  # as floats
ANOTHER = {"type": "string", "allOf": [{"pattern": "^a"}, {"pattern": "^b"}]}
SET = {"type": "array", "uniqueItems": True, "items": {"type": "boolean"}, "minItems": 3}
NO_BRANCH = {"anyOf": [False, {"type": "string"}], "minimum": 3, "type": "integer"}
UNSATISFIABLE = [
    ({"required": ["x"], "properties": {"x": False}}, "`output`: False schema does not allow"),
    (wrap(**CROSSED), "`output.x`: 5 is greater than the maximum of 4"),
    (wrap(**CENTS), "`output.x`: 72.13 is not a multiple of 0.01"),
    (wrap(**ANOTHER), "does not match '^b'"),
    (wrap(**SET), "`output.x`: ["),
    (wrap(**{"$ref": "#"}), "`output`: maximum recursion"),
    ({"$ref": "#"}, "`output`: maximum recursion"),
    (wrap(**NO_BRANCH), "no branch"),
    (wrap(type="string", pattern="("), "`output`: missing )"),
    ({"minProperties": 1}, "`output`: {} should be non-empty"),
    (wrap(type="array", contains={"const": 7}), "does not contain items matching the given"),
]


def test_a_schema_for_which_nothing_can_be_generated_gives_an_error():
    for schema, message in UNSATISFIABLE:
        with pytest.raises(NoValidOutput, match=re.escape(message)):
            make(schema)


def test_without_a_schema_the_output_is_an_empty_object():
    assert make(None) == make(True) == make({}) == {}


def test_references_inside_the_schema_are_followed():
    defs = {"a/b": {"const": 1}, "a b": {"const": 2}, "list": {"oneOf": [{}, {"const": 3}]}}
    places = ("#/$defs/a~1b", "#/$defs/a%20b", "#/$defs/list/oneOf/1")
    schema = {"$defs": defs, "properties": {place: {"$ref": place} for place in places}}
    assert [*make(schema).values()] == [1, 2, 3]


def test_keywords_imply_a_type():
    parts = {"o": {"properties": {"a": {}}}, "l": {"items": {}}, "n": {"minimum": 7}, "t": {}}
    output = make({"properties": parts})
    assert [type(output[name]) for name in parts] == [dict, list, int, str]


RESERVATION = wrap(
    type="object",
    properties={"id": {"type": "string"}, "day": {"type": "string", "format": "date"}},
)


def test_the_same_seed_and_run_make_the_same_output():
    assert make(RESERVATION) == make(RESERVATION)
    others = [
        make(RESERVATION, seed=1),
        make(RESERVATION, run="trun_2"),
        make(RESERVATION, now=FROZEN_START + timedelta(days=1)),
    ]
    assert all(make(RESERVATION) != other for other in others)
    outputs = [make(wrap(enum=["a", "b"]), run=f"trun_{number}") for number in range(9)]
    assert {output["x"] for output in outputs} == {"a", "b"}


def test_every_process_generates_the_same_output():
    """The order of sets differs between processes; outputs do not depend on it."""
    script = (
        "import json, sys; from deck_sim.engine.world import FROZEN_START;"
        "from deck_sim.scenario.outputs import make_output;"
        "print(json.dumps(make_output(json.load(sys.stdin), 0, 'trun_1', FROZEN_START)))"
    )
    schema = json.dumps(wrap(type="string", pattern=r"^[^a]{9}\W{9}.{9}[^\w]{9}$"))
    outputs = set()
    for hash_seed in ("1", "2"):
        env = {**os.environ, "PYTHONHASHSEED": hash_seed}
        words = [sys.executable, "-c", script]
        outputs.add(subprocess.check_output(words, input=schema, env=env, text=True))
    assert outputs == {json.dumps(make(json.loads(schema))) + "\n"}


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
