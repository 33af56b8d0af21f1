"""A generated history, as a scenario and as a file."""

from hypothesis.vendor.pretty import pretty

from deck_sim.extras.history import make_history
from deck_sim.scenario.loader import read_scenario

STEPS = ["running", {"interaction_required": {"type": "mfa", "accept": {"code": "012345"}}}]
STEPS += [{"running": "2s"}, "completed"]
ANSWERS = ({"code": "012345"},)


def tell(steps=STEPS):
    """A history of these steps."""
    return make_history(
        "connections",
        {"task_run": steps},
        ANSWERS,
        ("running", "interaction_required", "completed"),
    )


def test_a_history_is_the_mapping_of_its_scenario():
    """It can be used wherever plain data can."""
    history = tell()
    assert dict(history) == history == history.scenario
    assert [*history] == ["version", "name", "summary", "edition", "task_run"]
    assert (len(history), history["task_run"]) == (5, STEPS)


def test_a_history_has_its_outcome_and_right_answers():
    """The summary lists its statuses."""
    history = tell()
    assert (history.answers, history.outcome) == (ANSWERS, "completed")
    assert history["summary"] == "A run that is running, then interaction_required, then completed."


def test_the_yaml_of_a_history_is_the_same_scenario():
    """So it can be saved as a test."""
    history = tell()
    assert read_scenario(history.yaml).source == history
    assert repr(history) == history.yaml


def test_the_name_depends_on_the_steps_only():
    """A folder can hold many."""
    assert tell().name == tell([*STEPS]).name == "history_a3c56c9c"
    assert tell().name != tell(STEPS[:-1]).name


def test_hypothesis_prints_yaml_that_can_be_copied():
    first, *lines, last = pretty(tell()).split("\n")
    assert (first, last) == ("", "")
    assert read_scenario("\n".join(lines)).source == tell()
    assert {line[:4] for line in lines} == {"    "}
