"""A history that was made up, as a scenario and as a file."""

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


def test_it_is_a_mapping_like_the_scenario_it_tells():
    """Whatever takes plain data takes a history."""
    history = tell()
    assert dict(history) == history == history.scenario
    assert [*history] == ["version", "name", "summary", "edition", "task_run"]
    assert (len(history), history["task_run"]) == (5, STEPS)


def test_it_knows_its_end_and_the_answers_that_lead_there():
    """The last status is the outcome; the summary tells them all."""
    history = tell()
    assert (history.answers, history.outcome) == (ANSWERS, "completed")
    assert history["summary"] == "A run that is running, then interaction_required, then completed."


def test_its_yaml_is_the_same_scenario():
    """A file that is saved from it is read as it was."""
    history = tell()
    assert read_scenario(history.yaml).source == history
    assert repr(history) == history.yaml


def test_equal_steps_have_one_name_and_others_another():
    """A folder can hold many, and none twice."""
    assert tell().name == tell([*STEPS]).name == "history_a3c56c9c"
    assert tell().name != tell(STEPS[:-1]).name


def test_hypothesis_prints_it_on_lines_that_can_be_copied():
    """What stands between the brackets is the file, indented."""
    first, *lines, last = pretty(tell()).split("\n")
    assert (first, last) == ("", "")
    assert read_scenario("\n".join(lines)).source == tell()
    assert {line[:4] for line in lines} == {"    "}
