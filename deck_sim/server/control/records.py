"""Calls that show what happened: the timeline, the journal, the events, the resources.

They do not change a world: they are not in its journal, and do not move an `on_poll` clock.
"""

from functools import partial
from typing import Any

from deck_sim.base.durations import format_duration
from deck_sim.base.errors import quote
from deck_sim.base.redaction import mask_key
from deck_sim.base.version import __version__
from deck_sim.contract.error_catalog import refuse
from deck_sim.runtime.journal import GAVE_UP, KEPT_HEADERS, Call
from deck_sim.runtime.moments import print_moment
from deck_sim.runtime.registry import world_token
from deck_sim.runtime.request_bodies import parse_recorded
from deck_sim.runtime.serialization import print_message, print_resource
from deck_sim.runtime.simulation import Simulation
from deck_sim.runtime.timeline import print_news, print_timeline
from deck_sim.server.control.people import check_kind
from deck_sim.server.control.routes import ROUTES, record_answer, route
from deck_sim.server.request import Answer, Request, read_count
from deck_sim.server.routing import Route


@route("GET", "/timeline")
def show_timeline(request: Request) -> Answer:
    """Show calls, transitions, deliveries and clock moves, in the order in which they happened.

    With `after=N`, only those after the first N, with the events, the world's settings and time,
    and `next`, the number to ask from the next time.
    """
    simulation, after = request.simulation, read_count(request, "after")
    if after is None:
        return record_answer(request, {"data": print_timeline(simulation)})
    return record_answer(
        request, {"world": print_world(simulation), **print_news(simulation, after)}
    )


def print_world(simulation: Simulation) -> dict[str, Any]:
    """The settings of a world that a page shows, and its time.

    `epoch` is another after a reset, and `changes` after each control call that may have changed
    something.
    """
    world = simulation.world
    return {
        "world": world_token(simulation.key),
        "key": mask_key(simulation.key),
        "epoch": simulation.epoch,
        "changes": simulation.control_changes,
        "edition": world.edition,
        "now": print_moment(world.now),
        "mode": simulation.mode,
        "speed": simulation.speed,
        "step": simulation.step and format_duration(simulation.step),
        "seed": world.seed,
        "default_scenario": simulation.selection.default_scenario,
        "version": __version__,
    }


@route("GET", "/requests")
def show_requests(request: Request) -> Answer:
    """Show the calls of the Deck API, oldest first."""
    data = [_print_whole(call) for call in request.simulation.journal]
    return record_answer(
        request,
        {
            "edition": request.world.edition,
            "kept_headers": sorted({*KEPT_HEADERS, *request.world.options.keep_headers}),
            "dropped": request.simulation.journal.dropped,
            "data": data,
        },
    )


@route("GET", "/requests/{id}")
def show_request(request: Request) -> Answer:
    """Show a call of the Deck API with its response. Of several with the id, the first: the others
    got its stored answer.
    """
    simulation, id_ = request.simulation, request.params["id"]
    call = next((call for call in simulation.journal if call.request_id == id_), None)
    if call is None:
        dropped = simulation.journal.dropped
        older = f", and {dropped} older ones were dropped" if dropped else ""
        text = (
            f"there is no call {quote(id_)}; `GET /_sim/requests` lists those that are kept{older}"
        )
        raise refuse("request/input_invalid", text, field="id")
    gave_up = call.unanswered == GAVE_UP  # so its response was not sent
    sent = None if gave_up else simulation.responses.find(call.number)
    response = sent and {
        "headers": dict(sent.headers),
        "body": parse_recorded(sent.body),
        "truncated": len(sent.body) < sent.length,
    }
    return record_answer(request, {"id": id_, **_print_whole(call), "response": response})


def _print_whole(call: Call) -> dict[str, Any]:
    return {
        **print_call(call),
        "query": call.query,
        "headers": dict(call.headers),
        "body": parse_recorded(call.body),
        "status": call.status,
        "answered": dict(call.answered),
        "errors": list(call.errors),
        "scenario": str(call.scenario) if call.scenario else None,
        "replayed": call.replayed,
        "fault": call.fault,
        "unanswered": call.unanswered,
    }


def print_call(call: Call) -> dict[str, Any]:
    """A call of the Deck API, in short."""
    at = print_moment(call.at)
    return {"at": at, "request_id": call.request_id, "method": call.method, "path": call.path}


@route("GET", "/events")
def show_events(request: Request) -> Answer:
    """Show every event as destinations get it, oldest first."""
    events = request.world.events
    data = [print_message(request.simulation, event) for event in events]
    return record_answer(request, {"data": data, "dropped": events.dropped})


@route("GET", "/events/{id}")
def show_event(request: Request) -> Answer:
    """Show an event as destinations get it."""
    id_ = request.params["id"]
    event = next((event for event in request.world.events if event.id == id_), None)
    if event is None:
        raise refuse("request/event_not_found", id=id_)
    return record_answer(request, {"event": print_message(request.simulation, event)})


def show_resources(request: Request, kind: str) -> Answer:
    """Show every resource of a kind, oldest first."""
    simulation, world = request.simulation, request.world
    check_kind(world, kind)
    includes = frozenset({"input"}.intersection(world.kind(kind).includes))
    found = [*world.all(kind).values()]
    data = [print_resource(simulation, one, includes) for one in found]
    return record_answer(request, {"data": data})


ROUTES += [
    Route("GET", f"/{kind.replace('_', '-')}s", partial(show_resources, kind=kind))
    for kind in ("task_run", "connection", "credential", "session")
]
