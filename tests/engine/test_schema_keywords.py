"""The limits of checks against JSON Schemas, and the keywords that are our own."""

from functools import reduce

import pytest

from deck_sim.engine.json_schema import SchemaChecker, schema_problems, violations
from deck_sim.engine.schema_keywords import MOST_NESTED
from deck_sim.engine.work_limits import OutOfSteps, limit_work

DRAFT_4 = "http://json-schema.org/draft-04/schema#"


def found(problems):
    """Fields, and messages without the field that they begin with."""
    return [(p.field, p.message.removeprefix(f"`{p.field}`: ")) for p in problems]


SLOW, STUBBORN = "^(a|a)*$", "a" * 40 + "!"
BY_NAME = {"patternProperties": {SLOW: {}}}
DIALECTS = ["draft-04/schema#", "draft-07/schema#", "draft/2019-09/schema", "draft/2020-12/schema"]


@pytest.mark.parametrize("dialect", DIALECTS)
@pytest.mark.parametrize(
    ("schema", "value"),
    [
        ({"properties": {"x": {"pattern": SLOW}}}, {"x": STUBBORN}),
        ({"properties": {"x": {"$schema": DRAFT_4, "pattern": SLOW}}}, {"x": STUBBORN}),
        (BY_NAME, {STUBBORN: 1}),
        ({"additionalProperties": False, **BY_NAME}, {STUBBORN: 1}),
        ({"unevaluatedProperties": False, "allOf": [BY_NAME]}, {STUBBORN: 1}),
    ],
)
def test_a_slow_pattern_is_stopped(dialect, schema, value):
    """No keyword of any dialect matches a pattern without the limit."""
    schema = {"$schema": f"http://json-schema.org/{dialect}", **schema}
    text = f"cannot be checked: the pattern {SLOW!r} takes too long to match"
    with limit_work(seconds=0.02):
        assert found(violations(schema, value, "input")) == [("input", text)]
        assert not SchemaChecker(schema).fits(schema, value)


def chain(levels, **level):
    """A schema of few bytes whose branches double at each level."""
    defs = {f"l{n}": {w: v(f"#/$defs/l{n + 1}") for w, v in level.items()} for n in range(levels)}
    return {"$ref": "#/$defs/l0", "$defs": {**defs, f"l{levels}": {"type": "integer"}}}


def twice(reference):
    return [{"$ref": reference}, {"$ref": reference}]


def once(reference):
    return {"$ref": reference}


EXPONENTIAL = {
    "oneOf": {"oneOf": twice},
    "anyOf": {"anyOf": twice},
    "allOf": {"allOf": twice},
    "not and if": {"not": once, "if": once},
    "unevaluated": {"allOf": twice, "unevaluatedProperties": once},
}


@pytest.mark.parametrize("levels", EXPONENTIAL.values(), ids=EXPONENTIAL)
def test_an_exponential_check_stops_after_its_steps(levels):
    """The schema itself can be used; a value that needs too many steps is a problem."""
    schema = chain(25, **levels)
    assert schema_problems(schema, "input_schema") == []
    value = 1 if "allOf" in levels else {}
    with limit_work(steps=5_000):
        (problem,) = violations(schema, value, "input")
    assert problem.message == (
        "`input`: cannot be checked: it needs more than 5,000 steps; nest fewer `oneOf`,"
        " `anyOf` and `allOf`, or send less"
    )
    with limit_work(steps=5_000), pytest.raises(OutOfSteps):
        SchemaChecker(schema).fits(schema, value)


EXPENSIVE = {
    "long lists": ({"uniqueItems": True}, [*range(1000)]),
    "unevaluated items": ({"unevaluatedItems": True}, [0] * 1000),
    "many choices": ({"enum": ["x" * 50] * 2000}, 1),
    "many properties": ({"properties": {f"p{n}": {} for n in range(16_000)}}, {}),
    "long messages": ({"anyOf": [{"type": "null"}] * 10}, "x" * 10_000),
}


@pytest.mark.parametrize(("schema", "value"), EXPENSIVE.values(), ids=EXPENSIVE)
def test_a_keyword_spends_steps_by_its_work(schema, value):
    """A single keyword that looks at many parts counts as many steps."""
    with limit_work(steps=900):
        (problem,) = violations(schema, value, "input")
    assert "more than 900 steps" in problem.message


GUESTS = {
    "items": {"$ref": "#/$defs/guest"},
    "$defs": {"guest": {"type": "object", "properties": {"name": {"type": "string"}}}},
}


def test_a_large_input_needs_few_steps():
    """Two thousand guests of two properties need less than a tenth of the steps of a check."""
    with limit_work(steps=20_000):
        assert violations(GUESTS, [{"name": "Alex", "age": 1}] * 2000, "input") == []


@pytest.mark.parametrize("dialect", DIALECTS)
@pytest.mark.parametrize(
    ("items", "unique"),
    [
        ([1, True, "1", [1], {"a": 1}, None, 1.5, 0, False], True),
        ([1, 1.0], False),
        ([{"a": [1], "b": 2}, {"b": 2, "a": [1]}], False),
        ([{"a": 1}, [["a", 1]]], True),
        ([1e400, 1e400], False),
    ],
)
def test_items_are_unique_as_json_compares_them(dialect, items, unique):
    """1 and 1.0 are equal, 1 and true are not, and the order of properties does not matter."""
    schema = {"$schema": f"http://json-schema.org/{dialect}", "uniqueItems": True}
    assert (violations(schema, items, "input") == []) is unique


