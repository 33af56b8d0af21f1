"""Generated histories are legal, reach their outcome, and shrink."""

import importlib
import sys

import pytest
from hypothesis import Phase, find, given, settings
from hypothesis import strategies as st

from deck_sim.contract.editions import EDITIONS
from deck_sim.extras.player import play_scenario
from deck_sim.extras.strategies import histories
from deck_sim.scenario.loader import read_scenario, scenario_from_data

KINDS = [("connections", False), ("connections", True), ("credentials", False)]
each_kind = pytest.mark.parametrize(("edition", "connection"), KINDS)


def statuses(steps):
    """The words of steps, without those of branches."""
    return [step if isinstance(step, str) else next(iter(step)) for step in steps]


def shortest(wanted=lambda history: True, **how):
    """The simplest history that satisfies a condition."""
    return find(histories(**how), wanted)


def example(wanted, **how):
    """Any history that satisfies a condition."""
    generate = settings(max_examples=2000, phases=[Phase.generate], database=None)
    return find(histories(**how), wanted, settings=generate)


@each_kind
def test_every_history_is_legal_as_data_and_as_yaml(edition, connection):
    @settings(max_examples=100)
    @given(histories(edition=edition, connection=connection))
    def holds(history):
        scenario = scenario_from_data(dict(history))
        assert scenario.editions == (edition,)
        assert read_scenario(history.yaml).source == history

    holds()


@each_kind
def test_every_history_plays_to_its_outcome(edition, connection):
    """With all of its answers, and the same each time."""

    @settings(max_examples=40)
    @given(histories(edition=edition, connection=connection, most_steps=12))
    def holds(history):
        scenario = scenario_from_data(dict(history))
        played = play_scenario(scenario, history.answers)
        assert played.run.status == history.outcome
        assert [line.what for line in played.lines].count("answered") == len(history.answers)
        assert str(play_scenario(scenario, history.answers)) == str(played)

    holds()


@given(histories(most_steps=3))
def test_a_history_has_at_most_most_steps_statuses(history):
    """Effects are not counted."""
    effects = {"screenshot", "event", "file"}
    assert len([word for word in statuses(history["task_run"]) if word not in effects]) <= 3


@pytest.mark.parametrize("edition", EDITIONS)
@pytest.mark.parametrize(
    "way",
    [
        "running, then interaction_required, then interaction_required",
        "interaction_required, then running",
        "interaction_required, then failed",
        "running, then APPROVAL",
        "APPROVAL, then completed",
        "APPROVAL, then failed",
    ],
)
def test_every_transition_is_generated(edition, way):
    words = way.replace("APPROVAL", EDITIONS[edition].machine("task_run").approval)
    assert words in example(lambda h: words in h["summary"], edition=edition)["summary"]


def test_a_history_shrinks_to_the_shortest():
    assert shortest()["task_run"] == [{"failed": "task/task_failed"}]
    assert shortest(endings=["completed"])["task_run"] == ["running", "completed"]


def test_two_prompts_shrink_to_their_required_keys():
    found = shortest(lambda h: len(h.answers) == 2, endings=("completed",))
    ask = {"interaction_required": {"type": "mfa", "accept": {"code": "123456"}}}
    assert found["task_run"] == ["running", ask, ask, "running", "completed"]


@given(histories(endings=("completed",), effects=False, outputs=st.just({"rooms": 2})))
def test_endings_effects_and_outputs_can_be_chosen(history):
    """Also for branches."""
    assert history["task_run"][-1] == {"completed": {"output": {"rooms": 2}}}
    text = history.yaml
    assert not [word for word in ("failed", "screenshot", "file:", "event:") if word in text]


@pytest.mark.parametrize(
    "word", ["screenshot", "event", "file", "on_rejected", "on_timeout", "attempts", "fields"]
)
def test_every_optional_key_is_generated(word):
    assert word in example(lambda history: word in history.yaml).yaml


@pytest.mark.parametrize(
    ("wrong", "shown"),
    [
        ({"edition": "conections"}, "unknown edition 'conections'; did you mean 'connections'"),
        ({"edition": "credentials", "connection": True}, "the edition `credentials` has no conn"),
        ({"endings": ["canceled"]}, "are one or more of `completed` and `failed`, not `canceled`"),
        ({"endings": []}, "are one or more of `completed` and `failed`, not nothing"),
        ({"most_steps": 0}, "`most_steps` is 0; to end in `completed` or `failed` it must be 1 to"),
        ({"most_steps": 1, "endings": ["completed"]}, "to end in `completed` it must be 2 to 20"),
        ({"most_steps": 21}, "`most_steps` is 21; .* must be 1 to 20"),
    ],
)
def test_invalid_arguments_are_refused_at_once(wrong, shown):
    with pytest.raises(ValueError, match=shown):
        histories(**wrong)


def test_without_hypothesis_the_error_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "hypothesis", None)
    monkeypatch.delitem(sys.modules, "deck_sim.extras.strategies")
    with pytest.raises(ImportError, match=r"pip install 'deck-sim\[hypothesis\]'"):
        importlib.import_module("deck_sim.extras.strategies")
