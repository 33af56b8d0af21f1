"""The player: what it does for people, and what it lists."""

import pytest

from deck_sim.cli.player import play_scenario
from deck_sim.contract.error_catalog import ApiError
from deck_sim.scenario.library import shipped
from deck_sim.scenario.loader import read_scenario

PROMPT = "interaction_required: {accept: {code: '1'}}"
ASKS_TWICE = f"task_run: [running, {PROMPT}, running, {PROMPT}, running, completed]"


def read(body):
    """A scenario with these scripts."""
    return read_scenario(f"version: 1\nname: story\n{body}\n")


def shown(played):
    """Each line: its time, its actor and the action."""
    return [f"{line.at.seconds}s {line.who} {line.what}" for line in played.lines]


def test_a_playthrough_has_its_login_and_run_as_they_are_at_the_end():
    played = play_scenario(shipped().get("success"))
    assert (played.login.status, played.run.status) == ("connected", "completed")
    assert played.run in played.simulation.world.all("task_run").values()


def test_a_failed_login_runs_nothing():
    played = play_scenario(shipped().get("credentials_rejected"))
    assert played.run is None
    assert shown(played) == ["0s connection connecting", "3s connection invalid"]


@pytest.mark.parametrize(("given", "end"), [({"pin": 77}, "completed"), ({}, "failed")])
def test_a_right_answer_may_be_an_expression(given, end):
    """If it cannot be evaluated, the run fails."""
    prompt = "interaction_required: {accept: {code: '{{ input.pin }}'}}"
    played = play_scenario(
        read(f"task_run: [running, {prompt}, running, completed]"), task_input=given
    )
    assert played.run.status == end


@pytest.mark.parametrize(
    ("answers", "answered", "end"),
    [
        ([], 0, "301s task run failed"),
        ([{"code": "1"}], 1, "301s task run failed"),
        ([{"code": "1"}, {"code": "0"}], 2, "301s task run failed"),
        ([{"code": "1"}, {"code": "0"}, {"code": "1"}, {"code": "1"}], 3, "1s task run completed"),
    ],
)
def test_given_answers_are_used_in_order(answers, answered, end):
    """Later prompts time out."""
    played = play_scenario(read(ASKS_TWICE), answers)
    assert len([line for line in played.lines if line.what == "answered"]) == answered
    assert shown(played)[-1] == end


def test_an_answer_to_an_unknown_field_is_refused():
    with pytest.raises(ApiError, match=r"`inputs\.pin` was not asked for"):
        play_scenario(read(ASKS_TWICE), [{"pin": "1"}])


@pytest.mark.parametrize("field", ["{name: password}", "{name: secret, type: password}"])
def test_a_password_is_not_shown(field):
    prompt = f"{{type: login, fields: [{{name: user}}, {field}]}}"
    body = f"task_run: [running, interaction_required: {prompt}, running, completed]"
    name = "password" if "secret" not in field else "secret"
    story = str(play_scenario(read(body), [{"user": "alex", name: "hunter2"}]))
    assert "hunter2" not in story
    assert f"user=alex, {name}=•••" in story


def test_a_waiting_run_is_approved_after_a_minute():
    played = play_scenario(read("task_run: [running: 5s, pending, completed]"))
    assert shown(played)[-3:] == [
        "6s task run pending",
        "66s reviewer approved",
        "66s task run completed",
    ]


def test_a_run_may_fail_before_its_approval():
    """The connection is lost within the minute."""
    body = "connection: [connected: 30s, disconnected]\ntask_run: [running, pending, completed]"
    played = play_scenario(read(body))
    assert "reviewer" not in str(played)
    assert shown(played)[-2:] == ["30s connection disconnected", "30s task run failed"]


def test_a_connection_is_played_to_its_end():
    """Also after the run."""
    played = play_scenario(read("connection: [connected: 10m, disconnected]"))
    assert shown(played)[-2:] == ["10s task run completed", "600s connection disconnected"]


def test_a_stuck_connection_ends_the_play():
    assert shown(play_scenario(read("connection: [connecting: stuck]"))) == [
        "0s connection connecting"
    ]


def test_a_refused_login_has_no_run():
    """The timeline shows the refusal, which says how the call is answered."""
    played = play_scenario(read("connection: [refused: connection/blocked]"))
    assert (played.login, played.run) == (None, None)
    assert [line.what for line in played.lines] == ["refused"]
    assert played.lines[0].detail.startswith("connection/blocked: ")


def test_a_run_after_a_refused_one_is_played():
    played = play_scenario(read("playlist: [rate_limited, success]"), library=shipped())
    assert [line.what for line in played.lines if line.who == "task run"][::2] == [
        "refused",
        "running",
    ]
