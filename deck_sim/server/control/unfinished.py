"""`GET /_sim/next`: due timers, and why each unfinished resource waits, with the remedy."""

from datetime import timedelta
from typing import Any

from deck_sim.base.durations import format_duration
from deck_sim.engine.records import Resource
from deck_sim.engine.stage import Stage
from deck_sim.engine.story import GO_ON, KINDS, Story
from deck_sim.engine.timers import (
    ATTEMPT,
    AUTO_TRANSITION,
    DISUSE,
    EFFECTS,
    INACTIVITY,
    PROGRESS,
    SCREENSHOT,
    TASK_TIMEOUT,
    WINDOW,
    Due,
)
from deck_sim.engine.waiting import asks_person, explain_need, next_due
from deck_sim.engine.world import World
from deck_sim.runtime.moments import print_moment
from deck_sim.runtime.settings import FOLLOW, FROZEN, ON_POLL, REAL
from deck_sim.runtime.simulation import Simulation

MOST_UNFINISHED = 200  # that are listed
_DELIVERY = "event_delivery"
_SECOND = timedelta(seconds=1)
_CLOCKS = {
    FROZEN: "the clock is frozen; ",
    ON_POLL: "the clock moves when a client reads it; ",
    FOLLOW: "the clock follows the time of the process; ",
}


def print_due(world: World, due: Due) -> dict[str, Any]:
    """A timer: when it is due, for which resource, what happens then, and which status follows."""
    to = next_status(world, due)
    return {
        "at": print_moment(due.at),
        "in": format_duration(due.at - world.now),
        "id": due.owner,
        "what": EFFECTS[due.name],
        **({"to": to} if to else {}),
    }


def next_status(world: World, due: Due) -> str | None:
    """The status that a resource enters when a timer of it fires, as far as that is certain."""
    if due.name in (TASK_TIMEOUT, INACTIVITY):
        return "failed"
    if due.name in (AUTO_TRANSITION, DISUSE):
        resource = world.resource(due.owner)
        return world.machine(resource).auto_transitions[str(resource.status)].to
    story = world.stories.get(due.owner)
    if story is None or due.name in (ATTEMPT, SCREENSHOT):
        return None
    return _status_after(world, story, "on_timeout" if due.name == WINDOW else GO_ON)


def _status_after(world: World, story: Story, turn: str) -> str | None:
    script, path = story.script, story.path
    path = script.behind(path) if turn == GO_ON else script.into(path, turn)
    while (step := script.at(path)) is not None:
        found: Any = step  # effects have no status, and the engine knows of none
        if found.is_status:
            return str(found.status(world.rules.machine(script.kind)))
        path = script.behind(path)
    return None


def list_unfinished(simulation: Simulation) -> dict[str, Any]:
    """The latest of the runs, logins and deliveries that are not over, and how many there are."""
    world = simulation.world
    found = [
        resource
        for kind in (*KINDS, _DELIVERY)
        for resource in world.resources.get(kind, {}).values()
        if not world.is_settled(resource)
    ]
    latest = sorted(found, key=lambda one: one.updated_at)[-MOST_UNFINISHED:]
    return {
        "unfinished": [print_unfinished(simulation, resource) for resource in latest],
        "unfinished_total": len(found),
    }


def print_unfinished(simulation: Simulation, resource: Resource) -> dict[str, Any]:
    """Why a resource is not over yet, what is next for it, and what helps."""
    world, story = simulation.world, simulation.world.stories.get(resource.id)
    due = next_due(world, resource.id)
    why, remedy = _explain(simulation, resource, due)
    printed = due and print_due(world, due)
    return {
        "id": resource.id,
        "kind": resource.kind,
        "status": resource.status,
        "since": print_moment(story.held.since if story and story.held else resource.updated_at),
        "why": f"{why[0].upper()}{why[1:]}.",
        "remedy": remedy,
        **({"next": {k: v for k, v in printed.items() if k != "id"}} if printed else {}),
    }


def _explain(
    simulation: Simulation, resource: Resource, due: Due | None
) -> tuple[str, dict[str, Any]]:
    world = simulation.world
    story, later = world.stories.get(resource.id), due and _say_when(simulation, due)
    need = explain_need(world, resource)
    if story and story.held:
        return _join(need, later), {"do": "release", "hold": story.held.hold}
    if story and asks_person(world, resource):
        does = "answer" if resource.fields.get("interaction") is not None else "review"
        return _join(need, later), {"do": does}
    if due is None and resource.kind == _DELIVERY:
        return "its receiver has not answered yet", {"do": "wait"}
    if due is None and (users := world.users.get(resource.id)):
        return f"it waits for the task run `{next(iter(users))}`", {"do": "none"}
    if due is None:
        return need, {"do": "none"}
    needed = _last_failure(world, resource.id) if due.name in PROGRESS else need
    if simulation.advancing:
        return _join("an advance is in progress", _join(needed, later)), {"do": "wait"}
    remedy = {"do": "advance", "by": format_duration(due.at - world.now)}
    return (
        _CLOCKS.get(simulation.mode, "") + _join(needed, later),
        remedy if simulation.mode in (FROZEN, ON_POLL) else {"do": "wait"},
    )


def _join(*clauses: str | None) -> str:
    return "; ".join(filter(None, clauses))


def _say_when(simulation: Simulation, due: Due) -> str:
    world = simulation.world
    to = next_status(world, due)
    what = f"it becomes `{to}`" if to and due.name in PROGRESS else EFFECTS[due.name]
    left = due.at - world.now
    if simulation.mode == REAL and left > _SECOND:  # it goes on while the sentence is read
        left = round(left / _SECOND) * _SECOND
    return f"{what} in {format_duration(left)}" if left else f"{what} as soon as time passes"


def _last_failure(world: World, delivery_id: str) -> str | None:
    for attempt in world.attempts.get(delivery_id, ())[-1:]:
        return f"attempt {attempt.number} failed ({attempt.error or attempt.status})"
    return None


def find_right_answer(simulation: Simulation, owner: str) -> dict[str, str] | None:
    """The answer that the open interaction of a resource accepts, if its script names one."""
    story = simulation.world.stories.get(owner)
    if story is None or not getattr(story.step, "has_right_answer", False):
        return None
    step: Any = story.step  # an `InteractionRequired`; its import is slow
    answer: dict[str, str] = step.right_answer(Stage(simulation.world, story))
    return answer
