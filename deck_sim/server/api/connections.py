"""The endpoints of the `connections` edition alone: connections, and the runs on them."""

from functools import partial

from deck_sim.contract import operations
from deck_sim.engine import commands
from deck_sim.server.api.answers import answer, carry_out, choosing, fetch, show
from deck_sim.server.endpoint import Answer, Request, Route


def run_task(request: Request) -> Answer:
    """`POST /tasks/{id}/run`: the run, `queued`, at once."""
    from deck_sim.contract import bodies

    task = fetch(request, "task")
    world = request.simulation.world
    also = partial(commands.run_problems, world, task)
    body = request.read(bodies.RunTask, also).model_dump()
    run = commands.run_task(world, task, body, choosing(request, "task_run"))
    return show(request, run, 201, chosen=True)


def open_connection(request: Request) -> Answer:
    """`POST /connections`."""
    from deck_sim.contract import bodies

    world = request.simulation.world
    also = partial(commands.body_problems, world, "connection")
    body = request.read(bodies.CreateConnection, also).model_dump()
    opened = commands.open_connection(world, body, choosing(request, "connection"))
    return show(request, opened, 201, chosen=True)


def answer_connection(request: Request) -> Answer:
    """`POST /connections/{id}/interaction`."""
    return answer(request, "connection")


def disconnect(request: Request) -> Answer:
    """`POST /connections/{id}/disconnect`."""
    return carry_out(request, "connection", "disconnect")


def reopen(request: Request) -> Answer:
    """`POST /connections/{id}/reopen`; the path is assumed."""
    world, connection = request.simulation.world, fetch(request, "connection")
    reopened = commands.reopen_connection(world, connection, choosing(request, "connection"))
    return show(request, reopened, chosen=True)


def terminate(request: Request) -> Answer:
    """`POST /connections/{id}/terminate`; the path is assumed."""
    return carry_out(request, "connection", "terminate")


ROUTES = [
    Route("POST", "/tasks/{id}/run", run_task, operations.RUN_TASK, creates=True),
    Route("POST", "/connections", open_connection, operations.OPEN_CONNECTION, creates=True),
    Route("POST", "/connections/{id}/interaction", answer_connection, operations.ANSWER_CONNECTION),
    Route("POST", "/connections/{id}/disconnect", disconnect, operations.DISCONNECT),
    Route("POST", "/connections/{id}/reopen", reopen, operations.REOPEN),
    Route("POST", "/connections/{id}/terminate", terminate, operations.TERMINATE),
]
