"""Outputs generated from `output_schema`: the same for the same seed and run, or a plain error."""

import json
import os
import subprocess
import sys
from datetime import timedelta

import pytest

from deck_sim.engine.work_limits import limit_work
from deck_sim.engine.world_state import FROZEN_START
from deck_sim.scenario.synthesis.outputs import NoValidOutput
from output_schemas import make, one

UNSATISFIABLE = {
    "a forbidden field that is required": (
        {"required": ["x"], "properties": {"x": False}},
        "output",
    ),
    "bounds that cross": (one(type="integer", minimum=5, maximum=4), "output.x"),
    "patterns that exclude each other": (
        one(type="string", allOf=[{"pattern": "^a"}, {"pattern": "^b"}]),
        "output.x",
    ),
    "a text without end": (one(type="string", minLength=10**9), "output.x"),
    "a list without end": (one(type="array", minItems=10**9), "output.x"),
    "lists of lists": (
        one(type="array", minItems=1000, items={"type": "array", "minItems": 1000}),
        "output",
    ),
    "names without end": ({"minProperties": 10**9}, "output"),
    "more names than there are": (
        {"minProperties": 3, "propertyNames": {"enum": ["a", "b"]}},
        "output",
    ),
    "too few values for a set": (
        one(type="array", uniqueItems=True, items={"type": "boolean"}, minItems=3),
        "output.x",
    ),
    "endless depth": (one(**{"$ref": "#"}), "output.x"),
    "endless breadth": (
        {"required": ["l", "r"], "properties": {"l": {"$ref": "#"}, "r": {"$ref": "#"}}},
        "output.l",
    ),
    "a circle": ({"$ref": "#"}, "output"),
    "a circle of allOf": ({"allOf": [{"$ref": "#"}]}, "output"),
    "a pattern that explodes": (one(type="string", pattern="^(((a{999}){999}){999})$"), "output"),
    "a pattern that cannot be followed": (one(type="string", pattern=r"^(?!a)a$"), "output.x"),
    "a bound that is no number": (
        one(type="integer", minimum=10, maximum=float("-inf")),
        "output.x",
    ),
    "a multiple beyond floats": (one(type="number", minimum=10**400, multipleOf=0.5), "output"),
    "an invalid pattern": (
        {
            "$schema": "http://json-schema.org/draft-04/schema#",
            "patternProperties": {"(": {}},
            "minProperties": 1,
        },
        "output",
    ),
}


@pytest.mark.parametrize(("schema", "place"), UNSATISFIABLE.values(), ids=UNSATISFIABLE)
def test_an_unsatisfiable_schema_gives_an_error_with_its_place(schema, place):
    """The attempts are limited; the error says where the last one breaks the schema."""
    with pytest.raises(NoValidOutput) as caught:
        make(schema)
    assert caught.value.problems[0].field == place


def test_generating_an_output_stops_after_its_steps():
    """Checking the values of such a schema takes exponential time."""
    defs = {f"l{n}": {"oneOf": [{"$ref": f"#/$defs/l{n + 1}"}] * 2} for n in range(25)}
    schema = {"$defs": {**defs, "l25": {"type": "integer"}}, **one(**{"$ref": "#/$defs/l0"})}
    with limit_work(steps=5000), pytest.raises(NoValidOutput) as caught:
        make(schema)
    (problem,) = caught.value.problems
    assert problem.message == (
        "`output`: cannot be generated: its schema needs more than 5,000 steps;"
        " nest fewer `oneOf`, `anyOf` and `allOf`, or shorten its patterns"
    )


def test_without_a_schema_the_output_is_an_empty_object():
    """So it is with a schema that requires nothing."""
    assert make(None) == make(True) == make({}) == {}


@pytest.mark.parametrize(
    ("reference", "value"), [("#/$defs/a~1b", 1), ("#/$defs/a%20b", 2), ("#/$defs/list/oneOf/1", 3)]
)
def test_references_inside_the_schema_are_followed(reference, value):
    """They may have escapes and lead through lists."""
    defs = {"a/b": {"const": 1}, "a b": {"const": 2}, "list": {"oneOf": [{}, {"const": 3}]}}
    schema = {"$defs": defs, "properties": {"it": {"$ref": reference}}}
    assert make(schema) == {"it": value}


@pytest.mark.parametrize(
    ("schema", "type_"), [({"type": "array", "minItems": 1}, list), ({"const": "x"}, str)]
)
def test_an_output_has_the_type_of_its_schema(schema, type_):
    """The run reports an output that is not an object."""
    assert type(make(schema)) is type_


RESERVATION = one(
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
        "import json, sys; from deck_sim.engine.world_state import FROZEN_START;"
        "from deck_sim.scenario.synthesis.outputs import make_output;"
        "print(json.dumps(make_output(json.load(sys.stdin), 0, 'trun_1', FROZEN_START)))"
    )
    schema = json.dumps(one(type="string", pattern=r"^[^a]{9}\W{9}.{9}[^\w]{9}$"))
    made = {
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
    assert made == {json.dumps(make(json.loads(schema))) + "\n"}
