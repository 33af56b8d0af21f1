"""The endpoints of the `credentials` edition alone: credentials, sessions, and runs with them."""

from functools import partial

from deck_sim.engine import commands, logins
from deck_sim.server.api.answers import carry_out, choosing, fetch, show
from deck_sim.server.request import Answer, Request
from deck_sim.server.routing import endpoint


@endpoint
def create_credential(request: Request) -> Answer:
    """`POST /credentials`; what logs in is never shown again."""
    world = request.simulation.world
    also = partial(commands.body_problems, world, "credential")
    body = request.read_body(also).model_dump()
    return show(request, logins.create_credential(world, body), 201)


@endpoint
def update_credential(request: Request) -> Answer:
    """`PATCH /credentials/{id}`."""
    credential = fetch(request, "credential")
    sent = request.read_body().sent()
    return show(request, logins.update_credential(request.simulation.world, credential, sent))


@endpoint
def delete_credential(request: Request) -> Answer:
    """`DELETE /credentials/{id}`: the same answer when it is deleted again (documented)."""
    credential = fetch(request, "credential")
    logins.delete_credential(request.simulation.world, credential)
    return Answer({"id": credential.id, "object": "credential", "deleted": True})


@endpoint
def start_session(request: Request) -> Answer:
    """`POST /sessions`: a session without a run (observed)."""
    world = request.simulation.world
    also = partial(logins.body_problems, world, "session")
    body = request.read_body(also).model_dump()
    session = logins.start_session(world, body, choosing(request, "session"))
    return show(request, session, 201, chosen=True)


@endpoint
def end_session(request: Request) -> Answer:
    """`POST /sessions/{id}/end`: cancels its run, if it has one (documented)."""
    return carry_out(request, "session", "end")


@endpoint
def run_task_with_login(request: Request) -> Answer:
    """`POST /tasks/{id}/run`: the run, `queued`, at once."""
    task, world = fetch(request, "task"), request.simulation.world
    also = partial(logins.run_problems, world, task)
    body = request.read_body(also).model_dump()
    run = logins.run_task(world, task, body, choosing(request, "task_run"))
    return show(request, run, 201, chosen=True)
