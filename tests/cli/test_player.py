"""The player: what the recorded traces do not show."""

import pytest

from deck_sim.cli.player import play_scenario
from deck_sim.scenario.library import shipped
from deck_sim.scenario.loader import read_scenario


def read(body):
    return read_scenario(f"version: 1\nname: story\n{body}\n")


def lines_of(played):
    return [f"{line.at.seconds}s {line.who} {line.what}" for line in played.lines]


@pytest.mark.parametrize(("task_input", "end"), [({"pin": 77}, "completed"), ({}, "failed")])
def test_a_right_answer_may_be_an_expression(task_input, end):
    prompt = "interaction_required: {accept: {code: '{{ input.pin }}'}}"
    played = play_scenario(
        read(f"task_run: [running, {prompt}, running, completed]"), task_input=task_input
    )
    assert played.run.status == end


@pytest.mark.parametrize("field", ["{name: password}", "{name: secret, type: password}"])
def test_a_password_is_not_shown(field):
    prompt = f"{{type: login, fields: [{{name: user}}, {field}]}}"
    body = f"task_run: [running, interaction_required: {prompt}, running, completed]"
    name = "password" if "secret" not in field else "secret"
    story = str(play_scenario(read(body), [{"user": "alex", name: "hunter2"}]))
    assert "hunter2" not in story
    assert f"user=alex, {name}=•••" in story


def test_a_run_may_fail_before_its_approval():
    body = "connection: [connected: 30s, disconnected]\ntask_run: [running, pending, completed]"
    played = play_scenario(read(body))
    assert "reviewer" not in str(played)
    assert lines_of(played)[-2:] == ["30s connection disconnected", "30s task run failed"]


def test_a_refused_login_has_no_run():
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
