import json
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from deck_sim.engine.schemas import schema_problems, violations
from deck_sim.scenario.outputs import make_output

NOW = datetime(2025, 1, 15, 9, 30, tzinfo=UTC)


def make(part, seed=0):
    """The value that is made for one property of an output."""
    return make_output({"properties": {"it": part}}, seed, "trun_1", NOW)["it"]


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
        assert violations(part, make(part, seed), "it") == []


@pytest.mark.parametrize(
    ("reference", "value"),
    [("#/$defs/a~1b", 1), ("#/$defs/a%20b", 2), ("#/$defs/list/oneOf/1", 3)],
)
def test_references_inside_the_schema_are_followed(reference, value):
    """Through escapes, and through lists."""
    defs = {"a/b": {"const": 1}, "a b": {"const": 2}, "list": {"oneOf": [{}, {"const": 3}]}}
    schema = {"$defs": defs, "properties": {"it": {"$ref": reference}}}
    assert make_output(schema, 0, "trun_1", NOW) == {"it": value}


def test_recursion_ends():
    """A schema that holds itself is followed for a while."""
    tree = {"properties": {"left": {"$ref": "#"}, "right": {"$ref": "#"}, "n": {"const": 1}}}
    made = make_output(tree, 0, "trun_1", NOW)
    assert made["left"]["right"]["n"] == 1
    assert violations(tree, made, "output") == []


def test_the_same_seed_and_run_make_the_same_output():
    """Another seed or another run makes another one."""
    schema = {"properties": {"a": {"type": "integer"}, "b": {"type": "string"}}}
    first = make_output(schema, 1, "trun_1", NOW)
    assert make_output(schema, 1, "trun_1", NOW) == first
    assert make_output(schema, 2, "trun_1", NOW) != first
    assert make_output(schema, 1, "trun_2", NOW) != first


@pytest.mark.parametrize(
    ("schema", "type_"), [({"type": "array", "minItems": 1}, list), ({"type": "string"}, str)]
)
def test_an_output_is_of_the_type_that_its_schema_asks_for(schema, type_):
    """It need not be an object."""
    assert type(make_output(schema, 0, "trun_1", NOW)) is type_


@pytest.mark.parametrize(
    "schema",
    [
        None,
        {},
        {"$ref": "#"},
        {"$ref": "#nowhere"},
        {"$ref": "#/properties/nowhere/9"},
        {"$ref": 5},
        {"oneOf": [], "examples": {}, "required": True, "properties": []},
    ],
)
def test_where_no_object_can_be_made_there_is_an_empty_one(schema):
    """It is for the check of the schema to say what is wrong with it."""
    assert make_output(schema, 0, "trun_1", NOW) == {}


@pytest.mark.parametrize(
    "part",
    [
        False,
        {"type": "any"},
        {"type": []},
        {"type": {"type": "string"}},
        {"type": "string", "format": ["x"]},
        {"enum": []},
        {"type": "integer", "minimum": 5, "maximum": 2},
        {"type": "number", "minimum": float("inf")},
        {"type": "number", "minimum": 1, "exclusiveMinimum": True},
        {"type": "number", "multipleOf": 1e-300, "minimum": 1e300},
        {"type": "array", "items": [{"type": "string"}]},
    ],
)
def test_an_odd_schema_is_no_crash(part):
    """Contradictions and the constructs of old drafts give some value or other."""
    make_output({"properties": {"it": part}}, 0, "trun_1", NOW)


@pytest.mark.parametrize(
    "part",
    [
        {"type": "string", "minLength": 10**12},
        {"type": "array", "minItems": 10**9, "items": {"type": "array", "minItems": 10**9}},
        {"properties": {"a": {"$ref": "#"}, "b": {"$ref": "#"}}, "required": ["a", "b"]},
    ],
)
def test_a_greedy_schema_gets_no_more_than_is_good(part):
    """What is made is bounded, whatever is asked for."""
    schema = {"properties": {"it": part}, "required": ["it", "again"]}
    assert len(json.dumps(make_output(schema, 0, "trun_1", NOW))) < 1_000_000


WORDS = "type properties items required enum const minimum maximum multipleOf minLength minItems"
ANYTHING = some.recursive(
    some.none()
    | some.booleans()
    | some.integers(-9, 9)
    | some.floats()
    | some.sampled_from(
        ["object", "array", "string", "number", "integer", "boolean", "null", "#", "a"]
    ),
    lambda inner: (
        some.lists(inner, max_size=3)
        | some.dictionaries(some.sampled_from([*WORDS.split(), "$ref", "anyOf", "a"]), inner)
    ),
    max_leaves=20,
)


@settings(max_examples=150, deadline=None, derandomize=True, database=None)
@given(some.dictionaries(some.sampled_from([*WORDS.split(), "$ref", "anyOf"]), ANYTHING))
def test_no_schema_that_a_task_can_have_crashes(schema):
    """Whatever is taken as a task's schema, something is made, and it can be checked."""
    if schema_problems(schema, "output_schema") == []:
        violations(schema, make_output(schema, 0, "trun_1", NOW), "output")
