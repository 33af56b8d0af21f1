"""The call that shows a resource of any kind with its story and what it waits for."""

from deck_sim.base.errors import nearest, quote
from deck_sim.contract.error_catalog import refuse
from deck_sim.engine.records import Resource
from deck_sim.engine.world import World
from deck_sim.operations.operation import Json, operation
from deck_sim.operations.unfinished import print_due, print_unfinished
from deck_sim.runtime.serialization import print_resource
from deck_sim.runtime.simulation import Simulation
from deck_sim.runtime.why import find_right_answer


@operation("GET", "/resources/{id}", shows_records=True)
def show_resource(simulation: Simulation, id: str) -> Json:
    """Show a resource of any kind, deleted or not, with its story and what is due for it."""
    world = simulation.world
    resource = _find_resource(world, id)
    choice = simulation.chosen.get(resource.id)
    due = [print_due(world, timer) for timer in world.timers.of(resource.id)]
    is_open = not (resource.deleted or world.is_settled(resource))
    includes = frozenset(world.kind(resource.kind).includes)
    return {
        "kind": resource.kind,
        "deleted": resource.deleted,
        "resource": print_resource(simulation, resource, includes),
        "scenario": choice.played.name if choice else None,
        "story": _print_story(simulation, resource),
        "due": sorted(due, key=lambda timer: str(timer["at"])),
        "unfinished": print_unfinished(simulation, resource) if is_open else None,
        "right_answer": find_right_answer(simulation, resource.id),
    }


def _find_resource(world: World, resource_id: str) -> Resource:
    for kind in world.resources.values():
        if resource_id in kind:
            return kind[resource_id]
    ids = [known for kind in world.resources.values() for known in kind]
    text = f"no resource of this world has the id {quote(resource_id)}{nearest(resource_id, ids)}"
    raise refuse("request/endpoint_not_found", text)


def _print_story(simulation: Simulation, resource: Resource) -> Json | None:
    """The story that a resource plays now, and why its scenario was chosen."""
    story, choice = simulation.world.stories.get(resource.id), simulation.chosen.get(resource.id)
    if story is None:
        return None
    return {
        "scenario": story.script.scenario,
        "because": choice.because if choice else None,
        "ignored": [f"{one.name}: {one.why}" for one in choice.ignored] if choice else [],
        "step": [*story.place],
        "held": story.held.hold if story.held else None,
    }
