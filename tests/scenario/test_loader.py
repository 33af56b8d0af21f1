import pytest

from deck_sim.base.errors import listed
from deck_sim.contract.error_catalog import run_errors
from deck_sim.scenario.loader import (
    ScenarioError,
    load_scenario,
    scenario_from_data,
)


def test_an_unknown_error_lists_those_of_its_type(mistakes):
    """The whole catalog is too long for a message."""
    *_, line = mistakes("task_run: [failed: source/quota_exceeded]")
    known = listed([name for name in run_errors() if name.startswith("source/")], last="or")
    assert line.endswith(f"unknown error 'source/quota_exceeded'; allowed: {known}")


@pytest.mark.parametrize(
    "body", ["k" * 900 + ": 1", f"task_run: [{'k' * 5000}]", f"edition: {'k' * 5000}"]
)
def test_a_long_word_is_cut_in_the_message(mistakes, body):
    """A message repeats sixty characters of the found value."""
    (line,) = mistakes(body)
    assert f"'{'k' * 59}…'" in line


WRONG = {
    "task_run: [{failed: {errors: []}}]": "must name at least one error",
    "task_run: [refused: {error: api/api_error, message: '{{ now }}'}]": "no run or login exists",
    "task_run: [running, failed]": "`failed` needs a value",
    "task_run: [running, completed: 2s]": "`completed` takes an object with `output` and `result`",
    "task_run: [running, canceled: 2s]": "`canceled` takes no value; write the name alone",
    "session: [queued, completing]": "`completing` is the effect of a call",
    "task_run: {connectons: [running]}": "unknown edition 'connectons'; did you mean",
    "task_run: [running, interaction_required: {type: x, fields: [{nmae: a}]}]": "did you mean",
}


def test_a_wrong_value_is_one_mistake(mistakes):
    """It says what is allowed."""
    for body, message in WRONG.items():
        (line,) = mistakes(body)
        assert message in line


def test_mistakes_of_meaning_are_reported_if_there_are_none_of_form(mistakes):
    """An order of statuses is judged when every step can be read."""
    (line,) = mistakes("task_run: [running, {completed: {outputs: {}}}, running]")
    assert "unknown key 'outputs'" in line
    assert len(mistakes("task_run: [running, completed, running]")) == 1


@pytest.mark.parametrize(
    ("make", "reason"),
    [
        (lambda file: file.mkdir(), "cannot be read: Is a directory"),
        (lambda file: None, "cannot be read: No such file or directory"),
        (lambda file: file.write_text("x" * 2**21), "the file is larger than 1024 KiB"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused(make, reason, tmp_path):
    """A folder, a missing file and a large one are errors with a reason."""
    file = tmp_path / "none.yaml"
    make(file)
    with pytest.raises(ScenarioError, match=f"none.yaml:1:1: {reason}"):
        load_scenario(file)


def test_a_file_is_read(tmp_path):
    """A scenario keeps its source as plain data."""
    file = tmp_path / "x.yaml"
    file.write_text("version: 1\nname: x\ntags: [a]\n")
    assert load_scenario(file).source == {"version": 1, "name": "x", "tags": ["a"]}


def test_a_scenario_is_made_from_plain_data():
    """JSON data is checked like a file; its mistakes have no position."""
    assert scenario_from_data({"version": 1, "name": "x"}).name == "x"
    with pytest.raises(ScenarioError) as caught:
        scenario_from_data({"version": 1, "name": "x", "task_run": ["runing"]})
    assert str(caught.value).startswith("<data>:1:1: task_run[0]: unknown status 'runing'")
