"""Parts of answers about what is due and what waits."""

from deck_sim.base.durations import format_duration
from deck_sim.engine.records import Resource
from deck_sim.engine.story import KINDS
from deck_sim.engine.timers import EFFECTS, Due
from deck_sim.engine.world import World
from deck_sim.operations.operation import Json
from deck_sim.runtime.moments import print_moment
from deck_sim.runtime.simulation import Simulation
from deck_sim.runtime.why import explain_wait, next_status

MOST_UNFINISHED = 200  # that are listed


def print_due(world: World, due: Due) -> Json:
    """A timer: when it is due, for which resource, what happens then, and which status follows."""
    to = next_status(world, due)
    return {
        "at": print_moment(due.at),
        "in": format_duration(due.at - world.now),
        "id": due.owner,
        "what": EFFECTS[due.name],
        **({"to": to} if to else {}),
    }


def list_unfinished(simulation: Simulation) -> Json:
    """The latest of the runs, logins and deliveries that are not over, and how many there are."""
    world = simulation.world
    found = [
        resource
        for kind in (*KINDS, "event_delivery")
        for resource in world.resources.get(kind, {}).values()
        if not world.is_settled(resource)
    ]
    latest = sorted(found, key=lambda one: one.updated_at)[-MOST_UNFINISHED:]
    return {
        "unfinished": [print_unfinished(simulation, resource) for resource in latest],
        "unfinished_total": len(found),
    }


def print_unfinished(simulation: Simulation, resource: Resource) -> Json:
    """Why a resource is not over yet, what is next for it, and what helps."""
    world, story = simulation.world, simulation.world.stories.get(resource.id)
    wait = explain_wait(simulation, resource)
    printed = wait.due and print_due(world, wait.due)
    return {
        "id": resource.id,
        "kind": resource.kind,
        "status": resource.status,
        "since": print_moment(story.held.since if story and story.held else resource.updated_at),
        "why": wait.why,
        "remedy": wait.remedy,
        **({"next": {k: v for k, v in printed.items() if k != "id"}} if printed else {}),
    }
