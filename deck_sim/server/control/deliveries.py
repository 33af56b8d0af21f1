"""Calls about deliveries: the log, attempt by attempt; sending again; what queues hold."""

from typing import Any

from deck_sim.engine import commands, deliveries
from deck_sim.engine.deliveries import AttemptResult
from deck_sim.runtime.serialization import print_message, print_moment, print_resource
from deck_sim.server.request import Answer, Request
from deck_sim.server.routing import Route


def list_deliveries(request: Request) -> Answer:
    """`GET /_sim/deliveries`: every delivery, oldest first, with its attempts."""
    world = request.simulation.world
    data = [
        {
            **print_resource(request.simulation, delivery),
            "log": [_print(tried) for tried in world.attempts.get(delivery.id, [])],
        }
        for delivery in world.all("event_delivery").values()
    ]
    return Answer({"data": data})


async def replay(request: Request) -> Answer:
    """`POST /_sim/deliveries/ID/replay`: the same event once more, under the same id.

    With a frozen clock it has been answered when this is. Otherwise, or if somebody drives the
    clock already, it is sent in the background.
    """
    simulation = request.simulation
    delivery = commands.fetch(simulation.world, "event_delivery", request.params["id"])
    deliveries.replay(simulation.world, delivery)
    if simulation.mode == "frozen" and not simulation.advancing:
        await request.worlds.dispatcher.drive(simulation, simulation.settle())
    again = commands.fetch(simulation.world, "event_delivery", delivery.id)
    return Answer(print_resource(request.simulation, again))


def list_messages(request: Request) -> Answer:
    """`GET /_sim/destinations/ID/messages`: what a destination that is a queue holds."""
    world = request.simulation.world
    destination = commands.fetch(world, "event_destination", request.params["id"])
    held = world.messages.get(destination.id, [])
    return Answer({"data": [print_message(request.simulation, event) for event in held]})


def _print(tried: AttemptResult) -> dict[str, Any]:
    return {
        "at": print_moment(tried.at),
        "attempt": tried.number,
        "ok": tried.ok,
        "status": tried.status,
        "error": tried.error,
        "fault": tried.fault,
        "latency_ms": tried.latency_ms,
        "request_headers": dict(tried.request),
        "response_headers": dict(tried.response),
    }


ROUTES = [
    Route("GET", "/deliveries", list_deliveries),
    Route("POST", "/deliveries/{id}/replay", replay),
    Route("GET", "/destinations/{id}/messages", list_messages),
]
