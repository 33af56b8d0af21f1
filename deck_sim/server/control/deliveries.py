"""Calls about deliveries: the log of attempts, sending again, the messages in queues."""

from typing import Any

from deck_sim.engine import commands, deliveries
from deck_sim.engine.deliveries import AttemptResult
from deck_sim.runtime.serialization import print_message, print_moment, print_resource
from deck_sim.server.control.routes import route
from deck_sim.server.request import Answer, Request


@route("GET", "/deliveries")
def list_deliveries(request: Request) -> Answer:
    """Show every delivery with its attempts, oldest first."""
    world = request.simulation.world
    data = [
        {
            **print_resource(request.simulation, delivery),
            "log": [_print(attempt) for attempt in world.attempts.get(delivery.id, [])],
        }
        for delivery in world.all("event_delivery").values()
    ]
    return Answer({"data": data})


@route("POST", "/deliveries/{id}/replay")
async def replay_delivery(request: Request) -> Answer:
    """Deliver the same event again, under the same id.

    With a frozen clock the receiver is called before the answer. With another clock, or while an
    advance is in progress, it is called in the background.
    """
    simulation = request.simulation
    delivery = commands.fetch(simulation.world, "event_delivery", request.params["id"])
    deliveries.replay(simulation.world, delivery)
    if simulation.mode == "frozen" and not simulation.advancing:
        await request.worlds.dispatcher.drive(simulation, simulation.settle())
    again = commands.fetch(simulation.world, "event_delivery", delivery.id)
    return Answer(print_resource(request.simulation, again))


@route("GET", "/destinations/{id}/messages")
def list_messages(request: Request) -> Answer:
    """Show the messages in a destination that is a queue."""
    world = request.simulation.world
    destination = commands.fetch(world, "event_destination", request.params["id"])
    events = world.messages.get(destination.id, [])
    return Answer({"data": [print_message(request.simulation, event) for event in events]})


def _print(attempt: AttemptResult) -> dict[str, Any]:
    return {
        "at": print_moment(attempt.at),
        "attempt": attempt.number,
        "ok": attempt.ok,
        "status": attempt.status,
        "error": attempt.error,
        "fault": attempt.fault,
        "latency_ms": attempt.latency_ms,
        "request_headers": dict(attempt.request),
        "response_headers": dict(attempt.response),
    }
