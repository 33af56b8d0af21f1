from deck_sim.contract.json_schema import schema_problems, violations

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


def describe(problems):
    """Fields, and messages without the field that they begin with."""
    assert all(p.name == "request/input_invalid" for p in problems)
    return [(p.field, p.text) for p in problems]


BREAKS = [
    ({}, [("input.guests", "'guests' is a required property")]),
    ({"guests": 5}, [("input.guests", "5 is not of type 'array'")]),
    (
        {"guests": [{}, 7, {"name": None}]},
        [
            ("input.guests[1]", "7 is not of type 'object'"),
            ("input.guests[2].name", "None is not of type 'string'"),
        ],
    ),
    ({"guests": [{"name": "Alex"}]}, []),
]


def test_each_violation_is_reported_with_its_field():
    assert schema_problems(GUESTS, "input_schema") == []
    wrong = {f"{v}": describe(violations(GUESTS, v, "input")) for v, _ in BREAKS}
    assert wrong == {f"{v}": expected for v, expected in BREAKS}


def test_a_missing_property_is_reported_at_its_own_place():
    schema = {"required": ["a", "b", "c"], "properties": {"c": {"required": ["d"]}}}
    fields = [field for field, _ in describe(violations(schema, {"a": 1, "c": {}}, "input"))]
    assert fields == ["input.b", "input.c.d"]
    oldest = {"$schema": DRAFT_3, "properties": {"n": {"required": True}}}
    assert [field for field, _ in describe(violations(oldest, {}, "input"))] == ["input.n"]


def test_violations_are_sorted_by_place():
    """A value comes before the values inside it, whatever the order of the keywords."""
    schema = {"additionalProperties": {"type": "integer"}, "required": ["c"], "minProperties": 3}
    problems = violations(schema, {"b": "x", "a": "y"}, "input")
    assert [problem.field for problem in problems] == ["input.c", "input", "input.a", "input.b"]


def test_a_known_format_is_checked():
    (problem,) = violations({"properties": {"day": {"format": "date"}}}, {"day": "soon"}, "input")
    assert problem.message == "`input.day`: 'soon' is not a 'date'"


NOWHERE = "cannot be used: `$ref` {!r} has no target; it must point inside the schema"
TOO_DEEP = "it is nested too deeply, or a `$ref` refers to itself"
INVALID_SCHEMAS = [
    ([], "output_schema", "[] is not of type 'object', 'boolean'"),
    (
        {"properties": {"a": {"type": "txt"}}},
        "output_schema.properties.a.type",
        "'txt' is not valid under any of the given schemas; a type is `array`, `boolean`,"
        " `integer`, `null`, `number`, `object` or `string`, or a list of them",
    ),
    (
        {"allOf": [{}, {"minLength": -1}]},
        "output_schema.allOf[1].minLength",
        "-1 is less than the minimum of 0",
    ),
    ({"pattern": "["}, "output_schema.pattern", "'[' is not a 'regex'"),
    ({"$schema": 5}, "output_schema.$schema", "5 is not of type 'string'"),
    (nested(5000), "output_schema", f"cannot be used: {TOO_DEEP}"),
    (
        {"$schema": DRAFT_3, "extends": {"maxLength": 1}},
        "output_schema",
        "cannot be used: jsonschema fails with AttributeError: 'str' object has no attribute 'get'",
    ),
    ({"$schema": DRAFT_4, "$ref": 5}, "output_schema", NOWHERE.format("5")),
    *(
        ({"title": "T", "items": {"$ref": ref}}, "output_schema", NOWHERE.format(ref))
        for ref in ("http://example.com/a", "other.json", "#/$defs/none", "#nowhere", "#/title/x")
    ),
]


def test_an_invalid_schema_is_refused_with_its_place():
    for schema, field, text in INVALID_SCHEMAS:
        assert describe(schema_problems(schema, "output_schema")) == [(field, text)]


INSIDE = [
    {"properties": {"a": {"$ref": "#"}}},
    {"$ref": "#here", "$defs": {"x": {"$anchor": "here"}}},
    {"$defs": {"a": {"$id": "http://a.example/b", "$ref": "#/$defs/z", "$defs": {"z": {}}}}},
    {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "properties": {"a": {"$ref": "#/definitions/x"}},
        "definitions": {"x": {}},
    },
    {"const": {"$ref": "nowhere"}},
    {"properties": {"$ref": {"type": "string"}}},
]


def test_a_reference_inside_the_schema_can_be_used():
    """Values and properties named `$ref` are no references."""
    assert [schema for schema in INSIDE if schema_problems(schema, "input_schema")] == []


UNCHECKABLE = [
    ({"additionalProperties": {"$ref": "#"}}, nested(5000), TOO_DEEP),
    ({"$ref": "#"}, {}, TOO_DEEP),
    (
        {"multipleOf": 0.1},
        10**400,
        "jsonschema fails with OverflowError: int too large to convert to float",
    ),
    (
        {"$schema": DRAFT_3, "type": "txt"},
        {},
        "jsonschema fails with UnknownType: Unknown type 'txt' for validator with schema:",
    ),
]


def test_a_value_that_cannot_be_checked_is_a_problem_and_no_crash():
    for schema, value, why in UNCHECKABLE:
        assert schema_problems(schema, "input_schema") == []
        assert describe(violations(schema, value, "input")) == [
            ("input", f"cannot be checked: {why}")
        ]


def test_a_long_value_is_not_repeated_whole():
    (problem,) = violations({"type": "integer"}, "x" * 10_000, "input")
    assert problem.message == f"`input`: '{'x' * 298}…"
