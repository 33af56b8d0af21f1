"""Playing scripts, and passing time.

`pass_time` is the only function that moves a world's clock. It goes to the next due moment, lets
that one thing happen, and returns, so that whoever drives can do what must be done in between.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from deck_sim.durations import spell_duration
from deck_sim.engine.deliveries import attempt_due
from deck_sim.engine.records import Resource
from deck_sim.engine.stage import Stage
from deck_sim.engine.story import GO_ON, STAY, Script, ScriptFault, Story, Wait
from deck_sim.engine.timers import (
    ATTEMPT,
    DISUSE,
    INACTIVITY,
    OF_A_STEP,
    PASSAGE,
    STEP,
    TASK_TIMEOUT,
    WINDOW,
    Due,
)
from deck_sim.engine.world import World
from deck_sim.errors import problem


def start_story(world: World, resource: Resource, script: Script) -> None:
    """Play `script` for a resource, up to its first wait."""
    story = world.stories[resource.id] = Story(resource.id, script)
    _play(world, story)


def hear(world: World, owner: str, word: str, value: Any = None) -> None:
    """Tell the story of `owner` what happened: an answer, a verdict, the end of a wait."""
    story = world.stories[owner]
    step = story.step
    assert step is not None, f"{owner} hears {word!r} after the end of its story"
    try:
        turn = step.hear(Stage(world, story), word, value)
    except ScriptFault as fault:
        _break_off(world, story, fault)
        return
    if turn != STAY:
        world.timers.take_back(owner, *OF_A_STEP)
        story.go(turn)
    _play(world, story)


def pass_time(world: World, limit: datetime) -> None:
    """Go to the next due moment and let one thing happen; if none is due by `limit`, go there."""
    due = world.timers.peek()
    if due is None or due.at > limit:
        world.now = max(world.now, limit)
        return
    world.timers.take_back(due.owner, due.name)
    world.now = max(world.now, due.at)
    _ON_DUE[due.name](world, due)


def _play(world: World, story: Story) -> None:
    """Play steps until one waits, the resource is finished, or the script ends."""
    while world.stories.get(story.owner) is story:
        step = story.step
        if step is None:
            del world.stories[story.owner]
            return
        world.played[story.script.scenario, story.script.kind, story.path] += 1
        try:
            wait = step.enter(Stage(world, story))
        except ScriptFault as fault:
            _break_off(world, story, fault)
            return
        if wait is not None:
            _wait(world, story, wait)
            return
        story.go(GO_ON)


def _break_off(world: World, story: Story, fault: ScriptFault) -> None:
    """End a story that cannot be played on; what it is about says so in its own way."""
    resource = world.all(story.script.kind)[story.owner]
    world.stop_story(story.owner)
    world.note(resource.kind, resource.id, f"scenario fault: {fault}")
    world.faults.append(f"{resource.id}: {fault}")
    machine = world.machine(resource)
    if machine.works_in:
        world.fail(resource, problem("task/task_failed", f"{fault}"))
    else:
        assert machine.broken is not None, f"a {resource.kind} plays no script"
        world.move(resource, machine.broken)


def _wait(world: World, story: Story, wait: Wait) -> None:
    if not wait.active and world.rules.machine(story.script.kind).works_in:
        world.timers.arm(story.owner, INACTIVITY, world.now + world.rules.inactivity)
    if wait.span is not None:
        name = WINDOW if wait.patience else STEP
        world.timers.arm(story.owner, name, world.now + wait.span)


def _step_due(world: World, due: Due) -> None:
    hear(world, due.owner, "due")


def _task_timeout_due(world: World, due: Due) -> None:
    run = world.all("task_run")[due.owner]
    timeout = spell_duration(world.now - run.created_at)
    world.fail(run, problem("task/timeout", timeout=timeout))


def _inactivity_due(world: World, due: Due) -> None:
    silence = spell_duration(world.rules.inactivity)
    text = f"Nothing happened in the task run for {silence}."
    world.fail(world.all("task_run")[due.owner], problem("task/timeout", text))


def _passage_due(world: World, due: Due) -> None:
    resource = world.resource(due.owner)
    world.move(resource, world.machine(resource).passages[str(resource.status)].to)


_ON_DUE: dict[str, Callable[[World, Due], None]] = {
    STEP: _step_due,
    WINDOW: _step_due,
    TASK_TIMEOUT: _task_timeout_due,
    INACTIVITY: _inactivity_due,
    PASSAGE: _passage_due,
    DISUSE: _passage_due,
    ATTEMPT: attempt_due,
}
