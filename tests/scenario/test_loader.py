import pytest

from deck_sim.scenario.loader import ScenarioError, read_scenario, scenario_from_data

WRONG = {
    "task_run: [failed: {message: a}]": "task_run[0].failed.error: is required",
    "task_run: [running, failed]": "`failed` needs a value; write `failed:` and its `errors`",
    "task_run: [failed: request/input_invalid]": "is an error of calls, not runs",
    "task_run: [running, completed: 2s]": 'takes only the keys `output` and `result`, not "2s"',
    "task_run: [running, canceled: 2s]": '`canceled` takes no value; leave out "2s"',
    "task_run: [running, interaction_required: {type: captcha, accept: {code: 1}}, completed]": (
        "a type of your own needs `fields`"
    ),
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


PLAYABLE = [
    "connection: [connecting, interaction_required, connected]",
    "connection: [connecting, interaction_required, interaction_required, connected, invalid]",
    "connection: [connected: 5s, disconnected]",
    "task_run: [{queued: 1s}, {queued: 1s}, running, running, completed]",
    "task_run: [failed: api/api_error]",
    "task_run: [refused: {error: api/api_error, message: Try later.}]",
    "task_run: [running, interaction_required, interaction_required, running, completed]",
    "task_run: [running, {interaction_required: {on_timeout: []}}, running, completed]",
    "task_run: [running, {interaction_required: {on_timeout: [{running: stuck}]}}, running,"
    " completed]",
    "task_run: [running, {interaction_required: {on_timeout: [running]}}, running, completed]",
    "task_run: [running, {pending: {on_rejected: []}}, completed]",
]


def test_these_orders_can_be_played(read):
    assert [body for body in PLAYABLE if not read(body).editions] == []


def test_without_a_script_everything_succeeds(read):
    for kind, words in (
        ("connection", ["connecting", "connected"]),
        ("session", ["queued", "running", "idle"]),
        ("task_run", ["queued", "running", "completed"]),
    ):
        assert [step.word for step in read("tags: []").script(kind).steps] == words
