"""Calls for what people and sources do outside the Deck API: approve, reject, drop, invalidate."""

from functools import partial

from deck_sim.engine import commands
from deck_sim.runtime.serialization import print_resource
from deck_sim.server.control.editions import check_kind
from deck_sim.server.request import Answer, Request
from deck_sim.server.routing import Route


def review(request: Request, verdict: str) -> Answer:
    """`POST /_sim/task-runs/ID/approve`, `/reject`."""
    world = request.simulation.world
    run = commands.fetch(world, "task_run", request.params["id"])
    return Answer(print_resource(request.simulation, commands.review_run(world, run, verdict)))


def lose(request: Request, kind: str, name: str) -> Answer:
    """`POST /_sim/connections/ID/drop`, and the like: the source's doing."""
    world = request.simulation.world
    check_kind(world, kind)
    resource = commands.fetch(world, kind, request.params["id"])
    return Answer(print_resource(request.simulation, commands.apply_command(world, resource, name)))


def delete_file(request: Request) -> Answer:
    """`DELETE /_sim/storage/ID`: the API has no call for it, and yet an event."""
    world = request.simulation.world
    world.delete(commands.fetch(world, "storage", request.params["id"]))
    return Answer({"id": request.params["id"], "object": "storage", "deleted": True})


ROUTES = [
    Route("POST", "/task-runs/{id}/approve", partial(review, verdict="approve")),
    Route("POST", "/task-runs/{id}/reject", partial(review, verdict="reject")),
    Route("POST", "/connections/{id}/drop", partial(lose, kind="connection", name="drop")),
    Route(
        "POST", "/connections/{id}/invalidate", partial(lose, kind="connection", name="invalidate")
    ),
    Route("POST", "/sessions/{id}/drop", partial(lose, kind="session", name="drop")),
    Route(
        "POST", "/credentials/{id}/invalidate", partial(lose, kind="credential", name="invalidate")
    ),
    Route("DELETE", "/storage/{id}", delete_file),
]
