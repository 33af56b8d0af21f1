"""A run that is recorded as a scenario, and played again."""

from pathlib import Path

import pytest
from traces import answers_in

from deck_sim.cli.player import play_scenario
from deck_sim.scenario.library import shipped
from deck_sim.scenario.recording import record_run

TRACES = Path(__file__).parents[1] / "traces"
PLAYED = [(name, edition) for name in shipped().names() for edition in shipped().get(name).editions]


def answers_to(name, edition):
    """The answers that the trace of a scenario is recorded with."""
    return answers_in((TRACES / edition / f"{name}.txt").read_text().splitlines()[0])


def story_of(world, resource):
    """When a resource and its files changed since it was created, and what they became."""
    files = [one.id for one in world.all("storage").values() if one["task_run_id"] == resource.id]
    return [
        (entry.at - resource.created_at, entry.what, entry.changes and {**entry.changes})
        for entry in world.timeline
        if entry.id in (resource.id, *files) and not entry.what.startswith("output")
    ]


@pytest.mark.parametrize(("name", "edition"), PLAYED)
def test_a_recorded_run_plays_again(name, edition):
    """Each run of each scenario, at the same times. Only notes about outputs that break a schema
    are not recorded.
    """
    answers = answers_to(name, edition)
    first = play_scenario(shipped().get(name), answers, edition=edition).simulation
    for run in first.world.all("task_run").values():
        again = play_scenario(record_run(first.world, run, first.chosen), answers)
        assert story_of(again.simulation.world, again.run) == story_of(first.world, run)
