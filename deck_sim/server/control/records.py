"""Calls that read what happened: the timeline, the journal of calls, the events, what there is.

Unlike those of the Deck API they leave no trace: no journal, and no move of an `on_poll` clock.
"""

from functools import partial
from typing import Any

from deck_sim.runtime.journal import Call
from deck_sim.runtime.serialization import print_message, print_moment, print_resource
from deck_sim.server.control.clock import print_entry
from deck_sim.server.control.editions import check_kind
from deck_sim.server.request import Answer, Request
from deck_sim.server.routing import Route


def show_timeline(request: Request) -> Answer:
    """`GET /_sim/timeline`: calls, transitions and clock moves, in the order they happened."""
    entries = request.simulation.world.timeline
    merged, position = list[dict[str, Any]](), 0
    for call in request.simulation.journal:
        merged += [print_entry(entry) for entry in entries[position : call.after]]
        merged.append(_print_call_entry(call))
        position = max(position, call.after)
    merged += [print_entry(entry) for entry in entries[position:]]
    return Answer({"data": merged})


def show_requests(request: Request) -> Answer:
    """`GET /_sim/requests`: the calls of the Deck API, oldest first."""
    return Answer({"data": [_print_call(call) for call in request.simulation.journal]})


def show_events(request: Request) -> Answer:
    """`GET /_sim/events`: every event as destinations get it, oldest first."""
    world = request.simulation.world
    data = [print_message(request.simulation, event) for event in world.events]
    return Answer({"data": data})


def show_resources(request: Request, kind: str) -> Answer:
    """`GET /_sim/task-runs`, `/_sim/connections` …: every one as it is now, oldest first."""
    simulation, world = request.simulation, request.simulation.world
    check_kind(world, kind)
    includes = frozenset({"input"}.intersection(world.kind(kind).includes))
    data = [print_resource(simulation, resource, includes) for resource in world.all(kind).values()]
    return Answer({"data": data})


def _print_call_entry(call: Call) -> dict[str, Any]:
    why = f" ({', '.join(call.errors)})" if call.errors else ""
    query = f"?{call.query}" if call.query else ""
    again = " (replayed)" if call.replayed else ""
    fault = f" (fault: {call.fault})" if call.fault else ""
    what = f"{call.method} {call.path}{query} -> {call.status}{why}{_showing(call)}{again}{fault}"
    return {"at": print_moment(call.at), "kind": "call", "id": call.request_id, "what": what}


def _showing(call: Call) -> str:
    """The status that the answer showed, which is what a client acts upon."""
    status = call.answered.get("status")
    return f" {status}" if status else ""


def _print_call(call: Call) -> dict[str, Any]:
    return {
        "at": print_moment(call.at),
        "request_id": call.request_id,
        "method": call.method,
        "path": call.path,
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


ROUTES = [
    Route("GET", "/timeline", show_timeline),
    Route("GET", "/requests", show_requests),
    Route("GET", "/events", show_events),
    Route("GET", "/task-runs", partial(show_resources, kind="task_run")),
    Route("GET", "/connections", partial(show_resources, kind="connection")),
    Route("GET", "/credentials", partial(show_resources, kind="credential")),
    Route("GET", "/sessions", partial(show_resources, kind="session")),
]
