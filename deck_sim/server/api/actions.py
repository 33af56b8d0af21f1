"""The other operations on tasks, runs, connections, credentials and sessions."""

from collections.abc import Callable
from functools import partial
from typing import Any

from deck_sim.engine import commands, logins
from deck_sim.engine.records import Resource
from deck_sim.runtime.request_bodies import ExtraChecks
from deck_sim.runtime.serialization import print_resource, print_screenshots
from deck_sim.scenario.selection import HEADER
from deck_sim.server.api.paging import list_items, show_all
from deck_sim.server.request import Answer, Request
from deck_sim.server.routing import endpoint


def _fetch(request: Request, kind: str) -> Resource:
    return commands.fetch(request.simulation.world, kind, request.params["id"])


def _show(request: Request, resource: Resource, status: int = 200) -> Answer:
    return Answer(print_resource(request.simulation, resource), status)


def _show_playing(request: Request, resource: Resource, status: int = 201) -> Answer:
    """Show a resource, and in a header the scenario that was chosen for it."""
    choice = request.simulation.choices[-1]
    shown = print_resource(request.simulation, resource)
    return Answer(shown, status, {HEADER: str(choice)}, choice)


def _choose(request: Request, kind: str) -> commands.Choose:
    """Return the function that chooses a scenario for the resource that the request starts."""
    header = request.headers.get(HEADER)
    return lambda facts: request.simulation.choose(kind, header, facts)


def _start(
    request: Request,
    kind: str,
    problems: ExtraChecks,
    start: Callable[[dict[str, Any], commands.Choose], Resource],
) -> Answer:
    """Start a resource that plays a scenario, from the body of the request."""
    body = request.read_body(problems).model_dump()
    return _show_playing(request, start(body, _choose(request, kind)))


def _command(request: Request, kind: str, name: str) -> Answer:
    """Move a resource to the status that a command leads to."""
    return _show(
        request, commands.apply_command(request.simulation.world, _fetch(request, kind), name)
    )


def _answer(request: Request, kind: str) -> Answer:
    """Answer the open interaction of a resource."""
    world, resource = request.simulation.world, _fetch(request, kind)
    inputs = getattr(request.read_body(), world.rules.answer_key)
    return _show(request, commands.answer_interaction(world, resource, inputs))


@endpoint
def test_key(request: Request) -> Answer:
    """Answer as Deck does, word for word: clients may compare."""
    return Answer({"status": "ready", "environment": "live"})


@endpoint
def reset_task(request: Request) -> Answer:
    """Let a task learn again."""
    return _show(request, commands.reset_task(request.simulation.world, _fetch(request, "task")))


# Task runs


@endpoint
def run_task(request: Request) -> Answer:
    """Start a run on a connection. The answer shows it `queued`."""
    world, task = request.simulation.world, _fetch(request, "task")
    problems = partial(commands.run_problems, world, task)
    return _start(request, "task_run", problems, partial(commands.run_task, world, task))


@endpoint
def run_task_with_login(request: Request) -> Answer:
    """Start a run that logs in itself. The answer shows it `queued`."""
    world, task = request.simulation.world, _fetch(request, "task")
    problems = partial(logins.run_problems, world, task)
    return _start(request, "task_run", problems, partial(logins.run_task, world, task))


@endpoint
def cancel_run(request: Request) -> Answer:
    """Cancel a run."""
    return _command(request, "task_run", "cancel")


@endpoint
def answer_run(request: Request) -> Answer:
    """Answer the interaction of a run."""
    return _answer(request, "task_run")


@endpoint
def list_run_storage(request: Request) -> Answer:
    """Show one page of the files that a run kept."""
    simulation, run = request.simulation, _fetch(request, "task_run")
    return list_items(
        request,
        lambda: simulation.world.all("storage"),
        lambda item: item["task_run_id"] == run.id and not item.deleted,
        partial(print_resource, simulation),
        polled=lambda window: [run],
    )


@endpoint
def list_run_screenshots(request: Request) -> Answer:
    """Show all screenshots of a run, oldest first."""
    run = _fetch(request, "task_run")
    request.simulation.poll([run])
    return show_all(print_screenshots(request.simulation, run))


# Connections


@endpoint
def open_connection(request: Request) -> Answer:
    """Open a connection. The answer shows it `connecting`."""
    world = request.simulation.world
    problems = partial(commands.body_problems, world, "connection")
    return _start(request, "connection", problems, partial(commands.open_connection, world))


@endpoint
def answer_connection(request: Request) -> Answer:
    """Answer the interaction of a connection."""
    return _answer(request, "connection")


@endpoint
def disconnect_connection(request: Request) -> Answer:
    """Disconnect a connection."""
    return _command(request, "connection", "disconnect")


@endpoint
def reopen_connection(request: Request) -> Answer:
    """Connect a disconnected connection again. The path is assumed."""
    world, connection = request.simulation.world, _fetch(request, "connection")
    reopened = commands.reopen_connection(world, connection, _choose(request, "connection"))
    return _show_playing(request, reopened, 200)


@endpoint
def terminate_connection(request: Request) -> Answer:
    """End a connection for good. The path is assumed."""
    return _command(request, "connection", "terminate")


# Credentials and sessions


@endpoint
def create_credential(request: Request) -> Answer:
    """Store a credential. No answer shows its secrets."""
    world = request.simulation.world
    body = request.read_body(partial(commands.body_problems, world, "credential")).model_dump()
    return _show(request, logins.create_credential(world, body), 201)


@endpoint
def update_credential(request: Request) -> Answer:
    """Change the fields that were sent."""
    credential = _fetch(request, "credential")
    sent = request.read_body().sent()
    return _show(request, logins.update_credential(request.simulation.world, credential, sent))


@endpoint
def delete_credential(request: Request) -> Answer:
    """Delete a credential. Deleting it again gives the same answer (documented)."""
    credential = _fetch(request, "credential")
    logins.delete_credential(request.simulation.world, credential)
    return Answer({"id": credential.id, "object": "credential", "deleted": True})


@endpoint
def start_session(request: Request) -> Answer:
    """Start a session without a run (observed)."""
    world = request.simulation.world
    problems = partial(logins.body_problems, world, "session")
    return _start(request, "session", problems, partial(logins.start_session, world))


@endpoint
def end_session(request: Request) -> Answer:
    """End a session. This cancels its run, if it has one (documented)."""
    return _command(request, "session", "end")
