"""Outputs generated from `output_schema`: the same for the same seed and run, or a plain error."""

import json
import os
import re
import subprocess
import sys
from datetime import timedelta

import pytest

from deck_sim.engine.world import FROZEN_START
from deck_sim.scenario.outputs import NoValidOutput
from output_schemas import make, wrap

UNSATISFIABLE = {
    "a forbidden field that is required": (
        {"required": ["x"], "properties": {"x": False}},
        "`output`: False schema does not allow",
    ),
    "bounds that cross": (
        wrap(type="integer", minimum=5, maximum=4),
        "`output.x`: 5 is greater than the maximum of 4",
    ),
    "a multiple that floats cannot hold": (
        wrap(type="number", multipleOf=0.01, minimum=72.13, maximum=72.13),
        "`output.x`: 72.13 is not a multiple of 0.01",
    ),
    "patterns that exclude each other": (
        wrap(type="string", allOf=[{"pattern": "^a"}, {"pattern": "^b"}]),
        "does not match '^b'",
    ),
    "too few values for a set": (
        wrap(type="array", uniqueItems=True, items={"type": "boolean"}, minItems=3),
        "`output.x`: [",
    ),
    "endless depth": (wrap(**{"$ref": "#"}), "`output`: maximum recursion"),
    "a circle": ({"$ref": "#"}, "`output`: maximum recursion"),
    "no branch": (wrap(anyOf=[False, {"type": "string"}], minimum=3, type="integer"), "no branch"),
    "an invalid pattern": (wrap(type="string", pattern="("), "`output`: missing )"),
    "too few fields": ({"minProperties": 1}, "`output`: {} should be non-empty"),
    "a keyword that is only checked": (
        wrap(type="array", contains={"const": 7}),
        "does not contain items matching the given schema",
    ),
}


def test_a_schema_for_which_nothing_can_be_generated_gives_an_error():
    """It says where the last attempt breaks the schema."""
    for schema, message in UNSATISFIABLE.values():
        with pytest.raises(NoValidOutput, match=re.escape(message)):
            make(schema)


def test_without_a_schema_the_output_is_an_empty_object():
    """So it is with a schema that requires nothing."""
    assert make(None) == make(True) == make({}) == {}


def test_references_inside_the_schema_are_followed():
    """They may have escapes and lead through lists."""
    defs = {"a/b": {"const": 1}, "a b": {"const": 2}, "list": {"oneOf": [{}, {"const": 3}]}}
    places = ("#/$defs/a~1b", "#/$defs/a%20b", "#/$defs/list/oneOf/1")
    schema = {"$defs": defs, "properties": {place: {"$ref": place} for place in places}}
    assert [*make(schema).values()] == [1, 2, 3]


def test_keywords_imply_a_type():
    """Of a part that names none."""
    parts = {"o": {"properties": {"a": {}}}, "l": {"items": {}}, "n": {"minimum": 7}, "t": {}}
    output = make({"properties": parts})
    assert [type(output[name]) for name in parts] == [dict, list, int, str]


RESERVATION = wrap(
    type="object",
    properties={"id": {"type": "string"}, "day": {"type": "string", "format": "date"}},
)


def test_the_same_seed_and_run_make_the_same_output():
    """Another seed, run or moment gives another output."""
    assert make(RESERVATION) == make(RESERVATION)
    others = [
        make(RESERVATION, seed=1),
        make(RESERVATION, run="trun_2"),
        make(RESERVATION, now=FROZEN_START + timedelta(days=1)),
    ]
    assert all(make(RESERVATION) != other for other in others)


def test_every_process_generates_the_same_output():
    """The order of sets differs between processes; outputs do not depend on it."""
    script = (
        "import json, sys; from deck_sim.engine.world import FROZEN_START;"
        "from deck_sim.scenario.outputs import make_output;"
        "print(json.dumps(make_output(json.load(sys.stdin), 0, 'trun_1', FROZEN_START)))"
    )
    schema = json.dumps(wrap(type="string", pattern=r"^[^a]{9}\W{9}.{9}[^\w]{9}$"))
    output = {
        subprocess.run(
            [sys.executable, "-c", script],
            input=schema,
            env={**os.environ, "PYTHONHASHSEED": hash_seed},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for hash_seed in ("1", "2")
    }
    assert output == {json.dumps(make(json.loads(schema))) + "\n"}
