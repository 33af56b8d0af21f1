"""Calls that show what happened: the timeline, the journal, the events, the resources.

They do not change a world: they are not in its journal, and do not move an `on_poll` clock.
"""

from functools import partial
from typing import Any

from deck_sim.runtime.journal import Call
from deck_sim.runtime.serialization import print_message, print_moment, print_resource
from deck_sim.server.control.editions import check_kind
from deck_sim.server.control.printing import print_call, print_entry
from deck_sim.server.control.routes import ROUTES, route
from deck_sim.server.request import Answer, Request
from deck_sim.server.routing import Route


@route("GET", "/timeline")
def show_timeline(request: Request) -> Answer:
    """Show calls, transitions, deliveries and clock moves, in the order in which they happened."""
    entries = request.simulation.world.timeline
    merged, position = list[dict[str, Any]](), 0
    for call in request.simulation.journal:
        merged += [print_entry(entry) for entry in entries[position : call.after]]
        merged.append(_print_as_entry(call))
        position = max(position, call.after)
    merged += [print_entry(entry) for entry in entries[position:]]
    return Answer({"data": merged})


@route("GET", "/requests")
def show_requests(request: Request) -> Answer:
    """Show the calls of the Deck API, oldest first."""
    return Answer({"data": [_print_whole_call(call) for call in request.simulation.journal]})


@route("GET", "/events")
def show_events(request: Request) -> Answer:
    """Show every event as destinations get it, oldest first."""
    world = request.simulation.world
    data = [print_message(request.simulation, event) for event in world.events]
    return Answer({"data": data})


def show_resources(request: Request, kind: str) -> Answer:
    """Show every resource of a kind, oldest first."""
    simulation, world = request.simulation, request.simulation.world
    check_kind(world, kind)
    includes = frozenset({"input"}.intersection(world.kind(kind).includes))
    data = [print_resource(simulation, resource, includes) for resource in world.all(kind).values()]
    return Answer({"data": data})


def _print_as_entry(call: Call) -> dict[str, Any]:
    query = f"?{call.query}" if call.query else ""
    what = [f"{call.method} {call.path}{query} -> {call.status}"]
    what += [f"({', '.join(call.errors)})"] if call.errors else []
    what += [call.answered["status"]] if call.answered.get("status") else []
    what += ["(replayed)"] if call.replayed else []
    what += [f"(fault: {call.fault})"] if call.fault else []
    at = print_moment(call.at)
    return {"at": at, "kind": "call", "id": call.request_id, "what": " ".join(what)}


def _print_whole_call(call: Call) -> dict[str, Any]:
    return {
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
        "assumed": list(call.assumed),
    }


ROUTES += [
    Route("GET", f"/{kind.replace('_', '-')}s", partial(show_resources, kind=kind))
    for kind in ("task_run", "connection", "credential", "session")
]
