"""Limits on work: counted in steps, and shared by nested blocks."""

import pytest

from deck_sim.engine import checks
from deck_sim.engine.work_limits import OutOfSteps, current_work, limit_work, spend


def test_work_beyond_the_limit_is_stopped():
    """The message names the limit."""
    with limit_work(steps=1000):
        spend(999)
        spend()
        with pytest.raises(OutOfSteps, match="more than 1,000 steps"):
            spend()


def test_the_limit_of_an_outer_block_holds():
    """An inner block gives no more steps; a later block has its own."""
    with limit_work(steps=5):
        with limit_work(steps=1000), pytest.raises(OutOfSteps):
            spend(6)
        with pytest.raises(OutOfSteps):
            spend()
    with limit_work(steps=5):
        spend(5)


def test_work_outside_of_a_block_is_not_counted_together():
    """Each call has the usual limit to itself."""
    for _ in range(3):
        spend(current_work().limit)


def test_the_schemas_of_a_body_share_one_limit(play, monkeypatch):
    """Each alone would be within it."""
    schema = {"properties": {f"p{number}": {"type": "string"} for number in range(20)}}
    bodies = {"input_schema": schema}, {"output_schema": schema}
    with limit_work(100_000):
        checks.field_problems(play.world, "task", bodies[0])
        enough = current_work().spent * 3 // 2
    monkeypatch.setattr(checks, "SCHEMA_STEPS", enough)
    assert [checks.field_problems(play.world, "task", body) for body in bodies] == [[], []]
    (problem,) = checks.field_problems(play.world, "task", bodies[0] | bodies[1])
    assert problem.field == "output_schema"
