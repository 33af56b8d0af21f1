"""Calls about deliveries: the log, attempt by attempt; sending again; what queues hold."""

from typing import Any

from deck_sim.endpoint import Answer, Request, Route
from deck_sim.engine import commands, deliveries
from deck_sim.engine.deliveries import Tried
from deck_sim.wire import print_event, print_moment, print_resource


def list_deliveries(request: Request) -> Answer:
    """`GET /_sim/deliveries`: every delivery, oldest first, with its attempts."""
    world = request.simulation.world
    data = [
        {
            **print_resource(world, delivery),
            "log": [_print(tried) for tried in world.attempts.get(delivery.id, [])],
        }
        for delivery in world.all("event_delivery").values()
    ]
    return Answer({"data": data})


def replay(request: Request) -> Answer:
    """`POST /_sim/deliveries/ID/replay`: the same event once more, under the same id.

    It is due at once: it is sent when the clock moves next, or in the background if it moves
    itself.
    """
    world = request.simulation.world
    delivery = commands.fetch(world, "event_delivery", request.params["id"])
    return Answer(print_resource(world, deliveries.replay(world, delivery)))


def list_messages(request: Request) -> Answer:
    """`GET /_sim/destinations/ID/messages`: what a destination that is a queue holds."""
    world = request.simulation.world
    destination = commands.fetch(world, "event_destination", request.params["id"])
    held = world.messages.get(destination.id, [])
    return Answer({"data": [print_event(world, event) for event in held]})


def _print(tried: Tried) -> dict[str, Any]:
    return {
        "at": print_moment(tried.at),
        "attempt": tried.number,
        "ok": tried.ok,
        "status": tried.status,
        "error": tried.error,
        "latency_ms": tried.latency_ms,
        "request_headers": dict(tried.request),
        "response_headers": dict(tried.response),
    }


ROUTES = [
    Route("GET", "/deliveries", list_deliveries),
    Route("POST", "/deliveries/{id}/replay", replay),
    Route("GET", "/destinations/{id}/messages", list_messages),
]
