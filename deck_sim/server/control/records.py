"""Calls that show what happened: the timeline, the journal, the events, the resources.

They do not change a world: they are not in its journal, and do not move an `on_poll` clock.
"""

from functools import partial
from typing import Any

from deck_sim.runtime.journal import KEPT_HEADERS, Call
from deck_sim.runtime.serialization import print_message, print_moment, print_resource
from deck_sim.runtime.timeline import print_timeline
from deck_sim.server.control.people import check_kind
from deck_sim.server.control.routes import ROUTES, route
from deck_sim.server.request import Answer, Request
from deck_sim.server.routing import Route


@route("GET", "/timeline")
def show_timeline(request: Request) -> Answer:
    """Show calls, transitions, deliveries and clock moves, in the order in which they happened."""
    return Answer({"data": [*print_timeline(request.simulation)]})


@route("GET", "/requests")
def show_requests(request: Request) -> Answer:
    """Show the calls of the Deck API, oldest first."""
    data = [
        {
            **print_call(call),
            "query": call.query,
            "headers": dict(call.headers),
            "body": call.body,
            "status": call.status,
            "answered": dict(call.answered),
            "errors": list(call.errors),
            "scenario": str(call.scenario) if call.scenario else None,
            "runner_up": call.scenario.second if call.scenario else None,
            "replayed": call.replayed,
            "fault": call.fault,
            "unanswered": call.unanswered,
            "assumed": list(call.assumed),
        }
        for call in request.simulation.journal
    ]
    kept = sorted({*KEPT_HEADERS, *request.world.options.keep_headers})
    return Answer({"edition": request.world.edition, "kept_headers": kept, "data": data})


def print_call(call: Call) -> dict[str, Any]:
    """A call of the Deck API, in short."""
    at = print_moment(call.at)
    return {"at": at, "request_id": call.request_id, "method": call.method, "path": call.path}


@route("GET", "/events")
def show_events(request: Request) -> Answer:
    """Show every event as destinations get it, oldest first."""
    return Answer(
        {"data": [print_message(request.simulation, one) for one in request.world.events]}
    )


def show_resources(request: Request, kind: str) -> Answer:
    """Show every resource of a kind, oldest first."""
    simulation, world = request.simulation, request.world
    check_kind(world, kind)
    includes = frozenset({"input"}.intersection(world.kind(kind).includes))
    data = [print_resource(simulation, resource, includes) for resource in world.all(kind).values()]
    return Answer({"data": data})


ROUTES += [
    Route("GET", f"/{kind.replace('_', '-')}s", partial(show_resources, kind=kind))
    for kind in ("task_run", "connection", "credential", "session")
]
