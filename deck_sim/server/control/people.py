"""Calls that stand for people and websites: approve, reject, drop, invalidate, delete a file."""

from functools import partial

from deck_sim.base.errors import listed
from deck_sim.contract.editions import EDITIONS
from deck_sim.contract.error_catalog import refuse
from deck_sim.engine import commands
from deck_sim.engine.world import World
from deck_sim.server.control.routes import ROUTES, route
from deck_sim.server.request import Answer, Request
from deck_sim.server.routing import Route


def check_kind(world: World, kind: str) -> None:
    """Check that the world's edition has a kind of resource; the error names those that do."""
    if kind not in world.rules.kinds:
        owners = listed(name for name, edition in EDITIONS.items() if kind in edition.kinds)
        text = f"this world's edition, `{world.edition}`, has no {kind}s; {owners} has"
        raise refuse("request/endpoint_not_found", text)


def review_run(request: Request, verdict: str) -> Answer:
    """Approve or reject a run that waits for a person."""
    run = request.fetch("task_run")
    return request.show(commands.review_run(request.world, run, verdict))


def end_login(request: Request, kind: str, command: str) -> Answer:
    """End a login, as the website does it."""
    check_kind(request.world, kind)
    return request.show(commands.apply_command(request.world, request.fetch(kind), command))


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
    file = request.fetch("storage")
    request.world.delete(file)
    return Answer({"id": file.id, "object": "storage", "deleted": True})
