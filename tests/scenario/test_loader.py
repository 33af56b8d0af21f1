import pytest

from deck_sim.scenario.loader import ScenarioError, read_scenario, scenario_from_data

WRONG = {
    "task_run: [failed: {message: a}]": "task_run[0].failed.error: is required",
    "task_run: [running, failed]": "`failed` needs a value; write `failed:` and its `errors`",
    "task_run: [failed: request/input_invalid]": "is an error of calls, not runs",
    "task_run: [running, completed: 2s]": 'takes only the keys `output` and `result`, not "2s"',
    "task_run: [running, canceled: 2s]": '`canceled` takes no value; leave out "2s"',
    "task_run: {connectons: [running]}": "unknown edition 'connectons'; did you mean",
}


def test_a_wrong_value_is_one_mistake(mistakes):
    for body, message in WRONG.items():
        (line,) = mistakes(body)
        assert message in line


def test_mistakes_of_meaning_are_reported_if_there_are_none_of_form(mistakes):
    (line,) = mistakes("task_run: [running, {completed: {outputs: {}}}, running]")
    assert "unknown key 'outputs'" in line
    assert len(mistakes("task_run: [running, completed, running]")) == 1


def test_a_file_that_cannot_be_read_is_refused(tmp_path):
    with pytest.raises(ScenarioError, match=r"x\.yaml:1:1: cannot be read: No such file"):
        read_scenario(tmp_path / "x.yaml", "x.yaml")


def test_a_scenario_is_made_from_plain_data():
    assert scenario_from_data({"version": 1, "name": "x"}).name == "x"
    with pytest.raises(ScenarioError) as caught:
        scenario_from_data({"version": 1, "name": "x", "task_run": ["runing"]})
    assert str(caught.value).startswith("<data>:1:1: task_run[0]: unknown status 'runing'")
