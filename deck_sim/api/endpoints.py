"""The endpoints that are not one of the five verbs: a function each, and its row at the end."""

from functools import partial
from typing import TYPE_CHECKING

from deck_sim.contract import operations
from deck_sim.endpoint import Answer, Request, Route
from deck_sim.engine import commands
from deck_sim.engine.records import Resource
from deck_sim.later import Later
from deck_sim.scenario.choosing import HEADER
from deck_sim.wire import print_moment, print_resource

if TYPE_CHECKING:
    from deck_sim.contract import bodies
else:
    bodies = Later("deck_sim.contract.bodies")


def test(request: Request) -> Answer:
    """`GET /test`, as Deck answers it: a client may compare."""
    return Answer({"status": "ready", "environment": "live"})


def reset_task(request: Request) -> Answer:
    """`POST /tasks/{id}/reset`."""
    task = _fetch(request, "task")
    return _show(request, commands.reset_task(request.simulation.world, task))


def run_task(request: Request) -> Answer:
    """`POST /tasks/{id}/run`: the run, `queued`, at once."""
    task = _fetch(request, "task")
    world = request.simulation.world
    also = partial(commands.run_problems, world, task)
    body = request.read(bodies.RunTask, also).model_dump()
    run = commands.run_task(world, task, body, _choosing(request, "task_run"))
    return _show(request, run, 201, chosen=True)


def cancel_run(request: Request) -> Answer:
    """`POST /task-runs/{id}/cancel`."""
    return _command(request, "task_run", "cancel")


def answer_run(request: Request) -> Answer:
    """`POST /task-runs/{id}/interaction`."""
    return _answer(request, "task_run")


def list_storage(request: Request) -> Answer:
    """`GET /task-runs/{id}/storage`: the files that the run kept, newest first."""
    run, world = _fetch(request, "task_run"), request.simulation.world
    kept = [item for item in world.all("storage").values() if item["task_run_id"] == run.id]
    shown = [print_resource(world, item) for item in reversed(kept) if not item.deleted]
    return Answer({"data": shown, "has_more": False, "next_cursor": None})


def list_screenshots(request: Request) -> Answer:
    """`GET /task-runs/{id}/screenshots`, oldest first."""
    run = _fetch(request, "task_run")
    shots = request.simulation.world.screenshots.get(run.id, [])
    shown = [{**shot, "created_at": print_moment(shot["created_at"])} for shot in shots]
    return Answer({"data": shown, "has_more": False, "next_cursor": None})


def open_connection(request: Request) -> Answer:
    """`POST /connections`."""
    world = request.simulation.world
    also = partial(commands.body_problems, world, "connection")
    body = request.read(bodies.CreateConnection, also).model_dump()
    opened = commands.open_connection(world, body, _choosing(request, "connection"))
    return _show(request, opened, 201, chosen=True)


def answer_connection(request: Request) -> Answer:
    """`POST /connections/{id}/interaction`."""
    return _answer(request, "connection")


def disconnect(request: Request) -> Answer:
    """`POST /connections/{id}/disconnect`."""
    return _command(request, "connection", "disconnect")


def reopen(request: Request) -> Answer:
    """`POST /connections/{id}/reopen`; the path is assumed."""
    world, connection = request.simulation.world, _fetch(request, "connection")
    reopened = commands.reopen_connection(world, connection, _choosing(request, "connection"))
    return _show(request, reopened, chosen=True)


def terminate(request: Request) -> Answer:
    """`POST /connections/{id}/terminate`; the path is assumed."""
    return _command(request, "connection", "terminate")


def _fetch(request: Request, kind: str) -> Resource:
    return commands.fetch(request.simulation.world, kind, request.params["id"])


def _command(request: Request, kind: str, name: str) -> Answer:
    return _show(request, commands.command(request.simulation.world, _fetch(request, kind), name))


def _answer(request: Request, kind: str) -> Answer:
    resource = _fetch(request, kind)
    inputs = request.read(bodies.SubmitInteraction).inputs
    world = request.simulation.world
    return _show(request, commands.answer_interaction(world, resource, inputs))


def _choosing(request: Request, kind: str) -> commands.Choose:
    header = request.headers.get(HEADER)
    return lambda facts: request.simulation.choose(kind, header, facts)


def _show(
    request: Request, resource: Resource, status: int = 200, *, chosen: bool = False
) -> Answer:
    simulation = request.simulation
    choice = simulation.choices[-1] if chosen else None
    headers = {HEADER: str(choice)} if choice else {}
    return Answer(print_resource(simulation.world, resource), status, headers, choice)


ROUTES = {
    "connections": [
        Route("GET", "/test", test, operations.TEST_KEY),
        Route("POST", "/tasks/{id}/reset", reset_task, operations.RESET_TASK),
        Route("POST", "/tasks/{id}/run", run_task, operations.RUN_TASK),
        Route("POST", "/task-runs/{id}/cancel", cancel_run, operations.CANCEL_RUN),
        Route("POST", "/task-runs/{id}/interaction", answer_run, operations.ANSWER_RUN),
        Route("GET", "/task-runs/{id}/storage", list_storage, operations.LIST_STORAGE),
        Route("GET", "/task-runs/{id}/screenshots", list_screenshots, operations.LIST_SCREENSHOTS),
        Route("POST", "/connections", open_connection, operations.OPEN_CONNECTION),
        Route(
            "POST", "/connections/{id}/interaction", answer_connection, operations.ANSWER_CONNECTION
        ),
        Route("POST", "/connections/{id}/disconnect", disconnect, operations.DISCONNECT),
        Route("POST", "/connections/{id}/reopen", reopen, operations.REOPEN),
        Route("POST", "/connections/{id}/terminate", terminate, operations.TERMINATE),
    ],
}
