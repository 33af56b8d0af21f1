"""The endpoints of the `connections` edition alone: connections, and the runs on them."""

from functools import partial

from deck_sim.engine import commands
from deck_sim.server.api.answers import answer, carry_out, choosing, fetch, show
from deck_sim.server.request import Answer, Request
from deck_sim.server.routing import endpoint


@endpoint
def run_task(request: Request) -> Answer:
    """`POST /tasks/{id}/run`: the run, `queued`, at once."""
    task = fetch(request, "task")
    world = request.simulation.world
    also = partial(commands.run_problems, world, task)
    body = request.read_body(also).model_dump()
    run = commands.run_task(world, task, body, choosing(request, "task_run"))
    return show(request, run, 201, chosen=True)


@endpoint
def open_connection(request: Request) -> Answer:
    """`POST /connections`."""
    world = request.simulation.world
    also = partial(commands.body_problems, world, "connection")
    body = request.read_body(also).model_dump()
    opened = commands.open_connection(world, body, choosing(request, "connection"))
    return show(request, opened, 201, chosen=True)


@endpoint
def answer_connection(request: Request) -> Answer:
    """`POST /connections/{id}/interaction`."""
    return answer(request, "connection")


@endpoint
def disconnect_connection(request: Request) -> Answer:
    """`POST /connections/{id}/disconnect`."""
    return carry_out(request, "connection", "disconnect")


@endpoint
def reopen_connection(request: Request) -> Answer:
    """`POST /connections/{id}/reopen`; the path is assumed."""
    world, connection = request.simulation.world, fetch(request, "connection")
    reopened = commands.reopen_connection(world, connection, choosing(request, "connection"))
    return show(request, reopened, chosen=True)


@endpoint
def terminate_connection(request: Request) -> Answer:
    """`POST /connections/{id}/terminate`; the path is assumed."""
    return carry_out(request, "connection", "terminate")
