"""JSON Schema: where a value breaks a schema, and schemas that cannot be used."""

import socket

import pytest

from deck_sim.engine.json_schema import SchemaChecker, schema_problems, violations
from deck_sim.engine.work_limits import limit_work

DRAFT_3 = "http://json-schema.org/draft-03/schema#"
DRAFT_4 = "http://json-schema.org/draft-04/schema#"
GUESTS = {
    "type": "object",
    "required": ["guests"],
    "properties": {"guests": {"type": "array", "items": {"$ref": "#/$defs/guest"}}},
    "$defs": {"guest": {"type": "object", "properties": {"name": {"type": "string"}}}},
}


def nested(depth):
    schema = {}
    for _ in range(depth):
        schema = {"properties": {"a": schema}}
    return schema


def found(problems):
    """Fields, and messages without the field that they begin with."""
    assert all(p.name == "request/input_invalid" for p in problems)
    return [(p.field, p.message.removeprefix(f"`{p.field}`: ")) for p in problems]


@pytest.fixture
def lookups(monkeypatch):
    """The host names that are looked up."""
    names = []
    monkeypatch.setattr(socket, "getaddrinfo", lambda *words, **_: names.append(words[0]))
    return names


BREAKS = [
    ({}, [("input.guests", "'guests' is a required property")]),
    ({"guests": 5}, [("input.guests", "5 is not of type 'array'")]),
    ({"guests": [{"name": 5}]}, [("input.guests[0].name", "5 is not of type 'string'")]),
    (
        {"guests": [{}, 7, {"name": None}]},
        [
            ("input.guests[1]", "7 is not of type 'object'"),
            ("input.guests[2].name", "None is not of type 'string'"),
        ],
    ),
    ({"guests": [{"name": "Alex"}]}, []),
]


@pytest.mark.parametrize(("value", "expected"), BREAKS)
def test_each_violation_is_reported_with_its_field(value, expected):
    """A field is spelled like Deck's `field`: `input.guests[0].name`."""
    assert schema_problems(GUESTS, "input_schema") == []
    assert found(violations(GUESTS, value, "input")) == expected


def test_a_missing_property_is_reported_at_its_own_place():
    """Each missing property has its own field, in each dialect."""
    schema = {"required": ["a", "b", "c"], "properties": {"c": {"required": ["d"]}}}
    missing = {"a": 1, "c": {}}
    for dialect in ("draft-04", "draft-07"):
        named = {"$schema": f"http://json-schema.org/{dialect}/schema#", **schema}
        fields = [field for field, _ in found(violations(named, missing, "input"))]
        assert sorted(fields) == ["input.b", "input.c.d"]
    oldest = {"$schema": DRAFT_3, "properties": {"n": {"required": True}}}
    assert [field for field, _ in found(violations(oldest, {}, "input"))] == ["input.n"]


def test_violations_are_in_the_order_of_the_value():
    """A value comes before the values inside it, whatever the order of the keywords."""
    schema = {"additionalProperties": {"type": "integer"}, "required": ["c"], "minProperties": 3}
    found = violations(schema, {"b": "x", "a": "y"}, "input")
    assert [problem.field for problem in found] == ["input.c", "input", "input.b", "input.a"]


def test_the_first_mistake_of_a_schema_is_reported():
    """The one that is written first."""
    schema = {"type": "nope", "properties": {"a": {"type": 5}}}
    (found,) = schema_problems(schema, "input_schema")
    assert found.field == "input_schema.type"


def test_none_allows_every_value():
    """A task without a schema takes any input."""
    assert violations(None, {"any": object()}, "input") == []


def test_a_known_format_is_checked():
    """`date` is one of the formats that jsonschema checks without other packages."""
    schema = {"properties": {"day": {"format": "date"}}}
    assert found(violations(schema, {"day": "soon"}, "input")) == [
        ("input.day", "'soon' is not a 'date'")
    ]


@pytest.mark.parametrize(("schema", "count"), [(True, 0), (False, 1)])
def test_true_and_false_are_schemas(schema, count):
    """`true` allows everything and `false` nothing."""
    assert schema_problems(schema, "input_schema") == []
    assert len(violations(schema, {}, "input")) == count


