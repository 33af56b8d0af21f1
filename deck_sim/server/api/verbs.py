"""The five usual verbs, for every kind of resource that has them. Its row says the rest."""

from collections.abc import Callable
from functools import partial

from deck_sim.contract.error_catalog import ApiError
from deck_sim.contract.resources import Kind
from deck_sim.engine import commands
from deck_sim.runtime.serialization import print_resource
from deck_sim.server.api.paging import includes, list_resources
from deck_sim.server.request import Answer, Request


def create(request: Request, row: Kind) -> Answer:
    """`POST /things`."""
    world = request.simulation.world
    also = partial(commands.body_problems, world, row.object)
    body = request.read_body(also)
    made = commands.create_resource(world, row.object, body.model_dump())
    return Answer(print_resource(request.simulation, made), row.create_status)


def get(request: Request, row: Kind) -> Answer:
    """`GET /things/{id}`."""
    world, simulation = request.simulation.world, request.simulation
    asked = includes(request, row)
    simulation.poll([commands.fetch(world, row.object, request.params["id"])])
    found = commands.fetch(world, row.object, request.params["id"])
    return Answer(print_resource(request.simulation, found, asked))


def update(request: Request, row: Kind) -> Answer:
    """`PATCH /things/{id}`: what was not sent stays as it is."""
    world = request.simulation.world
    resource = commands.fetch(world, row.object, request.params["id"])
    also = partial(commands.body_problems, world, row.object)
    sent = request.read_body(also).sent()
    changed = commands.update_resource(world, resource, sent)
    return Answer(print_resource(request.simulation, changed))


def delete(request: Request, row: Kind) -> Answer:
    """`DELETE /things/{id}`: the same answer when it is deleted again (documented)."""
    world, resource_id = request.simulation.world, request.params["id"]
    found = world.all(row.object).get(resource_id)
    if found is None:
        raise ApiError(commands.missing(world, row.object, resource_id))
    commands.delete_resource(world, found)
    return Answer({"id": resource_id, "object": row.object, "deleted": True})


VERBS: dict[str, Callable[..., Answer]] = {
    "create": create,
    "list": list_resources,
    "get": get,
    "update": update,
    "delete": delete,
}
