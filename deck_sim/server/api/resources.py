"""The five usual operations (create, list, get, update, delete), for every kind of resource."""

from functools import partial

from deck_sim.contract.error_catalog import ApiError, Problem
from deck_sim.contract.kinds import Kind
from deck_sim.engine import body_checks, commands
from deck_sim.runtime.advance import poll
from deck_sim.runtime.serialization import resource_as_json
from deck_sim.server.api.paging import given, list_items, read_filter, read_includes
from deck_sim.server.request import Answer, Request
from deck_sim.server.routing import endpoint

_CHANGING = ("result", "status")  # filters on fields that a transition may change


def _kind(request: Request) -> Kind:
    return request.world.kind(request.operation.of)


@endpoint
def create_resource(request: Request) -> Answer:
    world, kind = request.world, _kind(request)
    body = request.read_body(partial(body_checks.body_problems, world, kind.object))
    created = commands.create_resource(world, kind.object, body.model_dump())
    return request.show(created, kind.create_status)


@endpoint
def list_resource(request: Request) -> Answer:
    world, kind, problems = request.world, _kind(request), list[Problem]()
    values = {
        kind.filter_fields.get(name, name): read_filter(request, kind, name, problems)
        for name in kind.filters
    }
    filters = given(values)
    lasting = {name: words for name, words in filters.items() if name not in _CHANGING}
    includes = read_includes(request, kind)
    # The resources that may match later: a list of completed runs polls all runs.
    possible = world.newest_first(kind.object, lasting)
    return list_items(
        request,
        partial(world.newest_first, kind.object, filters),
        world.all(kind.object).__contains__,
        lambda item: resource_as_json(request.simulation, item, includes),
        polled=possible if filters != lasting else None,
        problems=problems,
    )


@endpoint
def get_resource(request: Request) -> Answer:
    """Show a resource. In `on_poll` mode the read may first move the clock."""
    simulation, kind = request.simulation, _kind(request)
    includes = read_includes(request, kind)
    poll(simulation, [request.fetch(kind.object)])
    return Answer(resource_as_json(simulation, request.fetch(kind.object), includes))


@endpoint
def update_resource(request: Request) -> Answer:
    world, kind = request.world, _kind(request)
    resource = request.fetch(kind.object)
    sent = request.read_body(partial(body_checks.body_problems, world, kind.object)).sent()
    return request.show(commands.update_resource(world, resource, sent))


@endpoint
def delete_resource(request: Request) -> Answer:
    """Delete a resource. Resources that refer to it stay. A second delete succeeds (documented)."""
    world, kind, resource_id = request.world, _kind(request).object, request.params["id"]
    resource = world.all(kind).get(resource_id)
    if resource is None:
        raise ApiError(world.not_found(kind, resource_id))
    world.delete(resource)
    return Answer({"id": resource_id, "object": kind, "deleted": True})
