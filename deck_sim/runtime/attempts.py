"""The attempts to deliver webhooks: each is taken from the outbox, made and recorded."""

from collections.abc import Callable
from datetime import datetime

from deck_sim.engine.deliveries import (
    Attempt,
    AttemptResult,
    record_attempt,
    secrets_of,
)
from deck_sim.faults.outgoing import FAULT_HEADER, OutgoingWebhook
from deck_sim.runtime.activity import log_attempt
from deck_sim.runtime.moments import print_moment
from deck_sim.runtime.serialization import custom_headers, dump_json, print_message
from deck_sim.runtime.simulation import Simulation
from deck_sim.webhooks.sender import Outcome, Sender, explain_status
from deck_sim.webhooks.signing import TOLERANCE, SignatureError, signed_headers, verify


async def make_attempt(
    simulation: Simulation, attempt: Attempt, sender: Sender, clock: Callable[[], datetime]
) -> AttemptResult:
    """Print, sign and send an event, as the fault of the attempt says."""
    world, config, fault = simulation.world, attempt.destination["config"], attempt.fault
    at, wall = world.now, simulation.caller_time or clock()
    stamp = wall if simulation.settings.webhook_time == "wall" else at
    body = dump_json(print_message(simulation, attempt.event))
    secrets = tuple(secrets_of(world, attempt.destination))
    webhook = OutgoingWebhook(secrets, stamp, body, body)
    if fault is not None:
        webhook = fault.apply(webhook)
    headers = {
        "user-agent": "deck-sim",
        **custom_headers(config.get("custom_headers")),
        "content-type": webhook.content_type,
        **({} if fault is None else {FAULT_HEADER: fault.key}),
        **signed_headers(webhook.secrets, attempt.event.id, webhook.stamp, webhook.signed),
    }
    if (status := webhook.answered) is not None:
        why = explain_status(status) or f"answered {status} before it got to the receiver"
        outcomes = [Outcome(status, why, latency_ms=0)]
    else:
        copies, url = range(webhook.copies), config["url"]
        outcomes = [await sender.send(url, headers, webhook.body) for _ in copies]
    outcome = outcomes[0]
    error = outcome.error
    if error is None and not outcome.ok and abs(wall - stamp) > TOLERANCE:
        error = (
            f"answered {outcome.status}; the timestamp is the world's ({print_moment(stamp)}),"
            " and receivers refuse one that is more than five minutes off: use"
            " `webhook_time: wall`"
        )
    refusal = None  # of a receiver that verifies the signature
    try:
        verify(secrets[0], headers, webhook.body, wall)
    except SignatureError as refused:
        refusal = str(refused)
    return AttemptResult(
        at=at,
        number=attempt.number,
        ok=outcome.ok,
        status=outcome.status,
        error=error,
        latency_ms=outcome.latency_ms,
        request=outcome.request or headers,
        response=outcome.headers,
        fault=fault and fault.key,
        refusal=refusal,
    )


def record_result(simulation: Simulation, attempt: Attempt, result: AttemptResult) -> None:
    """Record and log the result of an attempt."""
    simulation.attempting.remove(attempt.delivery_id)
    record_attempt(simulation.world, attempt, result)
    retries = simulation.world.timers.of(attempt.delivery_id)
    log_attempt(simulation.key, attempt, result, retries[0].at if retries else None)
