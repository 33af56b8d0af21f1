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


def act(request: Request, kind: str, command: str) -> Answer:
    """Decide about a run, or end a login, as people and websites do it."""
    check_kind(request.world, kind)
    apply = commands.review_run if command in ("approve", "reject") else commands.apply_command
    return request.show(apply(request.world, request.fetch(kind), command))


def answer(request: Request, kind: str) -> Answer:
    """Answer an open interaction, as the caller of the Deck API does, with the same body."""
    check_kind(request.world, kind)
    world, rules = request.world, request.world.rules
    resource = request.fetch(kind)
    inputs = getattr(request.read_as(rules.body(rules.answer_body)), rules.answer_key)
    return request.show(commands.answer_interaction(world, resource, inputs))


ROUTES += [
    Route("POST", f"/{path}/{{id}}/{command}", partial(act, kind=kind, command=command))
    for path, kind, command in (
        ("task-runs", "task_run", "approve"),
        ("task-runs", "task_run", "reject"),
        ("task-runs", "task_run", "cancel"),
        ("connections", "connection", "drop"),
        ("connections", "connection", "invalidate"),
        ("sessions", "session", "drop"),
        ("credentials", "credential", "invalidate"),
    )
]
ROUTES += [
    Route("POST", f"/{path}/{{id}}/answer", partial(answer, kind=kind))
    for path, kind in (("task-runs", "task_run"), ("connections", "connection"))
]


@route("DELETE", "/storage/{id}")
def delete_file(request: Request) -> Answer:
    """Delete a file. The Deck API has an event for this, but no call."""
    file = request.fetch("storage")
    request.world.delete(file)
    return Answer({"id": file.id, "object": "storage", "deleted": True})