INVALID_SCHEMAS = {
    "a list": ([], "input_schema", "[] is not of type 'object', 'boolean'"),
    "a number": (5, "input_schema", "5 is not of type 'object', 'boolean'"),
    "null": (None, "input_schema", "None is not of type 'object', 'boolean'"),
    "a text": ("x", "input_schema", "'x' is not of type 'object', 'boolean'"),
    "a type": (
        {"properties": {"a": {"type": "txt"}}},
        "input_schema.properties.a.type",
        "'txt' is not valid under any of the given schemas; a type is `array`, `boolean`,"
        " `integer`, `null`, `number`, `object` or `string`, or a list of them",
    ),
    "in a list": (
        {"allOf": [{}, {"minLength": -1}]},
        "input_schema.allOf[1].minLength",
        "-1 is less than the minimum of 0",
    ),
    "a pattern": ({"pattern": "["}, "input_schema.pattern", "'[' is not a 'regex'"),
    "a pattern that draft-04 does not check": (
        {"$schema": DRAFT_4, "patternProperties": {"(": {}}},
        "input_schema",
        "cannot be used: the pattern '(' is invalid: missing ) at position 1",
    ),
    "a pattern that is too large": (
        {"items": {"pattern": "((a{999}){999}){999}"}},
        "input_schema",
        "cannot be used: the pattern '((a{999}){999}){999}' is invalid: it is too large, or repeats"
        " too much",
    ),
    "a dialect": ({"$schema": 5}, "input_schema.$schema", "5 is not of type 'string'"),
    "dialects": ({"$schema": []}, "input_schema.$schema", "[] is not of type 'string'"),
    "an id": ({"$id": 5}, "input_schema.$id", "5 is not of type 'string'"),
    "an old id": ({"$schema": DRAFT_4, "id": 5}, "input_schema.id", "5 is not of type 'string'"),
    "too deep": (nested(5000), "input_schema", "cannot be used: it is nested too deeply"),
    "what referencing cannot read": (
        {"$schema": DRAFT_3, "extends": {"maxLength": 1}},
        "input_schema",
        "cannot be used: jsonschema fails with AttributeError: 'str' object has no attribute 'get'",
    ),
    "a target": ({"$ref": "#/x", "x": 5}, "input_schema", "5 is not of type 'object', 'boolean'"),
}


@pytest.mark.parametrize("case", INVALID_SCHEMAS)
def test_an_invalid_schema_is_refused(case):
    """The problem names the place in the schema and what is allowed there."""
    schema, field, text = INVALID_SCHEMAS[case]
    assert found(schema_problems(schema, "input_schema")) == [(field, text)]


def test_a_schema_that_takes_too_long_to_check_is_refused():
    """The limit is in steps, some eighty for each part of a schema."""
    schema = {"properties": {f"p{number}": {"title": "P"} for number in range(100)}}
    text = (
        "cannot be used: it needs more than 5,000 steps; nest fewer `oneOf`, `anyOf` and `allOf`,"
        " or send less"
    )
    with limit_work(steps=5000):
        assert found(schema_problems(schema, "input_schema")) == [("input_schema", text)]


OUTSIDE = [
    "http://example.com/schema",
    "https://json-schema.org/draft/2020-12/schema",
    "file:///etc/hostname",
    "other.json",
    "http://[",
    "#/$defs/none",
    "#nowhere",
    "#/allOf/first",
    "#/title/x",
]


@pytest.mark.parametrize("reference", OUTSIDE)
@pytest.mark.parametrize("word", ["$ref", "$dynamicRef"])
def test_a_reference_that_leads_nowhere_is_refused(reference, word, lookups):
    """A reference must point inside the schema; nothing is fetched from the network or disk."""
    schema = {"title": "T", "allOf": [{}], "items": {word: reference}}
    text = f"cannot be used: `$ref` {reference!r} leads nowhere; it must point inside the schema"
    assert found(schema_problems(schema, "output_schema")) == [("output_schema", text)]
    assert lookups == []


def test_nothing_is_fetched_while_a_value_is_checked(lookups):
    """A reference that the check of the schema does not find is not fetched either."""
    schema = {"$schema": DRAFT_3, "type": [{"$ref": "http://example.com/schema"}]}
    assert len(violations(schema, {}, "input")) == 1
    assert lookups == []


INSIDE = {
    "itself": {"properties": {"a": {"$ref": "#"}}},
    "an anchor": {"$ref": "#here", "$defs": {"x": {"$anchor": "here"}}},
    "its own base": {"$defs": {"a": {"$id": "http://a.example/b", "$ref": "#/$defs/z"}, "z": {}}},
    "an older dialect": {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "properties": {"a": {"$ref": "#/definitions/x"}},
        "definitions": {"x": {}},
    },
    "a chain": {"$ref": "#/$defs/x", "$defs": {"x": {"$ref": "#/$defs/y"}, "y": True}},
    "the same twice": {"allOf": [{"$ref": "#/$defs/x"}, {"$ref": "#/$defs/x"}], "$defs": {"x": {}}},
    "no reference: a value": {"const": {"$ref": "nowhere"}},
    "no reference: a name": {"properties": {"$ref": {"type": "string"}}},
}
INSIDE["its own base"]["$defs"]["a"]["$defs"] = {"z": {}}


