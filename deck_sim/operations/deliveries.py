"""Calls about deliveries: the log of attempts, sending again, the messages in queues."""

from deck_sim.engine import deliveries
from deck_sim.engine.records import Resource
from deck_sim.operations.table import Json, operation
from deck_sim.runtime.clock import settle
from deck_sim.runtime.moments import print_moment
from deck_sim.runtime.registry import WorldRegistry
from deck_sim.runtime.serialization import print_message, print_resource
from deck_sim.runtime.settings import FROZEN
from deck_sim.runtime.simulation import Simulation
from deck_sim.webhooks.signing import SIGNATURE


@operation("GET", "/deliveries", shows_records=True)
def list_deliveries(simulation: Simulation) -> Json:
    """Show every delivery, oldest first, with the `log` of its attempts; `signature` says whether
    it is valid.
    """
    found = simulation.world.all("event_delivery").values()
    return {"data": [_print(simulation, delivery) for delivery in found]}


@operation("GET", "/deliveries/{id}", shows_records=True)
def show_delivery(simulation: Simulation, id: str) -> Json:
    """Show a delivery with its `event` and its `destination`."""
    world = simulation.world
    delivery = world.fetch("event_delivery", id)
    destination = world.all("event_destination")[delivery["event_destination_id"]]
    event = print_message(simulation, delivery.hidden["event"])
    shown = {"event": event, "destination": print_resource(simulation, destination)}
    return {**_print(simulation, delivery), **shown}


@operation("POST", "/deliveries/{id}/replay")
async def replay_delivery(simulation: Simulation, worlds: WorldRegistry, id: str) -> Json:
    """Send the event again under the same id: with a frozen clock before the answer, otherwise, or
    while an advance is in progress, in the background.
    """
    deliveries.replay(simulation.world, simulation.world.fetch("event_delivery", id))
    if simulation.mode == FROZEN and not simulation.advancing:
        await worlds.dispatcher.drive(simulation, settle(simulation))
    return print_resource(simulation, simulation.world.fetch("event_delivery", id))


@operation("GET", "/destinations/{id}/messages", shows_records=True)
def list_messages(simulation: Simulation, id: str) -> Json:
    """Show the events in a destination that is no webhook (`aws_sqs`, …), oldest first."""
    world = simulation.world
    destination = world.fetch("event_destination", id)
    events = [event for id_, event in world.messages if id_ == destination.id]
    return {"data": [print_message(simulation, event) for event in events]}


def _print(simulation: Simulation, delivery: Resource) -> Json:
    log = list[Json]()
    for attempt in simulation.world.attempts.get(delivery.id, []):
        fits = attempt.refusal is None  # so that a receiver accepts the signature
        why = attempt.refusal or "it fits the secret, the body and the time"
        shown = {
            "at": print_moment(attempt.at),
            "attempt": attempt.number,
            "ok": attempt.ok,
            "status": attempt.status,
            "error": attempt.error,
            "fault": attempt.fault,
            "latency_ms": attempt.latency_ms,
            "signature": {"ok": fits, "why": why} if SIGNATURE in attempt.request else None,
            "request_headers": dict(attempt.request),
            "response_headers": dict(attempt.response),
        }
        log.append(shown)
    return {**print_resource(simulation, delivery), "log": log}