CONDITION = {
    "if": {"required": ["a"], "properties": {"a": {"const": 1}}},
    "then": {"properties": {"b": True}},
    "else": {"properties": {"c": True}},
}
EVALUATED = {
    "properties": ({"properties": {"a": True}}, "a"),
    "patternProperties": ({"patternProperties": {"^a": True}}, "a"),
    "additionalProperties": ({"allOf": [{"additionalProperties": True}]}, "a"),
    "unevaluatedProperties": ({"allOf": [{"unevaluatedProperties": True}]}, "a"),
    "allOf": ({"allOf": [True, {"properties": {"a": True}}]}, "a"),
    "a branch that holds": ({"anyOf": [{"properties": {"a": True}}, False]}, "a"),
    "a reference": ({"$ref": "#/$defs/x", "$defs": {"x": {"properties": {"a": True}}}}, "a"),
    "dependentSchemas": (
        {"properties": {"a": True}, "dependentSchemas": {"a": {"properties": {"b": True}}}},
        "ab",
    ),
    "then": (CONDITION, "ab"),
    "else": (CONDITION, "c"),
}


@pytest.mark.parametrize("dialect", DIALECTS[2:])
@pytest.mark.parametrize(("schema", "names"), EVALUATED.values(), ids=EVALUATED)
def test_unevaluated_properties_know_what_other_schemas_evaluate(dialect, schema, names):
    """They look through references, and through branches that hold."""
    schema = {"$schema": f"https://json-schema.org/{dialect}", **schema}
    value = dict.fromkeys(names, 1)
    assert violations({**schema, "unevaluatedProperties": False}, value, "input") == []


UNEVALUATED = {
    "a property of nobody": ({"properties": {"a": True}}, False, ("input", "'z' was unexpected")),
    "a branch that does not hold": (
        {"anyOf": [{"required": ["b"], "properties": {"z": True}}, {"properties": {"a": True}}]},
        False,
        ("input", "'z' was unexpected"),
    ),
    "a schema": (
        {"properties": {"a": True}},
        {"type": "integer"},
        ("input.z", "of type 'integer'"),
    ),
}


@pytest.mark.parametrize("dialect", DIALECTS[2:])
@pytest.mark.parametrize(("schema", "rest", "told"), UNEVALUATED.values(), ids=UNEVALUATED)
def test_unevaluated_properties_are_checked(dialect, schema, rest, told):
    """`false` refuses them together; a schema reports each one at its own place."""
    schema = {"$schema": f"https://json-schema.org/{dialect}", **schema}
    (problem,) = violations({**schema, "unevaluatedProperties": rest}, {"a": 1, "z": "x"}, "input")
    assert (problem.field, told[1] in problem.message) == (told[0], True)


def test_unevaluated_properties_follow_recursive_references():
    """2019-09 spells them `$recursiveRef`."""
    schema = {
        "$schema": "https://json-schema.org/draft/2019-09/schema",
        "$recursiveAnchor": True,
        "properties": {"next": {"$recursiveRef": "#", "unevaluatedProperties": False}},
    }
    assert violations(schema, {"next": {"next": {}}}, "input") == []
    (problem,) = violations(schema, {"next": {"other": {}}}, "input")
    assert problem.field == "input.next"


def test_extra_properties_are_reported_in_the_order_of_the_value():
    """The library reports some of them in an order that differs from process to process."""
    names = [f"name_{number}" for number in range(20)]
    numbers = {"additionalProperties": {"type": "integer"}}
    broken = violations(numbers, dict.fromkeys(names, "x"), "input")
    assert [one.field for one in broken] == [f"input.{name}" for name in names]
    none = {"additionalProperties": False, "properties": {"a": {}}}
    assert found(violations(none, {"a": 1, "c": 1, "b": 1}, "input")) == [
        ("input", "Additional properties are not allowed ('c', 'b' were unexpected)")
    ]


def test_patterns_are_about_texts_and_names():
    """Values of other types pass, and so do names that do not match."""
    named = {"patternProperties": {"^a": {"type": "string"}}, "additionalProperties": True}
    schema = {"pattern": "^a", "unevaluatedProperties": False, **named}
    assert violations(schema, 5, "input") == violations(schema, {"b": 1}, "input") == []
    assert found(violations(schema, "b", "input")) == [("input", "'b' does not match '^a'")]
    (problem,) = violations(schema, {"ab": 1}, "input")
    assert problem.field == "input.ab"


def test_the_format_of_a_pattern_spends_steps_by_its_length():
    """`re` would take seconds to compile this one."""
    pattern = "(?i)" + "[\u0100-\uffff]" * 1_000
    with limit_work(steps=2_000):
        (problem,) = violations({"format": "regex"}, pattern, "input")
    assert "it needs more than 2,000 steps" in problem.message
    assert violations({"format": "regex"}, pattern, "input") == []
    assert schema_problems({"pattern": pattern}, "input_schema") == []


def test_a_regex_is_a_text():
    """Other values have no format."""
    assert violations({"format": "regex"}, 5, "o") == []
    assert len(violations({"format": "regex"}, "(", "o")) == 1


def test_references_are_followed_to_a_limited_depth():
    """Not to the end of Python's stack, where generators cannot be closed without an error."""
    schema = {"properties": {"next": {"$ref": "#"}}}

    def check(levels):
        return violations(schema, reduce(lambda inner, _: {"next": inner}, range(levels), 1), "o")

    assert check(MOST_NESTED) == []
    (problem,) = check(MOST_NESTED + 1)
    assert problem.message == "`o`: cannot be checked: it is nested too deeply"
