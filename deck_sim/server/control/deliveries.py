"""Calls about deliveries: the log of attempts, sending again, the messages in queues."""

from typing import Any

from deck_sim.engine import deliveries
from deck_sim.engine.deliveries import AttemptResult
from deck_sim.engine.records import Resource
from deck_sim.runtime.clock import settle
from deck_sim.runtime.moments import print_moment
from deck_sim.runtime.serialization import print_message, print_resource
from deck_sim.runtime.settings import FROZEN
from deck_sim.server.control.routes import record_answer, route
from deck_sim.server.request import Answer, Request
from deck_sim.webhooks.signing import SIGNATURE


@route("GET", "/deliveries")
def list_deliveries(request: Request) -> Answer:
    """Show every delivery with its attempts, oldest first."""
    found = [*request.world.all("event_delivery").values()]
    return record_answer(request, {"data": [_print(request, delivery) for delivery in found]})


@route("GET", "/deliveries/{id}")
def show_delivery(request: Request) -> Answer:
    """Show a delivery, its attempts, its event as it is sent, and its destination."""
    simulation = request.simulation
    delivery = request.fetch("event_delivery")
    destination = request.world.all("event_destination")[delivery["event_destination_id"]]
    event = print_message(simulation, delivery.hidden["event"])
    shown = {"event": event, "destination": print_resource(simulation, destination)}
    return record_answer(request, {**_print(request, delivery), **shown})


@route("POST", "/deliveries/{id}/replay")
async def replay_delivery(request: Request) -> Answer:
    """Deliver the same event again, under the same id.

    With a frozen clock the receiver is called before the answer. With another clock, or while an
    advance is in progress, it is called in the background.
    """
    simulation = request.simulation
    deliveries.replay(simulation.world, request.fetch("event_delivery"))
    if simulation.mode == FROZEN and not simulation.advancing:
        await request.worlds.dispatcher.drive(simulation, settle(simulation))
    return request.show(request.fetch("event_delivery"))


@route("GET", "/destinations/{id}/messages")
def list_messages(request: Request) -> Answer:
    """Show the messages in a destination that is a queue."""
    destination = request.fetch("event_destination")
    events = [event for id_, event in request.world.messages if id_ == destination.id]
    data = [print_message(request.simulation, event) for event in events]
    return record_answer(request, {"data": data})


def _print(request: Request, delivery: Resource) -> dict[str, Any]:
    log = [_print_attempt(attempt) for attempt in request.world.attempts.get(delivery.id, [])]
    return {**print_resource(request.simulation, delivery), "log": log}


def _print_attempt(attempt: AttemptResult) -> dict[str, Any]:
    """An attempt. Its signature says whether a receiver accepts it; None if nothing was signed."""
    ok = attempt.refusal is None
    why = "it fits the secret, the body and the time" if ok else attempt.refusal
    return {
        "at": print_moment(attempt.at),
        "attempt": attempt.number,
        "ok": attempt.ok,
        "status": attempt.status,
        "error": attempt.error,
        "fault": attempt.fault,
        "latency_ms": attempt.latency_ms,
        "signature": {"ok": ok, "why": why} if SIGNATURE in attempt.request else None,
        "request_headers": dict(attempt.request),
        "response_headers": dict(attempt.response),
    }
