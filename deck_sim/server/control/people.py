"""Calls that stand for people and websites: approve, reject, drop, invalidate, delete a file."""

from functools import partial

from deck_sim.engine import commands
from deck_sim.runtime.serialization import print_resource
from deck_sim.server.control.editions import check_kind
from deck_sim.server.control.routes import ROUTES, route
from deck_sim.server.request import Answer, Request
from deck_sim.server.routing import Route


def review_run(request: Request, verdict: str) -> Answer:
    """Approve or reject a run that waits for a person."""
    world = request.simulation.world
    run = commands.fetch(world, "task_run", request.params["id"])
    return Answer(print_resource(request.simulation, commands.review_run(world, run, verdict)))


def end_login(request: Request, kind: str, command: str) -> Answer:
    """End a login, as the website does it."""
    world = request.simulation.world
    check_kind(world, kind)
    resource = commands.fetch(world, kind, request.params["id"])
    return Answer(
        print_resource(request.simulation, commands.apply_command(world, resource, command))
    )


ROUTES += [
    *(
        Route("POST", f"/task-runs/{{id}}/{verdict}", partial(review_run, verdict=verdict))
        for verdict in ("approve", "reject")
    ),
    *(
        Route("POST", f"/{kind}s/{{id}}/{name}", partial(end_login, kind=kind, command=name))
        for kind, name in (
            ("connection", "drop"),
            ("connection", "invalidate"),
            ("session", "drop"),
            ("credential", "invalidate"),
        )
    ),
]


@route("DELETE", "/storage/{id}")
def delete_file(request: Request) -> Answer:
    """Delete a file. The Deck API has an event for this, but no call."""
    world = request.simulation.world
    world.delete(commands.fetch(world, "storage", request.params["id"]))
    return Answer({"id": request.params["id"], "object": "storage", "deleted": True})
