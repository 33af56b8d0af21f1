"""JSON Schema: what a value breaks, and schemas that cannot be used."""

import re
import socket

import jsonschema
import pytest

from deck_sim.engine.json_schema import fits, resolve, schema_problems, violations
from deck_sim.engine.regex_limits import patience

GUESTS = {
    "type": "object",
    "required": ["guests"],
    "properties": {"guests": {"type": "array", "items": {"$ref": "#/$defs/guest"}}},
    "$defs": {"guest": {"type": "object", "properties": {"name": {"type": "string"}}}},
}


def nested(depth):
    """A schema as deep as that."""
    schema = {}
    for _ in range(depth):
        schema = {"properties": {"a": schema}}
    return schema


def found(problems):
    """Fields and messages, without the field that a message begins with."""
    assert all(p.name == "request/input_invalid" for p in problems)
    return [(p.field, p.message.removeprefix(f"`{p.field}`: ")) for p in problems]


@pytest.fixture
def lookups(monkeypatch):
    """The names of hosts that are looked up meanwhile."""
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
def test_everything_that_a_value_breaks_is_found_at_its_place(value, expected):
    """Each violation has its own element, with the place as Deck's `field` spells it."""
    assert schema_problems(GUESTS, "input_schema") == []
    assert found(violations(GUESTS, value, "input")) == expected


def test_what_is_missing_is_told_where_it_should_be():
    """Each name by itself, and in each dialect, whatever it says of required names."""
    schema = {"required": ["a", "b", "c"], "properties": {"c": {"required": ["d"]}}}
    missing = {"a": 1, "c": {}}
    for dialect in ("draft-04", "draft-07"):
        named = {"$schema": f"http://json-schema.org/{dialect}/schema#", **schema}
        fields = [field for field, _ in found(violations(named, missing, "input"))]
        assert sorted(fields) == ["input.b", "input.c.d"]
    oldest = {"$schema": "http://json-schema.org/draft-03/schema#"}
    oldest |= {"properties": {"n": {"required": True}}}
    assert [field for field, _ in found(violations(oldest, {}, "input"))] == ["input.n"]


def test_no_schema_allows_all():
    """A task without a schema takes any input."""
    assert violations(None, {"any": object()}, "input") == []


def test_a_known_format_is_checked():
    """A format that the library knows by itself is more than a note."""
    schema = {"properties": {"day": {"format": "date"}}}
    assert found(violations(schema, {"day": "soon"}, "input")) == [
        ("input.day", "'soon' is not a 'date'")
    ]


@pytest.mark.parametrize(("schema", "count"), [(True, 0), (False, 1)])
def test_true_and_false_are_schemas(schema, count):
    """`true` allows everything and `false` nothing."""
    assert schema_problems(schema, "input_schema") == []
    assert len(violations(schema, {}, "input")) == count


NO_SCHEMAS = {
    "a list": ([], "input_schema", "[] is not of type 'object', 'boolean'"),
    "a number": (5, "input_schema", "5 is not of type 'object', 'boolean'"),
    "null": (None, "input_schema", "None is not of type 'object', 'boolean'"),
    "a text": ("x", "input_schema", "'x' is not of type 'object', 'boolean'"),
    "a type": (
        {"properties": {"a": {"type": "txt"}}},
        "input_schema.properties.a.type",
        "'txt' is not valid under any of the given schemas",
    ),
    "in a list": (
        {"allOf": [{}, {"minLength": -1}]},
        "input_schema.allOf[1].minLength",
        "-1 is less than the minimum of 0",
    ),
    "a pattern": ({"pattern": "["}, "input_schema.pattern", "'[' is not a 'regex'"),
    "a dialect": ({"$schema": 5}, "input_schema.$schema", "5 is not of type 'string'"),
    "dialects": ({"$schema": []}, "input_schema.$schema", "[] is not of type 'string'"),
    "an id": ({"$id": 5}, "input_schema.$id", "5 is not of type 'string'"),
    "an old id": (
        {"$schema": "http://json-schema.org/draft-04/schema#", "id": 5},
        "input_schema.id",
        "5 is not of type 'string'",
    ),
    "too deep": (nested(5000), "input_schema", "is nested too deeply"),
    "a target": (
        {"$ref": "#/x", "x": 5},
        "input_schema",
        "5 is not of type 'object', 'boolean'",
    ),
}


@pytest.mark.parametrize("case", NO_SCHEMAS)
def test_what_is_no_schema_is_refused_at_its_place(case):
    """The problem names where the schema breaks and what would have been allowed."""
    schema, field, text = NO_SCHEMAS[case]
    assert found(schema_problems(schema, "input_schema")) == [(field, text)]


