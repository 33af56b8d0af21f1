"""The call that shows a resource of any kind with its story and what it waits for."""

from deck_sim.base.errors import nearest, quote
from deck_sim.contract.error_catalog import refuse
from deck_sim.operations.operation import Json, operation
from deck_sim.operations.unfinished import print_due, print_unfinished
from deck_sim.runtime.serialization import print_resource
from deck_sim.runtime.simulation import Simulation
from deck_sim.runtime.why import find_right_answer


@operation("GET", "/resources/{id}", shows_records=True)
def show_resource(simulation: Simulation, id: str) -> Json:
    """Show a resource of any kind, deleted or not, with its story and what is due for it."""
    world = simulation.world
    known = {id_: one for kind in world.resources.values() for id_, one in kind.items()}
    resource = known.get(id)
    if resource is None:
        text = f"no resource of this world has the id {quote(id)}{nearest(id, known)}"
        raise refuse("request/endpoint_not_found", text)
    choice, story = simulation.chosen.get(id), world.stories.get(id)
    due = [print_due(world, timer) for timer in world.timers.of(id)]
    is_open = not (resource.deleted or world.is_settled(resource))
    includes = frozenset(world.kind(resource.kind).includes)
    return {
        "kind": resource.kind,
        "deleted": resource.deleted,
        "resource": print_resource(simulation, resource, includes),
        "scenario": choice.played.name if choice else None,
        "story": story
        and {
            "scenario": story.script.scenario,
            "because": choice.because if choice else None,
            "ignored": [f"{one.name}: {one.why}" for one in choice.ignored] if choice else [],
            "step": [*story.place],
            "held": story.held.hold if story.held else None,
        },
        "due": sorted(due, key=lambda timer: str(timer["at"])),
        "unfinished": print_unfinished(simulation, resource) if is_open else None,
        "right_answer": find_right_answer(simulation, id),
    }
