import copy

import pytest

from deck_sim.contract.error_catalog import ApiError
from deck_sim.scenario.conditions import Rule, When
from deck_sim.scenario.library import Library, shipped
from deck_sim.scenario.loader import read_scenario
from deck_sim.scenario.selection import NewResource, SelectionState, choose


def chosen(selection, header=None, kind="task_run"):
    """The choice as the response header has it."""
    return str(choose(NewResource(kind, header, {}, 0), selection, shipped()))


def test_the_first_way_that_names_one_wins():
    """The header wins over the queue, the queue over the world's default."""
    selection = SelectionState()
    selection.enqueue("task_run", ["source_down", "agent_hangs"], shipped())
    assert chosen(selection, "slow_success") == "slow_success; because=header"
    assert chosen(selection, "") == "source_down; because=queue"
    assert chosen(selection) == "agent_hangs; because=queue"
    assert chosen(selection) == "success; because=default"


def test_each_kind_has_its_own_queue():
    """A connection does not use the queue of runs."""
    selection = SelectionState(default_scenario="slow_success")
    selection.enqueue("task_run", ["source_down"], shipped())
    assert chosen(selection, kind="connection") == "slow_success; because=default"
    assert selection.queues == {"task_run": ["source_down"]}


def test_a_choice_gives_the_script_of_the_kind():
    """A connection plays the `connection` script, a run the `task_run` script."""
    for kind in ("connection", "task_run"):
        choice = choose(NewResource(kind, "source_down", {}, 0), SelectionState(), shipped())
        assert (choice.script.kind, choice.script.scenario) == (kind, "source_down")


@pytest.mark.parametrize(
    ("kind", "names", "field", "message"),
    [
        (
            "taskrun",
            ["success"],
            "resource",
            "`resource` is 'taskrun'; did you mean 'task_run'?; it can be `connection`"
            " or `task_run`",
        ),
        (
            "task_run",
            ["success", "sucess"],
            "scenarios[1]",
            "`scenarios[1]` names an unknown scenario: 'sucess'; did you mean 'success'?",
        ),
    ],
)
def test_a_queue_takes_only_playable_scenarios(kind, names, field, message):
    """A wrong kind or name is refused, and nothing is queued."""
    selection = SelectionState()
    with pytest.raises(ApiError) as caught:
        selection.enqueue(kind, names, shipped())
    (problem,) = caught.value.problems
    assert (problem.field, problem.message) == (field, message)
    assert selection.queues == {}


def test_an_unknown_name_leaves_the_queue_as_it_was():
    """An unknown name in the header or queue is refused, and nothing is removed."""
    selection = SelectionState()
    selection.enqueue("task_run", ["source_down"], shipped())
    with pytest.raises(ApiError, match="`Deck-Sim-Scenario` names an unknown scenario: 'nope'"):
        chosen(selection, "nope")
    selection.queues["task_run"].insert(0, "gone")
    with pytest.raises(ApiError, match="'gone'"):
        chosen(selection)
    assert selection.queues == {"task_run": ["gone", "source_down"]}


@pytest.mark.parametrize(
    ("selection", "field"),
    [
        (SelectionState(queues={"task_run": ["gone"]}), "queue"),
        (SelectionState(rules=[Rule(when=When(), scenario="gone")]), "rules"),
        (SelectionState(default_scenario="gone"), "default_scenario"),
        (SelectionState(queues={"task_run": ["turns"]}), "playlist of turns"),
        (SelectionState(queues={"task_run": ["drawn"]}), "mix of drawn"),
    ],
)
def test_a_missing_scenario_is_reported_where_it_is_named(selection, field):
    """The field of the error is the setting that names it."""
    library = Library(shipped())
    library.add(read_scenario("version: 1\nname: turns\nplaylist: [gone]"))
    library.add(read_scenario("version: 1\nname: drawn\nmix: {gone: 1}"))
    before = copy.deepcopy(selection)
    with pytest.raises(ApiError, match="names an unknown scenario: 'gone'") as caught:
        choose(NewResource("task_run", None, {}, 0), selection, library)
    assert [problem.field for problem in caught.value.problems] == [field]
    assert selection == before


@pytest.mark.parametrize(
    ("header", "selection", "field"),
    [
        ("elsewhere", SelectionState(), "Deck-Sim-Scenario"),
        (None, SelectionState(queues={"task_run": ["elsewhere"]}), "queue"),
        (None, SelectionState(rules=[Rule(when=When(), scenario="elsewhere")]), "rules"),
        (None, SelectionState(default_scenario="elsewhere"), "default_scenario"),
        (None, SelectionState(default_scenario="turns"), "playlist of turns"),
        ("theirs", SelectionState(), "Deck-Sim-Scenario"),
    ],
)
def test_another_editions_scenario_is_reported_where_it_is_named(header, selection, field):
    """The field of the error is the header only if that names it; nothing changes."""
    library = Library(shipped())
    library.add(read_scenario("version: 1\nname: elsewhere\nedition: credentials"))
    library.add(read_scenario("version: 1\nname: turns\nplaylist: [elsewhere]"))
    theirs = "version: 1\nname: theirs\nedition: credentials\nplaylist: [success]"
    library.add(read_scenario(theirs))
    before = copy.deepcopy(selection)
    with pytest.raises(ApiError, match="is for the edition `credentials`") as caught:
        choose(NewResource("task_run", header, {}, 0), selection, library)
    assert [problem.field for problem in caught.value.problems] == [field]
    assert selection == before


def test_a_check_about_one_scenario_ignores_the_others():
    """With `about`, other settings that cannot be played are not reported."""
    selection = SelectionState(
        default_scenario="session_breaks_down", queues={"task_run": ["success"]}
    )
    selection.check(shipped(), "connections", about="success")
    with pytest.raises(ApiError, match="is for the edition `credentials`"):
        selection.check(shipped(), "connections")
