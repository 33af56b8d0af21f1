"""Playing scripts, and passing time.

`pass_time` is the only function that moves a world's clock. It moves the clock to the next timer,
fires this timer, and returns, so that its caller can act between timers.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from deck_sim.base.durations import spell_duration
from deck_sim.contract.error_catalog import problem
from deck_sim.engine.deliveries import attempt_due
from deck_sim.engine.files import take_screenshot
from deck_sim.engine.holds import Cursor, Stopped, hold_story, stories_at
from deck_sim.engine.script import GO_ON, STAY, Script, ScriptError, Story
from deck_sim.engine.seeded_draws import make_id
from deck_sim.engine.step_context import StepContext
from deck_sim.engine.timers import (
    ATTEMPT,
    AUTO_TRANSITION,
    DISUSE,
    INACTIVITY,
    OF_A_STEP,
    SCREENSHOT,
    STEP,
    TASK_TIMEOUT,
    WINDOW,
    Due,
)
from deck_sim.engine.world import World
from deck_sim.engine.world_values import Resource

MOST_SCREENSHOTS = 1000  # the timer stops when a run has so many, its script's included


def start_story(world: World, resource: Resource, script: Script) -> None:
    """Inject the faults of `script`, and play the script for a resource up to the first wait."""
    story = world.stories[resource.id] = Story(resource.id, script)
    for number, fault in enumerate(script.faults):
        fault_id = make_id(world.seed, "flt", f"{resource.id}/{number}")
        world.injected.add(fault_id, fault, resource.id)
        world.note(resource.kind, resource.id, f"fault {fault}")
    _play(StepContext(world, story), (story.path, story.wrong_answers))


def react(world: World, owner: str, word: str = "due", value: Any = None) -> None:
    """Continue the story of `owner` after `word`: `answer` (with the inputs as `value`), `approve`,
    `reject`, or `due` at the end of a wait.
    """
    story = world.stories[owner]
    step = story.script.positions[story.path].step
    context, reacted_at = StepContext(world, story), (story.path, story.wrong_answers)
    assert step is not None, f"{owner} got {word!r} after the end of its story"
    try:
        turn = step.react(context, word, value)
    except ScriptError as error:
        _break_off(world, story, error)
        return
    if turn != STAY:
        story.go(turn)
    story.held = None
    _play(context, reacted_at)


def release(world: World, hold_id: str) -> list[str]:
    """Remove a hold and play the stories that it stopped; return the ids of their owners."""
    stories = stories_at(world, hold_id)
    del world.holds[hold_id]
    for story in stories:
        held, reacted_at = story.held, (story.path, story.wrong_answers)
        assert held is not None, f"{hold_id} stopped {story.owner}, but its story has no `held`"
        story.path, story.wrong_answers, story.held = held.next_path, held.next_wrong_answers, None
        _play(StepContext(world, story), reacted_at)
    return [story.owner for story in stories]


def pass_time(world: World, limit: datetime) -> Due | None:
    """Move the clock to the next timer; fire and return this timer. If none is due by `limit`, move
    the clock to `limit` and return None.
    """
    due = world.timers.take(limit)
    moment = limit if due is None else due.at
    if moment > world.now:
        world.now = moment
    if due is not None:
        _ON_DUE[due.name](world, due.owner)
    return due


def _play(context: StepContext, reacted_at: Cursor) -> None:
    """Play steps until one waits or fails, a hold stops them, or the resource or script ends."""
    world, story = context.world, context.story
    owner, script = story.owner, story.script
    players = world.all(script.kind)
    while world.stories.get(owner) is story:
        here, status = script.positions[story.path], players[owner].status
        if here.step is None:
            world.stop_story(owner)
            return
        try:
            wait = here.step.enter(context)
        except Stopped as stopped:  # the step does not count as played
            hold_story(world, story, stopped.hold_id, reacted_at)
            return
        except ScriptError as error:
            world.played[here.counted_as] += 1
            _break_off(world, story, error)
            return
        world.played[here.counted_as] += 1
        if wait is not None:
            world.timers.disarm(owner, OF_A_STEP)
            if not wait.active and world.contract.machine(script.kind).is_run:
                world.timers.arm(owner, INACTIVITY, world.now + world.contract.inactivity)
            span = wait.span
            if span is not None:
                if wait.active and world.pace is not None:
                    span = world.pace.length_of(world, story, span)
                world.timers.arm(owner, WINDOW if wait.is_timeout else STEP, world.now + span)
            return
        if players[owner].status != status:  # the timers of the old status do not apply
            world.timers.disarm(owner, OF_A_STEP)
            reacted_at = (story.path, story.wrong_answers)
        story.go(GO_ON)


def _break_off(world: World, story: Story, error: ScriptError) -> None:
    resource = world.all(story.script.kind)[story.owner]
    world.stop_story(story.owner)
    world.note(resource.kind, resource.id, f"script error: {error}")
    world.script_errors.append(f"{resource.id}: {error}")
    machine = world.machine(resource)
    if machine.is_run:
        failure = problem("task/task_failed", f"{error}")
        world.move(resource, "failed", errors=[failure.as_json()])
    else:
        assert machine.broken is not None, f"a {resource.kind} plays no script"
        world.move(resource, machine.broken)


def end_run(world: World, run_id: str) -> bool:
    """Let a run time out now; return False if its status does not allow it."""
    run = world.all("task_run")[run_id]
    if "failed" not in world.machine(run).follows[str(run.status)]:
        return False
    _timeout_due(world, run_id)
    return True


def _timeout_due(world: World, owner: str, text: str | None = None) -> None:
    run = world.all("task_run")[owner]
    timeout = spell_duration(timedelta(seconds=run.hidden["timeout_seconds"]))
    silence = spell_duration(world.contract.inactivity)
    failure = problem("task/timeout", text and text.format(silence), timeout=timeout)
    world.move(run, "failed", errors=[failure.as_json()])


def _auto_transition_due(world: World, owner: str) -> None:
    resource = world.resource(owner)
    world.move(resource, world.machine(resource).auto_transitions[str(resource.status)].to)
    world.stop_story(owner)  # its script would continue from the old status


def _screenshot_due(world: World, owner: str) -> None:
    run = world.all("task_run")[owner]
    count = len(world.screenshots.get(run.id, ())) + 1
    take_screenshot(world, run, f"screenshot_{count}.png")
    if count < MOST_SCREENSHOTS:
        world.timers.arm(run.id, SCREENSHOT, world.now + world.contract.screenshot_interval)


_ON_DUE: dict[str, Callable[[World, str], None]] = {
    STEP: react,
    WINDOW: react,
    TASK_TIMEOUT: _timeout_due,
    INACTIVITY: partial(_timeout_due, text="Nothing happened in the task run for {}."),
    AUTO_TRANSITION: _auto_transition_due,
    SCREENSHOT: _screenshot_due,
    DISUSE: _auto_transition_due,
    ATTEMPT: attempt_due,
}