ASTRAY = [
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


@pytest.mark.parametrize("reference", ASTRAY)
@pytest.mark.parametrize("word", ["$ref", "$dynamicRef"])
def test_a_reference_that_leads_nowhere_is_refused(reference, word, lookups):
    """A reference must point inside the schema; nothing is fetched, from net or disk."""
    schema = {"title": "T", "allOf": [{}], "items": {word: reference}}
    text = f"`$ref` {reference!r} leads nowhere; it must point inside the schema"
    assert found(schema_problems(schema, "output_schema")) == [("output_schema", text)]
    assert lookups == []


def test_nothing_is_fetched_while_a_value_is_checked(lookups):
    """A reference where nobody looked for one is not followed out of the machine either."""
    dialect = "http://json-schema.org/draft-03/schema#"
    schema = {"$schema": dialect, "type": [{"$ref": "http://example.com/schema"}]}
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
    """References to what the schema holds are followed; what only looks like one is let be."""
    assert schema_problems(INSIDE[case], "input_schema") == []
    assert isinstance(violations(INSIDE[case], {"a": {"b": 1}}, "input"), list)


class Deep(dict):
    """A value at which the library gives up as its parts in Rust do: with no `Exception`."""

    panic = type("PanicException", (BaseException,), {"__module__": "pyo3_runtime"})

    def __contains__(self, name):
        raise self.panic


class Stopped(dict):
    """A value at which the process is told to stop."""

    def __contains__(self, name):
        raise KeyboardInterrupt


def test_who_stops_the_process_stops_it():
    """What is no fault of the value goes on as it came."""
    with pytest.raises(KeyboardInterrupt):
        violations({"required": ["a"]}, Stopped(), "input")


UNCHECKABLE = {
    "deeper than Python goes": ({"additionalProperties": {"$ref": "#"}}, nested(5000)),
    "deeper than Rust goes": ({"required": ["a"]}, Deep()),
    "too large": ({"properties": {"a": {"multipleOf": 0.1}}}, {"a": 10**400}),
    "an old dialect's hidden reference": (
        {"$schema": "http://json-schema.org/draft-03/schema#", "type": [{"$ref": "#/x"}]},
        {},
    ),
}


@pytest.mark.parametrize("case", UNCHECKABLE)
def test_a_value_that_cannot_be_checked_is_a_problem_and_no_crash(case):
    """What the library gives up on breaks the schema, as far as the caller is concerned."""
    schema, value = UNCHECKABLE[case]
    assert schema_problems(schema, "input_schema") == []
    text = "cannot be checked: it is too deep or too large, or its schema goes in circles"
    assert found(violations(schema, value, "input")) == [("input", text)]


@pytest.mark.parametrize("reference", [None, 5, []])
def test_what_is_no_reference_leads_nowhere(reference):
    """An old dialect does not say that it is text."""
    schema = {"$schema": "http://json-schema.org/draft-04/schema#", "$ref": reference}
    text = f"`$ref` {str(reference)!r} leads nowhere; it must point inside the schema"
    assert found(schema_problems(schema, "output_schema")) == [("output_schema", text)]


def test_what_a_reference_points_to_is_found_or_is_anything():
    """A reference that leads nowhere asks for nothing."""
    assert resolve({"$defs": {"a": {"const": 1}}}, "#/$defs/a") == {"const": 1}
    assert resolve({}, "#nowhere") == {}


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
def test_a_schema_that_is_nothing_but_itself_is_refused(schema):
    """A reference that leads back to itself, with no step into the value, says nothing of it."""
    text = "goes in a circle: a `$ref` leads back to itself, with no step into the value between"
    assert found(schema_problems(schema, "output_schema")) == [("output_schema", text)]


DRAFT_4 = "http://json-schema.org/draft-04/schema#"


@pytest.mark.parametrize(
    ("schema", "text"),
    [
        (
            {"$schema": DRAFT_4, "patternProperties": {"(": {}}},
            "the `patternProperties` '(' cannot be used: missing ) at position 1",
        ),
        (
            {"items": {"pattern": "((a{999}){999}){999}"}},
            "the `pattern` '((a{999}){999}){999}' cannot be used: it is too large, or repeats too"
            " much",
        ),
    ],
)
def test_a_pattern_that_cannot_be_used_is_refused(schema, text):
    """It is told when the schema is given, in the dialects that do not ask for it, too."""
    assert found(schema_problems(schema, "output_schema")) == [("output_schema", text)]


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
        ({"unevaluatedProperties": False, **BY_NAME}, {STUBBORN: 1}),
    ],
)
def test_a_pattern_that_takes_for_ever_is_given_up_on(dialect, schema, value):
    """Whichever keyword matches it, in whichever dialect: it is a problem, and soon."""
    schema = {"$schema": f"http://json-schema.org/{dialect}", **schema}
    text = "cannot be checked: a pattern in its schema takes too long to match, or is none"
    with patience(0.02):
        assert found(violations(schema, value, "input")) == [("input", text)]
        assert not fits(schema, schema, value)


def test_the_patterns_of_others_are_left_alone():
    """Who uses the library in the same process has it as it is."""
    assert jsonschema.Draft202012Validator.VALIDATORS["pattern"].__globals__["re"] is re


def test_a_long_value_is_not_repeated_whole():
    """The message of a violation is cut where nobody would read on."""
    (problem,) = violations({"type": "integer"}, "x" * 10_000, "input")
    assert len(problem.message) < 400
    assert problem.message.endswith("…")


def test_what_is_told_first_is_what_comes_first():
    """The library takes unnamed properties in another order in each process."""
    names = [f"name_{number}" for number in range(20)]
    numbers = {"additionalProperties": {"type": "integer"}}
    broken = violations(numbers, dict.fromkeys(names, "x"), "input")
    assert [one.field for one in broken] == [f"input.{name}" for name in names]
    wrong = {"properties": {name: {"type": "intger"} for name in names}}
    assert [one.field for one in schema_problems(wrong, "s")] == ["s.properties.name_0.type"]