@pytest.mark.parametrize("case", INSIDE)
def test_a_reference_inside_the_schema_can_be_used(case):
    """Values and properties named `$ref` are no references."""
    assert schema_problems(INSIDE[case], "input_schema") == []
    assert isinstance(violations(INSIDE[case], {"a": {"b": 1}}, "input"), list)


class Panicking(dict):
    """A value that makes the Rust part of the library panic, which raises no `Exception`."""

    panic = type("PanicException", (BaseException,), {"__module__": "pyo3_runtime"})

    def __contains__(self, name):
        raise self.panic


class Interrupting(dict):
    """A value during whose check the process is interrupted."""

    def __contains__(self, name):
        raise KeyboardInterrupt


def test_an_interrupt_is_passed_on():
    """Only failures of the check become problems."""
    with pytest.raises(KeyboardInterrupt):
        violations({"required": ["a"]}, Interrupting(), "input")


TOO_DEEP = "it is nested too deeply"
UNCHECKABLE = {
    "a deep value": ({"additionalProperties": {"$ref": "#"}}, nested(5000), TOO_DEEP),
    "a deep value, in Rust": ({"required": ["a"]}, Panicking(), TOO_DEEP),
    "a large number": ({"multipleOf": 0.1}, 10**400, "a number is too large"),
    "a hidden reference": (
        {"$schema": DRAFT_3, "type": [{"$ref": "#/x"}]},
        {},
        "`$ref` '/x' leads nowhere; it must point inside the schema",
    ),
    "an unknown type": (
        {"$schema": DRAFT_3, "type": "txt"},
        {},
        "jsonschema fails with UnknownType: Unknown type 'txt' for validator with schema:",
    ),
}


@pytest.mark.parametrize("case", UNCHECKABLE)
def test_a_value_that_cannot_be_checked_is_a_problem_and_no_crash(case):
    """The message says why."""
    schema, value, why = UNCHECKABLE[case]
    assert schema_problems(schema, "input_schema") == []
    assert found(violations(schema, value, "input")) == [("input", f"cannot be checked: {why}")]
    assert not SchemaChecker(schema).fits(schema, value)


def test_a_schema_that_nobody_checked_may_be_deep():
    """A world file may bring one; a value is checked as deep as it goes."""
    assert violations(nested(5000), {"a": {}}, "input") == []


@pytest.mark.parametrize("reference", [None, 5, []])
def test_a_reference_that_is_no_text_leads_nowhere(reference):
    """Draft-04 does not require it to be text."""
    schema = {"$schema": DRAFT_4, "$ref": reference}
    text = (
        f"cannot be used: `$ref` {str(reference)!r} leads nowhere; it must point inside the schema"
    )
    assert found(schema_problems(schema, "output_schema")) == [("output_schema", text)]


def test_a_reference_resolves_to_a_part_of_the_schema():
    """A reference that leads nowhere resolves to the empty schema, which allows every value."""
    assert SchemaChecker({"$defs": {"a": {"const": 1}}}).resolve("#/$defs/a") == {"const": 1}
    assert SchemaChecker({}).resolve("#nowhere") == {}


CIRCLES = {
    "a branch": {"anyOf": [{"type": "string"}, {"$ref": "#"}]},
    "nots": {"not": {"$ref": "#/$defs/a"}, "$defs": {"a": {"if": {"$ref": "#"}}}},
    "itself": {"$ref": "#"},
    "two": {"$ref": "#/$defs/a", "$defs": {"a": {"allOf": [{}, {"$ref": "#"}]}}},
    "deep inside": {
        "properties": {"a": {"$ref": "#/$defs/a"}},
        "$defs": {"a": {"$dynamicRef": "#/$defs/a"}},
    },
}


@pytest.mark.parametrize("schema", CIRCLES.values(), ids=CIRCLES)
def test_a_schema_that_refers_to_itself_for_the_same_value_is_refused(schema):
    """Recursion must step into the value, or the check would not end."""
    text = "cannot be used: a `$ref` leads back to itself, with no step into the value between"
    assert found(schema_problems(schema, "output_schema")) == [("output_schema", text)]


def test_a_long_value_is_not_repeated_whole():
    """Messages are cut at 300 characters."""
    (problem,) = violations({"type": "integer"}, "x" * 10_000, "input")
    assert problem.message == f"`input`: '{'x' * 298}…"
