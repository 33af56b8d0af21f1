"""The operations on resources: the five usual ones (create, list, get, update, delete), for every
kind, and others, such as starting a run.
"""

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

from deck_sim.contract.error_catalog import ApiError
from deck_sim.contract.kinds import Kind
from deck_sim.engine import body_checks, commands
from deck_sim.engine.files import files_of, kept_screenshots
from deck_sim.engine.world_values import Resource
from deck_sim.runtime.advance import poll
from deck_sim.runtime.request_bodies import ExtraChecks
from deck_sim.runtime.serialization import (
    resource_as_json,
    screenshot_as_json,
    storage_item_as_json,
)
from deck_sim.scenario.selection import SCENARIO_HEADER
from deck_sim.server.api.paging import list_items, read_filters, read_includes
from deck_sim.server.request import Answer, Request
from deck_sim.server.routing import ENDPOINTS, endpoint

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
    world, kind = request.world, _kind(request)
    filters, includes = read_filters(request, kind), read_includes(request, kind)
    lasting = {name: words for name, words in filters.items() if name not in _CHANGING}
    # The resources that may match later: a list of completed runs polls all runs.
    possible = world.newest_first(kind.object, lasting)
    return list_items(
        request,
        partial(world.newest_first, kind.object, filters),
        lambda item: resource_as_json(request.simulation, item, includes),
        polled=possible if filters != lasting else None,
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


def _show_playing(request: Request, resource: Resource, status: int) -> Answer:
    choice = request.simulation.record_choice(resource.id)
    data = resource_as_json(request.simulation, resource)
    return Answer(data, status, {SCENARIO_HEADER: str(choice)}, choice)


def _choose(request: Request, kind: str) -> commands.Choose:
    header = request.headers.get(SCENARIO_HEADER.lower())
    return lambda facts: request.simulation.choose(kind, header, facts)


def _start(
    request: Request,
    kind: str,
    problems: ExtraChecks,
    start: Callable[[dict[str, Any], commands.Choose], Resource],
) -> Answer:
    body = request.read_body(problems).model_dump()
    return _show_playing(request, start(body, _choose(request, kind)), 201)


@endpoint
def test_key(request: Request) -> Answer:
    """Answer a test of the API key with the documented body, because clients may compare it."""
    return Answer({"status": "ready", "environment": "live"})


@endpoint
def reset_task(request: Request) -> Answer:
    return request.show(commands.reset_task(request.world, request.fetch()))


def apply_command(request: Request, command: str) -> Answer:
    return request.show(commands.apply_command(request.world, request.fetch(), command))


for _name, _command in (
    ("cancel_run", "cancel"),
    ("disconnect_connection", "terminate"),  # the connection cannot be used again (documented)
    ("terminate_connection", "terminate"),
    ("end_session", "end"),  # cancels its run, if it has one (documented)
):
    ENDPOINTS[_name] = partial(apply_command, command=_command)


def answer_interaction(request: Request) -> Answer:
    world, resource = request.world, request.fetch()
    inputs = getattr(request.read_body(), world.contract.answer_key)
    return request.show(commands.answer_interaction(world, resource, inputs))


ENDPOINTS["answer_run"] = ENDPOINTS["answer_connection"] = answer_interaction


@endpoint
def run_task(request: Request) -> Answer:
    """Start a run. The answer shows the run as `queued`."""
    world, task = request.world, request.fetch("task")
    problems = partial(body_checks.run_problems, world, task)
    return _start(request, "task_run", problems, partial(commands.run_task, world, task))


def list_of_run(
    request: Request, find: Callable[..., Iterator[Any]], show: Callable[..., dict[str, Any]]
) -> Answer:
    """Show one page of what `find` yields for a run."""
    run = request.fetch("task_run")
    items, show = partial(find, request.world, run), partial(show, request.simulation)
    return list_items(request, items, show, polled=[run])


ENDPOINTS["list_run_storage"] = partial(list_of_run, find=files_of, show=storage_item_as_json)
ENDPOINTS["list_run_screenshots"] = partial(
    list_of_run, find=kept_screenshots, show=screenshot_as_json
)


@endpoint
def open_connection(request: Request) -> Answer:
    """Open a connection. The answer shows the connection as `connecting`."""
    world = request.world
    problems = partial(body_checks.new_login_problems, world)
    return _start(request, "connection", problems, partial(commands.open_connection, world))


@endpoint
def reopen_connection(request: Request) -> Answer:
    """Connect a disconnected connection again. The path is assumed."""
    choose = _choose(request, "connection")
    reopened = commands.reopen_connection(request.world, request.fetch(), choose)
    return _show_playing(request, reopened, 200)


@endpoint
def create_credential(request: Request) -> Answer:
    """Store a credential. No answer shows its password."""
    body = request.read_body(partial(body_checks.new_login_problems, request.world))
    return request.show(commands.create_credential(request.world, body.model_dump()), 201)


@endpoint
def update_credential(request: Request) -> Answer:
    credential = request.fetch()
    sent = request.read_body(partial(commands.change_problems, credential)).sent()
    return request.show(commands.update_credential(request.world, credential, sent))


@endpoint
def delete_credential(request: Request) -> Answer:
    """Delete a credential. Deleting it again gives the same answer (documented)."""
    credential = request.fetch("credential")
    commands.delete_credential(request.world, credential)
    return Answer({"id": credential.id, "object": "credential", "deleted": True})


@endpoint
def start_session(request: Request) -> Answer:
    """Start a session without a run (observed)."""
    world = request.world
    problems = partial(body_checks.use_problems, world, "session")
    return _start(request, "session", problems, partial(commands.start_session, world))
