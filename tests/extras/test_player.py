from datetime import timedelta

import pytest

from deck_sim.contract.error_catalog import ApiError
from deck_sim.extras.player import PlayLine, format_lines, play_scenario
from deck_sim.scenario.library import shipped
from deck_sim.scenario.loader import read_scenario

PROMPT = "interaction_required: {accept: {code: '1'}}"
ASKS_TWICE = f"task_run: [running, {PROMPT}, running, {PROMPT}, running, completed]"


def read(body):
    """A scenario of which only the scripts are given."""
    return read_scenario(f"version: 1\nname: story\n{body}\n")


def told(played):
    """Who did what, when."""
    return [f"{line.at.seconds}s {line.who} {line.what}" for line in played.lines]


def test_a_playthrough_keeps_the_world_and_who_was_in_it():
    """Every id leads to a resource of the world."""
    played = play_scenario(shipped().get("success"))
    world = played.simulation.world
    ids = {"agent": played.agent_id, "source": played.source_id, "task": played.task_id}
    assert all(world.find(kind, id_) for kind, id_ in ids.items())
    assert (played.login.id, played.login.status) == (played.login_id, "connected")
    assert (played.run.id, played.run.status) == (played.run_id, "completed")
    assert played.run["task_id"] == played.task_id


def test_a_connection_that_does_not_come_about_runs_nothing():
    """There is no run, and the story is that of the connection."""
    played = play_scenario(shipped().get("credentials_rejected"))
    assert (played.run, played.run_id) == (None, None)
    assert told(played) == ["0s connection connecting", "3s connection invalid"]


def test_a_story_is_a_line_each_in_columns():
    """When, who, what and more, with nothing behind the last word."""
    lines = [
        PlayLine(timedelta(0), "connection", "connecting"),
        PlayLine(timedelta(minutes=90), "task run", "failed", "a/b: c"),
    ]
    assert format_lines(lines) == (
        "+0s     connection  connecting\n"  #
        "+1h30m  task run    failed      a/b: c\n"
    )


def test_a_playthrough_prints_its_story():
    """As text it is the lines."""
    played = play_scenario(shipped().get("mfa_twice"))
    assert str(played) == format_lines(played.lines)


def test_every_prompt_gets_a_right_answer_if_none_are_given():
    """The user knows the code."""
    played = play_scenario(read(ASKS_TWICE))
    assert told(played)[-1] == "1s task run completed"


@pytest.mark.parametrize(("given", "end"), [({"pin": 77}, "completed"), ({}, "failed")])
def test_a_right_answer_may_be_computed(given, end):
    """It is what the input makes it; where it cannot be computed, the run says so."""
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
def test_given_answers_are_used_up_in_order(answers, answered, end):
    """After the last nobody answers, and time passes until the limits have run out."""
    played = play_scenario(read(ASKS_TWICE), answers)
    assert len([line for line in played.lines if line.what == "answered"]) == answered
    assert told(played)[-1] == end


def test_an_answer_that_does_not_fit_is_refused():
    """It names a field that was not asked for."""
    with pytest.raises(ApiError, match=r"`inputs\.pin` was not asked for"):
        play_scenario(read(ASKS_TWICE), [{"pin": "1"}])


@pytest.mark.parametrize("field", ["{name: password}", "{name: secret, type: password}"])
def test_a_password_is_never_told(field):
    """Neither by the name of its field nor by its type."""
    prompt = f"{{type: login, fields: [{{name: user}}, {field}]}}"
    body = f"task_run: [running, interaction_required: {prompt}, running, completed]"
    name = "password" if "secret" not in field else "secret"
    story = str(play_scenario(read(body), [{"user": "alex", name: "hunter2"}]))
    assert "hunter2" not in story
    assert f"user=alex, {name}=•••" in story


def test_a_run_that_waits_for_a_person_is_approved_after_a_minute():
    """The reviewer takes a minute, whenever the run comes to wait."""
    played = play_scenario(read("task_run: [running: 5s, pending, completed]"))
    assert told(played)[-3:] == [
        "6s task run pending",
        "66s reviewer approved",
        "66s task run completed",
    ]


def test_a_reviewer_can_come_too_late():
    """The connection is lost before the minute is over, and the run has failed."""
    body = "connection: [connected: 30s, disconnected]\ntask_run: [running, pending, completed]"
    played = play_scenario(read(body))
    assert "reviewer" not in str(played)
    assert told(played)[-2:] == ["30s connection disconnected", "30s task run failed"]


def test_a_connection_is_seen_through_to_where_it_ends():
    """What happens to it after the run belongs to the story."""
    played = play_scenario(read("connection: [connected: 10m, disconnected]"))
    assert told(played)[-2:] == ["10s task run completed", "600s connection disconnected"]


def test_nothing_ends_a_connection_that_hangs():
    """The player stops where nothing is due any more."""
    assert told(play_scenario(read("connection: [connecting: stuck]"))) == [
        "0s connection connecting"
    ]


def test_the_seed_decides_what_is_drawn():
    """The same seed tells the same story, ids and all; another one another."""
    scenario = shipped().get("varying_success")
    one, same, other = (play_scenario(scenario, seed=seed) for seed in (1, 1, 2))
    assert (one.lines, one.run_id) == (same.lines, same.run_id)
    assert one.run_id != other.run_id
    assert one.lines != other.lines


def test_several_errors_are_told_in_one_line():
    """Each with its name and its message."""
    played = play_scenario(read("task_run: [failed: [api/timeout, source/source_error]]"))
    assert played.lines[-1].detail == (
        "api/timeout: The request took too long.; source/source_error: The source answered with an"
        " error."
    )
