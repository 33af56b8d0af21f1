"""Several schemas as one."""

import pytest

from deck_sim.scenario.synthesis.joining import join_all


@pytest.mark.parametrize(
    ("parts", "whole"),
    [
        ([{"minimum": 3}, {"minimum": 5}], {"minimum": 5}),
        ([{"maxLength": 3}, {"maxLength": 5}], {"maxLength": 3}),
        ([{"required": ["a"]}, {"required": ["b"]}], {"required": ["a", "b"]}),
        ([{"type": "number"}, {"type": "integer"}], {"type": ["integer"]}),
        ([{"type": ["string", "null"]}, {"type": "string"}], {"type": ["string"]}),
        ([{"multipleOf": 4}, {"multipleOf": 6}], {"multipleOf": 12}),
        ([{"multipleOf": 0.5}, {"multipleOf": 2}], {"multipleOf": 2}),
        ([{"items": True}, {"items": {"a": 1}}], {"items": {"a": 1}}),
        ([{"items": {"a": 1}}, {"items": {"b": 1}}], {"items": {"allOf": [{"a": 1}, {"b": 1}]}}),
        ([{"allOf": [1]}, {"allOf": [2]}], {"allOf": [1, 2]}),
        ([{"oneOf": [1]}, {"oneOf": [2]}], {"oneOf": [1], "allOf": [{"oneOf": [2]}]}),
        ([{"pattern": "a"}, {"pattern": "b"}], {"pattern": "a"}),
        ([{"title": "a"}, True, False], {"title": "a"}),
    ],
)
def test_schemas_are_joined_keyword_by_keyword(parts, whole):
    """The stricter bound holds, lists add up, and other keywords stay in an `allOf`."""
    assert join_all(*parts) == whole
