import copy

import pytest

from deck_sim.contract.error_catalog import ApiError
from deck_sim.engine.holds import Stopped, stories_at
from deck_sim.engine.playing import release
from deck_sim.engine.script import Script, Story
from deck_sim.engine.step_context import StepContext
from deck_sim.engine.world import World
from deck_sim.engine.world_values import HoldPoint

ASKS = "[running: 1s, interaction_required: {type: mfa, accept: {code: '1'}}, running, completed]"
HELD = "task_run.completed"


@pytest.fixture
def hold(play):
    """Hold an event, of one resource if it is given."""

    def hold(event, resource=None):
        id_ = play.world.next_id("hold")
        play.world.holds[id_] = HoldPoint(id_, event, resource and resource.id)
        return id_

    return hold


def test_a_story_stops_before_the_event_and_plays_at_the_moment_of_release(play, hold):
    held = hold("task_run.completed")
    run = play.run("[running: 8s, completed]")
    play.wait("1m")
    assert play.events(run) == ["task_run.queued", "task_run.running"]
    assert release(play.world, held) == [run.id]
    assert play.told(run)[1:] == [
        "0s queued -> running",
        "8s held before task_run.completed",
        "1m running -> completed",
    ]
    assert play.look(run)["runtime_ms"] == 60_000
    assert (play.world.holds, play.world.stories) == ({}, {})


def test_a_prompt_whose_end_is_held_can_still_be_answered(play, hold):
    """Also if the story stops at a second hold after the release of the first."""
    first, second = hold("task_run.failed"), hold("task_run.failed")
    run = play.run(ASKS)
    play.wait("10m")
    assert play.told(run)[-1] == "5m1s held before task_run.failed"
    assert release(play.world, first) == [run.id]
    assert play.answer(run, code="2").status == "interaction_required"
    assert play.answer(run, code="1").status == "completed"
    assert release(play.world, second) == []


def test_a_wrong_answer_at_a_held_end_asks_again_with_a_whole_window(play, hold):
    hold("task_run.failed")
    run = play.run(ASKS)
    play.wait("10m")
    play.answer(run, code="2")
    assert play.world.stories[run.id].held is None
    play.wait("5m")
    assert play.told(run)[-1] == "15m held before task_run.failed"


def test_an_answer_whose_effect_is_held_takes_effect_on_release(play, hold):
    run = play.run(ASKS)
    play.wait("1s")
    held = hold("task_run.running", run)
    assert play.answer(run, code="1").status == "interaction_required"
    release(play.world, held)
    assert play.look(run).status == "completed"


def test_a_prompt_that_was_left_is_closed(play, hold):
    held = hold(HELD)
    run = play.run(ASKS)
    play.wait("1s")
    assert play.answer(run, code="1").status == "running"
    play.wait("20m")
    assert play.told(run)[-2:] == ["1s interaction_required -> running", "1s held before " + HELD]
    assert play.world.stories[run.id].step.word == "running"
    with pytest.raises(ApiError):
        play.answer(run, code="1")
    release(play.world, held)
    assert play.look(run).status == "completed"


def test_effects_before_a_hold_happen_once(play, hold):
    held = hold("task_run.failed")
    branch = "on_timeout: [event: late, failed: interaction/interaction_timeout]"
    run = play.run(f"[running, interaction_required: {{{branch}}}, running, completed]")
    play.wait("5m")
    release(play.world, held)
    assert play.events(run)[-2:] == ["late", "task_run.failed"]


def test_a_hold_of_one_run_does_not_stop_others(play, hold):
    first, second = (play.run("[running: 8s, completed]") for _ in range(2))
    hold("task_run.completed", second)
    play.wait("8s")
    assert [play.look(run).status for run in (first, second)] == ["completed", "running"]


def test_held_stories_continue_in_the_order_in_which_they_stopped(play, hold):
    held = hold("task_run.completed")
    slow, quick = (play.run(f"[running: {n}s, completed]") for n in (9, 3))
    play.wait("1m")
    again = hold("task_run.completed", slow)
    assert release(play.world, held) == [quick.id, slow.id]
    assert [story.owner for story in stories_at(play.world, again)] == [slow.id]
    assert play.look(quick).status == "completed"


def test_a_hold_names_the_event_of_a_status_and_not_the_status():
    """The event of `cancelling` is `task_run.canceling`."""
    world = World("credentials")
    fields = {"interaction": None, "credential_id": None, "source_id": None, "session_id": None}
    run = world.create("task_run", fields, silent=True)
    world.holds["hold_1"] = HoldPoint("hold_1", "task_run.canceling")
    context = StepContext(world, Story(run.id, Script("story", "task_run", ())))
    with pytest.raises(Stopped):
        context.move("cancelling")
    assert world.all("task_run")[run.id] == run


def test_a_connection_can_be_held(play, hold):
    held = hold("connection.connected")
    connection = play.open()
    play.wait("1m")
    assert play.look(connection).status == "connecting"
    twin = copy.deepcopy(play.world)
    for world in (play.world, twin):
        release(world, held)
        assert world.all("connection")[connection.id].status == "connected"
    assert twin == play.world
