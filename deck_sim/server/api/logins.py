"""The endpoints of the `credentials` edition alone: credentials, sessions, and runs with them."""

from functools import partial

from deck_sim.contract import operations
from deck_sim.engine import commands, logins
from deck_sim.server.api.answers import carry_out, choosing, fetch, show
from deck_sim.server.endpoint import Answer, Request, Route


def create_credential(request: Request) -> Answer:
    """`POST /credentials`; what logs in is never shown again."""
    from deck_sim.contract import bodies

    world = request.simulation.world
    also = partial(commands.body_problems, world, "credential")
    body = request.read(bodies.CreateCredential, also).model_dump()
    return show(request, logins.create_credential(world, body), 201)


def update_credential(request: Request) -> Answer:
    """`PATCH /credentials/{id}`."""
    from deck_sim.contract import bodies

    credential = fetch(request, "credential")
    sent = request.read(bodies.UpdateCredential).sent()
    return show(request, logins.update_credential(request.simulation.world, credential, sent))


def delete_credential(request: Request) -> Answer:
    """`DELETE /credentials/{id}`: the same answer when it is deleted again (documented)."""
    credential = fetch(request, "credential")
    logins.delete_credential(request.simulation.world, credential)
    return Answer({"id": credential.id, "object": "credential", "deleted": True})


def start_session(request: Request) -> Answer:
    """`POST /sessions`: a session without a run (observed)."""
    from deck_sim.contract import bodies

    world = request.simulation.world
    also = partial(logins.body_problems, world, "session")
    body = request.read(bodies.StartSession, also).model_dump()
    session = logins.start_session(world, body, choosing(request, "session"))
    return show(request, session, 201, chosen=True)


def end_session(request: Request) -> Answer:
    """`POST /sessions/{id}/end`: cancels its run, if it has one (documented)."""
    return carry_out(request, "session", "end")


def run_task(request: Request) -> Answer:
    """`POST /tasks/{id}/run`: the run, `queued`, at once."""
    from deck_sim.contract import bodies

    task, world = fetch(request, "task"), request.simulation.world
    also = partial(logins.run_problems, world, task)
    body = request.read(bodies.RunTaskWithLogin, also).model_dump()
    run = logins.run_task(world, task, body, choosing(request, "task_run"))
    return show(request, run, 201, chosen=True)


ROUTES = [
    Route("POST", "/credentials", create_credential, operations.CREATE_CREDENTIAL, creates=True),
    Route("PATCH", "/credentials/{id}", update_credential, operations.UPDATE_CREDENTIAL),
    Route("DELETE", "/credentials/{id}", delete_credential, operations.DELETE_CREDENTIAL),
    Route("POST", "/sessions", start_session, operations.START_SESSION, creates=True),
    Route("POST", "/sessions/{id}/end", end_session, operations.END_SESSION),
    Route("POST", "/tasks/{id}/run", run_task, operations.RUN_TASK_WITH_LOGIN, creates=True),
]
