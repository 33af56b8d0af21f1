"""Generated outputs are valid for any combination of keywords."""

import json

from hypothesis import given, settings
from hypothesis import strategies as st

from deck_sim.engine.json_schema import violations
from output_schemas import FORMATS, NODE, make

_NUMBERS = st.integers(-50, 50)
_NAMES = st.sampled_from(["amount", "date", "guest_name", "id", "items", "note", "x"])
_LEAVES = st.one_of(
    st.sampled_from([{"type": "boolean"}, {"type": "null"}, {}, {"type": ["string", "null"]}]),
    st.sampled_from(FORMATS).map(lambda name: {"type": "string", "format": name}),
    st.sampled_from([r"^[A-Z]{2}\d{4}$", "^(a|bc)+$", "[0-9]", r"^\w+@\w+\.com$"]).map(
        lambda pattern: {"type": "string", "pattern": pattern}
    ),
    st.tuples(st.integers(0, 20), st.integers(0, 20)).map(
        lambda pair: {"type": "string", "minLength": pair[0], "maxLength": sum(pair)}
    ),
    st.tuples(_NUMBERS, st.integers(1, 20)).map(
        lambda pair: {
            "type": "integer",
            "minimum": pair[0],
            "maximum": pair[0] + pair[1],
            "multipleOf": pair[1],
        }
    ),
    st.tuples(_NUMBERS, _NUMBERS.filter(bool)).map(
        lambda pair: {
            "type": "number",
            "exclusiveMinimum": min(pair[0], pair[0] + pair[1]),
            "exclusiveMaximum": max(pair[0], pair[0] + pair[1]),
        }
    ),
    st.lists(st.one_of(_NUMBERS, st.text(max_size=3), st.none()), min_size=1).map(
        lambda values: {"enum": values}
    ),
    st.sampled_from([{"$ref": "#/$defs/node"}, {"$ref": "#/$defs/tree"}]),
)


def _objects(inner):
    def build(properties, chosen, rest):
        required = [name for name in properties if name in chosen]
        made = {"type": "object", "properties": properties, "required": required}
        return {**made, "additionalProperties": rest}

    properties = st.dictionaries(_NAMES, inner, max_size=4)
    return st.builds(build, properties, st.sets(_NAMES), st.one_of(st.booleans(), inner))


def _grow(inner):
    return st.one_of(
        _objects(inner),
        inner.map(lambda items: {"type": "array", "items": items, "minItems": 1, "maxItems": 3}),
        st.lists(inner, max_size=3).map(lambda parts: {"type": "array", "prefixItems": parts}),
        inner.map(lambda part: {"anyOf": [part, {"type": "null"}]}),
        inner.map(lambda part: {"allOf": [part, {}]}),
        inner.map(lambda part: {"oneOf": [{"required": ["kind"], "properties": {"of": part}}]}),
    )


_DEFINITIONS = {
    "node": NODE,
    "tree": {"oneOf": [{"type": "integer"}, {"type": "array", "items": {"$ref": "#/$defs/tree"}}]},
}


@settings(max_examples=25, deadline=None, derandomize=True, database=None)
@given(_objects(st.recursive(_LEAVES, _grow, max_leaves=8)), st.integers(0, 3))
def test_an_output_is_generated_for_any_satisfiable_schema(schema, seed):
    """It satisfies the whole schema, and the same seed gives the same output."""
    schema = {**schema, "$defs": _DEFINITIONS}
    output = make(schema, seed)
    assert violations(schema, output, "output") == []
    assert json.dumps(output, allow_nan=False) == json.dumps(make(schema, seed))
