"""Operations on webhooks: receivers, the log of attempts, replays, and the messages in queues."""

from __future__ import annotations

from typing import TYPE_CHECKING

from deck_sim.base.errors import quote
from deck_sim.contract.error_catalog import raise_problems, refuse
from deck_sim.contract.kinds import WEBHOOK
from deck_sim.engine import deliveries
from deck_sim.engine.injected_faults import TROUBLE
from deck_sim.engine.world import ALL
from deck_sim.engine.world_values import Resource
from deck_sim.operations.table import Json, operation
from deck_sim.runtime.advance import do_all_due
from deck_sim.runtime.moment_text import format_moment
from deck_sim.runtime.registry import WorldRegistry
from deck_sim.runtime.serialization import message_as_json, resource_as_json
from deck_sim.runtime.settings import FROZEN
from deck_sim.runtime.simulation import Simulation
from deck_sim.webhooks.allowed_addresses import AddressRefused
from deck_sim.webhooks.signing import SIGNATURE

if TYPE_CHECKING:
    from deck_sim.operations.parameters import EventNames, Secret, Text, WebUrl

_SHOWN = ("ok", "status", "error", "fault", "latency_ms")  # of an attempt, under the same names


@operation("POST", "/webhooks")
def register_webhook(
    simulation: Simulation,
    worlds: WorldRegistry,
    url: WebUrl,
    events: EventNames | None = None,
    secret: Secret | None = None,
    name: Text = "webhook",
) -> Json:
    """Register a URL that gets `events` (default: all), without a call of the Deck API. The answer
    is the destination with its `secret`, and a `warning` if the URL is never called.
    """
    types = [ALL] if events is None else events
    raise_problems(deliveries.event_problems(simulation.world, types))
    fields = {"name": name, "type": WEBHOOK, "config": {"url": url}, "events": types}
    secret, warning = secret or worlds.secret_of(simulation.key), None
    created = deliveries.create_destination(simulation.world, fields, secret)
    try:
        worlds.dispatcher.check_url(url)
    except AddressRefused as refusal:
        warning = f"webhooks to {url} are not sent: {refusal}"
    return {**resource_as_json(simulation, created), "secret": secret, "warning": warning}


@operation("GET", "/deliveries", shows_records=True)
def list_deliveries(simulation: Simulation, worlds: WorldRegistry) -> Json:
    """Show every delivery, oldest first. `signed_with` is `world` or `own`: the world's secret, or
    the destination's own. `log` has the attempts, each with up to 2 KiB of `response_body`; its
    `signature` says whether the signature is valid.
    """
    resources = simulation.world.all("event_delivery").values()
    return {"data": [_delivery_as_json(simulation, worlds, delivery) for delivery in resources]}


@operation("GET", "/deliveries/{id}", shows_records=True)
def show_delivery(simulation: Simulation, worlds: WorldRegistry, id: str) -> Json:
    """Show a delivery with its `event` and its `destination`."""
    world = simulation.world
    delivery = world.fetch("event_delivery", id)
    destination = world.all("event_destination")[delivery["event_destination_id"]]
    event = message_as_json(simulation, delivery.hidden["event"])
    details = {"event": event, "destination": resource_as_json(simulation, destination)}
    return {**_delivery_as_json(simulation, worlds, delivery), **details}


@operation("POST", "/deliveries/{id}/replay")
async def replay_delivery(simulation: Simulation, worlds: WorldRegistry, id: str) -> Json:
    """Send the event of a delivery again, with the same id. If the clock is frozen and no advance
    is in progress, the event is sent before the answer, otherwise in the background.
    """
    deliveries.replay(simulation.world, simulation.world.fetch("event_delivery", id))
    if simulation.mode == FROZEN and not simulation.advancing:
        await worlds.dispatcher.drive(simulation, do_all_due(simulation))
    return resource_as_json(simulation, simulation.world.fetch("event_delivery", id))


@operation("GET", "/destinations/{id}/messages", shows_records=True)
def list_messages(simulation: Simulation, id: str) -> Json:
    """Show the events sent to a destination that is not a webhook (`aws_sqs`, …), oldest first."""
    world = simulation.world
    destination = world.fetch("event_destination", id)
    if destination["type"] == WEBHOOK:
        text = f"{quote(id)} is a webhook: it has deliveries (`GET /_sim/deliveries`), not messages"
        raise refuse("request/input_invalid", text, field="id")
    events = [event for id_, event in world.messages if id_ == destination.id]
    return {"data": [message_as_json(simulation, event) for event in events]}


def _delivery_as_json(simulation: Simulation, worlds: WorldRegistry, delivery: Resource) -> Json:
    log, world, event = list[Json](), simulation.world, delivery.hidden["event"]
    secret = world.all("event_destination")[delivery["event_destination_id"]].hidden["secret"]
    subject = event.data.id, *world.contract.names_of(event.type)
    troubles = (injected.fault for injected in world.injected.by_owner.get(TROUBLE, ()))
    hidden_faults = {
        fault.key
        for fault in troubles
        if (fault.family, fault.key) == ("event", "status") and fault.applies_to(*subject)
    }
    attempts = world.delivery_log.get(delivery.id, [])
    # As if there were no trouble, like the list of calls.
    shown_attempts = [attempt for attempt in attempts if attempt.fault not in hidden_faults]
    for attempt in shown_attempts:
        fits = attempt.refusal is None
        why = attempt.refusal or "the signature fits the secret, the body and the time"
        row = {
            "at": format_moment(attempt.at),
            "attempt": attempt.number,
            **{name: getattr(attempt, name) for name in _SHOWN},
            "signature": {"ok": fits, "why": why} if SIGNATURE in attempt.request else None,
            "request_headers": dict(attempt.request),
            "response_headers": dict(attempt.response),
            "response_body": attempt.answer.decode(errors="replace"),
        }
        log.append(row)
    signer = "world" if secret == worlds.secret_of(simulation.key) else "own"
    count = delivery["attempts"] - len(attempts) + len(shown_attempts)
    summary = {**resource_as_json(simulation, delivery), "attempts": count}
    return {**summary, "signed_with": signer, "log": log}
