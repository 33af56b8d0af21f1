"""Made-up outputs: what they read like, and what becomes of a schema that nothing satisfies."""

from datetime import UTC, datetime

import pytest

from deck_sim.engine.schemas import violations
from deck_sim.scenario.outputs import make_output

NOW = datetime(2025, 1, 15, 9, 30, tzinfo=UTC)


def made(schema, run="trun_1", seed=0):
    return make_output(schema, seed, run, NOW)


def field(name, type_="string", **words):
    """The value that is made for a field of that name."""
    return made({"type": "object", "properties": {name: {"type": type_, **words}}})[name]


@pytest.mark.parametrize("name", ["check_in_date", "checkIn_day", "birthday"])
def test_a_name_that_speaks_of_a_day_gets_one_of_the_month_to_come(name):
    """Dates lie around the world's now."""
    assert NOW.date() <= datetime.fromisoformat(field(name)).date() <= NOW.date().replace(month=3)


def test_a_name_that_speaks_of_a_moment_gets_one():
    """`created_at` is a moment in UTC."""
    assert datetime.fromisoformat(field("created_at")).tzinfo == UTC


def test_a_year_is_this_one_or_the_next():
    """A number called year is no number from 1 to 100."""
    assert field("renewal_year", "integer") in (2025, 2026)


def test_a_note_is_a_sentence():
    """It begins with a capital and ends with a full stop."""
    note = field("notes")
    assert note == f"{note[:-1].capitalize()}."
    assert " " in note


def test_the_same_seed_and_run_make_the_same_and_others_make_others():
    """What is made depends on the seed, the run and the place, and on nothing else."""
    schema = {"type": "object", "properties": {"id": {"type": "string", "format": "uuid"}}}
    assert made(schema) == made(schema)
    assert len({str(made(schema, run)) for run in ("a", "b", "c")}) == 3
    assert made(schema) != made(schema, seed=1)


@pytest.mark.parametrize(
    "items",
    [
        {"type": "array", "uniqueItems": True, "minItems": 3, "items": {"const": 1}},
        {"type": "string", "pattern": "^[ab]{4}$", "maxLength": 2},
        {"type": "number", "exclusiveMinimum": 0, "exclusiveMaximum": 1e-30, "multipleOf": 1},
        {"type": "number", "minimum": 2, "maximum": 1},
    ],
)
def test_what_nothing_satisfies_is_made_in_bounded_time_and_is_not_valid(items):
    """There is an end to trying; the run will fail with what is wrong."""
    schema = {"type": "object", "properties": {"it": items}, "required": ["it"]}
    assert violations(schema, made(schema), "output")


def test_as_many_fields_as_there_must_be_are_made_up():
    """`minProperties` is met with names of no meaning."""
    schema = {"type": "object", "properties": {"a": {}}, "minProperties": 3}
    assert list(made(schema)) == ["a", "field_1", "field_2"]


def test_an_output_that_is_no_object_fails_the_run(api, advance, connection):
    """The API's outputs are objects, whatever the task's schema says."""
    agent = api.post("/agents", json={"name": "A"}).json()
    body = {"name": "T", "agent_id": agent["id"], "output_schema": {"type": "array"}}
    task = api.post("/tasks", json=body).json()
    run = api.post(f"/tasks/{task['id']}/run", json={"connection_id": connection["id"]}).json()
    advance("1m")
    failed = api.get(f"/task-runs/{run['id']}").json()
    assert [error["code"] for error in failed["errors"]] == ["output_invalid"]
