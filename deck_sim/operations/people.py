"""Operations that stand for people and websites: approve, reject, answer, drop, delete a file."""

from functools import partial

from deck_sim.base.errors import listed
from deck_sim.contract.editions import EDITIONS
from deck_sim.contract.error_catalog import refuse
from deck_sim.engine import checks, commands
from deck_sim.engine.world import World
from deck_sim.operations.operation import Json, operation
from deck_sim.runtime.request_bodies import check_body
from deck_sim.runtime.serialization import print_resource
from deck_sim.runtime.simulation import Simulation


def check_kind(world: World, kind: str) -> None:
    """Check that the world's edition has a kind of resource; the error names those that do."""
    if kind not in world.rules.kinds:
        owners = listed(name for name, edition in EDITIONS.items() if kind in edition.kinds)
        text = f"this world's edition, `{world.edition}`, has no {kind}s; {owners} has"
        raise refuse("request/endpoint_not_found", text)


def act(kind: str, command: str, simulation: Simulation, id: str) -> Json:
    """Decide about a run, or end a login, as people and websites do it."""
    world = simulation.world
    check_kind(world, kind)
    apply = commands.review_run if command in ("approve", "reject") else commands.apply_command
    changed = apply(world, checks.fetch(world, kind, id), command)
    return print_resource(simulation, changed)


def answer(kind: str, simulation: Simulation, id: str, body: Json) -> Json:
    """Answer an open interaction, as the caller of the Deck API does, with the same body."""
    world, rules = simulation.world, simulation.world.rules
    check_kind(world, kind)
    resource = checks.fetch(world, kind, id)
    inputs = getattr(check_body(rules.body(rules.answer_body), body), rules.answer_key)
    return print_resource(simulation, commands.answer_interaction(world, resource, inputs))


for _kind, _path, _commands in (
    ("task_run", "/task-runs", ("approve", "reject", "cancel")),
    ("connection", "/connections", ("drop", "invalidate")),
    ("session", "/sessions", ("drop",)),
    ("credential", "/credentials", ("invalidate",)),
):
    for _command in _commands:
        operation("POST", f"{_path}/{{id}}/{_command}")(partial(act, _kind, _command))
operation("POST", "/task-runs/{id}/answer")(partial(answer, "task_run"))
operation("POST", "/connections/{id}/answer")(partial(answer, "connection"))


@operation("DELETE", "/storage/{id}")
def delete_file(simulation: Simulation, id: str) -> Json:
    """Delete a file. The Deck API has an event for this, but no call."""
    file = checks.fetch(simulation.world, "storage", id)
    simulation.world.delete(file)
    return {"id": file.id, "object": "storage", "deleted": True}
