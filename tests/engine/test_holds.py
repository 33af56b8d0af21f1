"""Holds: where a story stops, what it hears there, and how it goes on."""

import copy

import pytest

from deck_sim.contract.error_catalog import ApiError
from deck_sim.engine.holds import stories_at
from deck_sim.engine.playing import release
from deck_sim.engine.records import Hold

ASKS = "[running: 1s, interaction_required: {type: mfa, accept: {code: '1'}}, running, completed]"
HELD = "task_run.completed"


@pytest.fixture
def hold(play):
    """Hold an event, of one resource if it is given."""

    def hold(event, resource=None):
        id_ = play.world.next_id("hold")
        play.world.holds[id_] = Hold(id_, event, resource and resource.id)
        return id_

    return hold


def test_a_story_stops_before_the_event_and_plays_at_the_moment_of_release(play, hold):
    """The run keeps its status while time passes, and completes when it is let go."""
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


def test_a_held_run_can_be_canceled(play, hold):
    """Cancel wins over complete: what was held is forgotten."""
    held = hold("task_run.completed")
    run = play.run("[running: 8s, completed]")
    play.wait("8s")
    play.command(run, "cancel")
    assert release(play.world, held) == []
    assert play.look(run).status == "canceled"


def test_a_prompt_whose_end_is_held_can_still_be_answered(play, hold):
    """The answer wins over the expiry, and the story goes on from the prompt."""
    held = hold("task_run.failed")
    run = play.run(ASKS)
    play.wait("10m")
    assert play.told(run)[-1] == "5m1s held before task_run.failed"
    assert play.answer(run, code="1").status == "completed"
    assert release(play.world, held) == []


def test_a_wrong_answer_at_a_held_end_asks_again_with_a_whole_window(play, hold):
    """The expiry is forgotten; another one comes when the new window is over."""
    hold("task_run.failed")
    run = play.run(ASKS)
    play.wait("10m")
    play.answer(run, code="2")
    assert play.world.stories[run.id].held is None
    play.wait("5m")
    assert play.told(run)[-1] == "15m held before task_run.failed"


def test_an_answer_whose_effect_is_held_counts_once_it_is_let_go(play, hold):
    """The run still shows its prompt; the answer is not lost."""
    run = play.run(ASKS)
    play.wait("1s")
    held = hold("task_run.running", run)
    assert play.answer(run, code="1").status == "interaction_required"
    release(play.world, held)
    assert play.look(run).status == "completed"


def test_a_wrong_answer_whose_effect_is_held_is_counted(play, hold):
    """Held before it is asked again, the story remembers how many answers were wrong."""
    run = play.run(
        "[running, interaction_required: {accept: {code: '1'}, attempts: 2}, running, completed]"
    )
    held = hold("task_run.interaction_required")
    play.answer(run, code="2")
    release(play.world, held)
    play.answer(run, code="2")
    assert play.error(run).startswith("auth/mfa_invalid")


def test_patience_ends_a_held_run(play, hold):
    """A task's timeout is not held: nothing of a story is in it."""
    hold("task_run.completed")
    hold("task_run.failed")
    run = play.run("[running: 8s, completed]", timeout=60)
    play.wait("1m")
    assert play.told(run)[-1] == "1m running -> failed"
    assert (play.world.stories, play.world.timers.peek()) == ({}, None)


def test_an_unanswered_prompt_fails_although_its_answer_is_held(play, hold):
    """The window goes on while the answer has no effect."""
    run = play.run(ASKS)
    play.wait("1s")
    held = hold("task_run.running")
    play.answer(run, code="1")
    play.wait("5m")
    assert play.look(run).status == "failed"
    assert release(play.world, held) == []


def test_a_story_is_held_before_its_first_step(play, hold):
    """A run stays as it was created."""
    held = hold("task_run.running")
    run = play.run("[running: 8s, completed]")
    assert run.status == "queued"
    release(play.world, held)
    assert play.look(run).status == "running"


def test_what_was_asked_before_is_asked_no_more(play, hold):
    """Held after the prompt was left, the run hears nothing of the prompt's window."""
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
    """What took no time before the held status is not repeated by what the story hears."""
    held = hold("task_run.failed")
    branch = "on_timeout: [event: late, failed: interaction/interaction_timeout]"
    run = play.run(f"[running, interaction_required: {{{branch}}}, running, completed]")
    play.wait("5m")
    release(play.world, held)
    assert play.events(run)[-2:] == ["late", "task_run.failed"]


def test_an_event_of_the_scenario_itself_can_be_held(play, hold):
    """An `event:` step stops, too, whatever its type."""
    held = hold("custom.type")
    run = play.run("[running: 1s, event: custom.type, completed]")
    play.wait("1s")
    assert play.told(run)[-1] == "1s held before custom.type"
    release(play.world, held)
    assert play.events(run)[-2:] == ["custom.type", "task_run.completed"]


def test_a_step_before_which_a_story_stands_is_not_counted_as_played(play, hold):
    """It is counted when it is played, once."""
    held = hold("task_run.completed")
    play.run("[running: 8s, completed]")
    play.wait("8s")
    assert play.world.played["story", "task_run", (1,)] == 0
    release(play.world, held)
    assert play.world.played["story", "task_run", (1,)] == 1


def test_a_hold_of_one_run_lets_the_others_go_on(play, hold):
    """Only the run that was named stops."""
    first, second = (play.run("[running: 8s, completed]") for _ in range(2))
    hold("task_run.completed", second)
    play.wait("8s")
    assert [play.look(run).status for run in (first, second)] == ["completed", "running"]


def test_what_was_held_goes_on_in_the_order_of_its_coming(play, hold):
    """Whoever came first goes first; a second hold may stop it again."""
    held = hold("task_run.completed")
    slow, quick = (play.run(f"[running: {n}s, completed]") for n in (9, 3))
    play.wait("1m")
    again = hold("task_run.completed", slow)
    assert release(play.world, held) == [quick.id, slow.id]
    assert [story.owner for story in stories_at(play.world, again)] == [slow.id]
    assert play.look(quick).status == "completed"


def test_a_connection_can_be_held(play, hold):
    """Connecting waits, and a copy of the world holds as the world does."""
    held = hold("connection.connected")
    connection = play.open()
    play.wait("1m")
    assert play.look(connection).status == "connecting"
    twin = copy.deepcopy(play.world)
    for world in (play.world, twin):
        release(world, held)
        assert world.all("connection")[connection.id].status == "connected"
    assert twin == play.world
