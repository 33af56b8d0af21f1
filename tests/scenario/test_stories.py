"""That the scenarios that ship leave out nothing that a user would want to test."""

import re
from pathlib import Path

import pytest

from deck_sim.contract.editions import EDITIONS
from deck_sim.contract.error_catalog import run_errors
from deck_sim.engine.story import KINDS
from deck_sim.extras.player import play_scenario
from deck_sim.scenario.library import SHIPPED, shipped
from deck_sim.scenario.loader import load_scenario
from deck_sim.scenario.steps.step import REGISTRY, step_words

TRACES = Path(__file__).parents[1] / "traces"
NO_STORY = {"api/endpoint_deprecated": "a call is answered so; a run has no endpoint"}
SCENARIOS = [shipped().get(name) for name in shipped().names()]
# `approval` is played in both; the trace of the first edition that can play it is recorded.
BY_A_RUN = ("session", "idle", "running")
NO_TRACE = {("task_run", "review_required"), ("task_run", "approval")}


def told():
    """What the recorded traces tell: kind, status before or None, status, and the detail."""
    for file in TRACES.iterdir():
        before = {}
        for line in file.read_text().splitlines()[2:]:
            _, who, status, *detail = re.split(r"  +", line)
            kind = who.replace(" ", "_")
            if kind in KINDS:
                yield kind, before.get(kind), status, "".join(detail)
                before[kind] = status


TOLD = list(told())
MOVES = {(kind, before, status) for kind, before, status, _ in TOLD}
ENTERED = {(kind, status) for kind, _, status, _ in TOLD}
FAILURES = [detail for _, _, status, detail in TOLD if status == "failed"]
ERRORS = {name for detail in FAILURES for name in re.findall(r"(\w+/\w+): ", detail)}


def moves(kind):
    """The moves of a machine that a script can make: there is a step for where they lead."""
    edition = next(edition for edition in EDITIONS.values() if kind in edition.kinds)
    return [
        (kind, status, after)
        for status, row in edition.machine(kind).follows.items()
        for after in row
        if (kind, after) in REGISTRY and (kind, status) in REGISTRY
        if not REGISTRY[kind, status].ends and (kind, status, after) != BY_A_RUN
    ]


@pytest.mark.parametrize("move", [move for kind in KINDS for move in moves(kind)])
def test_every_move_that_a_script_can_make_is_in_some_story(move):
    """Each row of the state machines is played, but for what only a command does."""
    assert move in MOVES


@pytest.mark.parametrize(
    ("kind", "status"),
    [key for key, step in REGISTRY.items() if step.is_status and key not in NO_TRACE],
)
def test_every_status_that_a_script_can_bring_about_is_in_some_story(kind, status):
    """Each status for which there is a step is entered."""
    assert (kind, status) in ENTERED


@pytest.mark.parametrize("error", [name for name in run_errors() if name not in NO_STORY])
def test_every_error_of_a_run_is_in_some_story(error):
    """Each error that a run of this edition can end in has a story that ends in it."""
    assert error in ERRORS


def test_no_story_is_missing_without_a_reason():
    """What has no story is an error of the catalog, and really has none."""
    assert set(NO_STORY) <= set(run_errors())
    assert not set(NO_STORY) & ERRORS


@pytest.mark.parametrize("file", sorted(SHIPPED.glob("*")), ids=lambda file: file.name)
def test_a_file_bears_the_name_of_its_scenario(file):
    """Whoever knows the name finds the file, and the other way round."""
    assert file.name == f"{load_scenario(file).name}.yaml"


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario.name)
def test_a_scenario_introduces_itself(scenario):
    """A sentence that says what happens, tags to find it by, and a script."""
    assert scenario.summary.endswith(".")
    assert 20 < len(scenario.summary) <= 100
    assert scenario.tags
    assert any(map(scenario.defines, KINDS))


def test_no_two_scenarios_tell_the_same():
    """Every summary, and every pair of scripts, is there once."""
    assert len({scenario.summary for scenario in SCENARIOS}) == len(SCENARIOS)
    told = {
        repr([(s.script(kind).steps, s.entries, s.faults) for kind in KINDS]) for s in SCENARIOS
    }
    assert len(told) == len(SCENARIOS)


@pytest.mark.parametrize("kind", KINDS)
def test_the_words_of_a_script_are_those_of_the_machines(kind):
    """There is no step for a status that no edition has, but the one that both have a word for."""
    statuses = {word for word in step_words(kind) if REGISTRY[kind, word].is_status}
    known = {status for edition in EDITIONS.values() for status in edition.statuses(kind)}
    assert statuses - {"approval"} <= known


@pytest.mark.parametrize(
    "scenario", [s for s in SCENARIOS if len(s.editions) > 1], ids=lambda scenario: scenario.name
)
def test_a_story_of_both_editions_ends_the_same_in_both(scenario):
    """The last run ends in the same status, with the same errors and the same output."""
    ends = [
        play_scenario(scenario.model_copy(update={"edition": edition})).run
        for edition in scenario.editions
    ]
    fields = [(run.status, run["errors"], run["output"]) for run in ends]
    assert fields == [fields[0]] * len(EDITIONS)
