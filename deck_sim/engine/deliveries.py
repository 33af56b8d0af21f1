"""Event destinations, and the deliveries of events to them. Due attempts go to the outbox, and
their results are recorded.

This module sends nothing. The caller takes the attempts from the outbox, sends them, and records
their results. An advance moves the clock only after that.

Each destination gets its own delivery of an event. When the last retry has failed, the delivery
fails and its destination becomes inactive.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from deck_sim.base.errors import nearest
from deck_sim.contract.error_catalog import Problem, problem, refuse
from deck_sim.contract.kinds import WEBHOOK
from deck_sim.engine import injected_faults
from deck_sim.engine.timers import ATTEMPT
from deck_sim.engine.world import ALL, World, listens
from deck_sim.engine.world_values import Event, Resource


@dataclass(frozen=True, slots=True)
class Attempt:
    """One attempt to send a webhook; `record_attempt` records its result."""

    delivery_id: str
    number: int  # from 1
    event: Event
    destination: Resource
    fault: Any = None  # the injected fault that fires


@dataclass(frozen=True, slots=True)
class AttemptResult:
    """An entry of the delivery log: the result of an attempt, or why there was none."""

    at: datetime
    number: int | None  # from 1; None if there was no attempt
    ok: bool
    status: int | None
    error: str | None
    latency_ms: int = 0
    request: Mapping[str, str] = field(default_factory=dict)  # its headers
    response: Mapping[str, str] = field(default_factory=dict)  # its headers
    fault: str | None = None  # the key of the injected fault
    refusal: str | None = None  # why a receiver that verifies the signature refuses it
    answer: bytes = b""  # the start of the response's body


def attempt_due(world: World, delivery_id: str) -> None:
    """Put a due webhook into the outbox, unless a fault prevents this attempt. Put an event for a
    queue into the queue at once. If the destination is deleted or not active, the delivery fails.
    """
    delivery = world.all("event_delivery")[delivery_id]
    destination = _destination(world, delivery)
    world.until_next.pop(delivery.id, None)
    if not listens(destination):
        _give_up(world, delivery)
    elif destination["type"] == WEBHOOK:
        fault = None
        # An attempt that its fault has postponed gets no other fault.
        if world.injected.by_owner and delivery.id not in world.fired:
            fault = world.fire_webhook(injected_faults.WEBHOOK, delivery.hidden["event"])
        if fault is not None:
            world.fired[delivery.id] = fault
        if fault is None or not fault.intercept(world, delivery):
            world.outbox.append(delivery.id)
    else:
        world.messages.append((destination.id, delivery.hidden["event"]))
        delivery = _count_attempt(world, delivery, "put in the queue")
        world.move(delivery, "success", delivered_at=world.now)


def take_outbox(world: World) -> list[Attempt]:
    """Empty the outbox; return the attempts to send now.

    A delivery fails if its destination was deleted or deactivated after the attempt became due.
    """
    delivery_ids, world.outbox = world.outbox, []
    attempts = []
    for delivery in [world.all("event_delivery")[delivery_id] for delivery_id in delivery_ids]:
        if listens(_destination(world, delivery)):
            attempts.append(_attempt(world, delivery))
        else:
            _give_up(world, delivery)
    return attempts


def record_attempt(world: World, attempt: Attempt, result: AttemptResult) -> None:
    """Record the result of an attempt and its effect: success, a retry, or the final failure.

    If the world no longer has the delivery, nothing is recorded.
    """
    delivery = world.all("event_delivery").get(attempt.delivery_id)
    if delivery is None:
        return
    world.delivery_log.setdefault(delivery.id, []).append(result)
    outcome = result.error or f"{result.status}"
    fault = f" (fault: {result.fault})" if result.fault else ""
    delivery = _count_attempt(world, delivery, f"attempt {result.number}: {outcome}{fault}")
    world.fired.pop(delivery.id, None)
    for overtaken, destination_id in world.until_next.items():
        if destination_id == delivery["event_destination_id"]:
            number = world.all("event_delivery")[overtaken].hidden["number"]
            if number < delivery.hidden["number"]:
                world.timers.arm(overtaken, ATTEMPT, world.now)
    delays = world.contract.retry_delays
    retries = delivery["attempts"] - 1 - delivery.hidden["replayed_after"]
    if result.ok:
        delivery = world.move(delivery, "success", delivered_at=world.now)
        if attempt.fault is not None:
            attempt.fault.follow(world, delivery)
    elif retries < len(delays):
        world.timers.arm(delivery.id, ATTEMPT, world.now + delays[retries])
    else:
        world.move(delivery, "failure", delivered_at=None)
        destination = _destination(world, delivery)
        if not destination.deleted:
            set_destination_status(world, destination, "inactive")


def lose(world: World, delivery: Resource) -> None:
    """Record a due webhook as delivered, although it is not sent."""
    attempt = _attempt(world, delivery)
    error, fault = "lost on its way", attempt.fault.key
    result = AttemptResult(world.now, attempt.number, True, None, error, fault=fault)
    record_attempt(world, attempt, result)


def postpone(
    world: World, delivery: Resource, length: timedelta, why: str, *, until_next: bool = False
) -> None:
    """Postpone a due webhook by `length`; with `until_next`, at most until a later webhook to its
    destination has been attempted.
    """
    world.timers.arm(delivery.id, ATTEMPT, world.now + length)
    world.note("event_delivery", delivery.id, f"{delivery['event_type']}, postponed {why}")
    if until_next:
        world.until_next[delivery.id] = delivery["event_destination_id"]


def replay(world: World, delivery: Resource) -> Resource:
    """Deliver an event again now, with the same event id and as many retries as at first. Raises
    ApiError (`state_invalid`) if the delivery is pending, or if its destination receives no events.
    """
    destination = _destination(world, delivery)
    if delivery.status == "pending":
        text = f"The delivery `{delivery.id}` is `pending`; replay it after its success or failure."
        raise refuse("request/state_invalid", text)
    if not listens(destination):
        can_activate = not destination.deleted and destination.status == "inactive"
        remedy = "; activate it first" if can_activate else ""
        text = f"The delivery cannot be replayed: {_why_silent(destination)}{remedy}."
        raise refuse("request/state_invalid", text)
    hidden = {**delivery.hidden, "replayed_after": delivery["attempts"]}
    world.timers.arm(delivery.id, ATTEMPT, world.now)
    return world.move(delivery, "pending", hidden=hidden)


def set_destination_status(world: World, destination: Resource, status: str) -> Resource:
    return destination if destination.status == status else world.move(destination, status)


def secrets_of(world: World, destination: Resource) -> list[str]:
    """Return the secrets to sign with: the current one, and any replaced less than a day ago."""
    old = [secret for secret, until in destination.hidden["old_secrets"] if world.now < until]
    return [destination.hidden["secret"], *old]


def rotate_secret(world: World, destination: Resource, secret: str) -> Resource:
    """Replace the secret; for one day, also sign with the old secret (documented)."""
    present, *old = secrets_of(world, destination)
    if secret == present:
        return destination
    until = world.now + world.contract.secret_overlap
    older = [row for row in destination.hidden["old_secrets"] if row[0] in old and row[0] != secret]
    hidden = {"secret": secret, "old_secrets": ((present, until), *older)}
    return world.change(destination, hidden, what="secret rotated")


def _why_silent(destination: Resource) -> str:
    status = "deleted" if destination.deleted else f"`{destination.status}`"
    return f"the destination `{destination.id}` is {status}"


def _destination(world: World, delivery: Resource) -> Resource:
    return world.all("event_destination")[delivery["event_destination_id"]]


def _attempt(world: World, delivery: Resource) -> Attempt:
    number, event = delivery["attempts"] + 1, delivery.hidden["event"]
    fault = world.fired.get(delivery.id)
    return Attempt(delivery.id, number, event, _destination(world, delivery), fault)


def _count_attempt(world: World, delivery: Resource, outcome: str) -> Resource:
    what = f"{delivery['event_type']}, {outcome}"
    return world.change(delivery, what=what, attempts=delivery["attempts"] + 1)


def _give_up(world: World, delivery: Resource) -> None:
    world.fired.pop(delivery.id, None)
    why = f"not attempted: {_why_silent(_destination(world, delivery))}"
    result = AttemptResult(world.now, None, ok=False, status=None, error=why)
    world.delivery_log.setdefault(delivery.id, []).append(result)
    world.note("event_delivery", delivery.id, f"{delivery['event_type']}, {why}")
    world.move(delivery, "failure", delivered_at=None)


# Destinations


def create_destination(world: World, fields: Mapping[str, Any], secret: str) -> Resource:
    public = {name: fields[name] for name in ("name", "type", "config", "events")}
    hidden = {"secret": secret, "old_secrets": ()}
    return world.create("event_destination", public, hidden, silent=True)


def update_destination(
    world: World, destination: Resource, fields: Mapping[str, Any], secret: str | None
) -> Resource:
    """Set fields of a destination from a checked body. A new `secret` starts a rotation."""
    public = {name: fields[name] for name in ("name", "config", "events") if name in fields}
    if public:
        destination = world.change(destination, **public)
    if destination["type"] != WEBHOOK and fields.get("credentials"):
        # deck-sim does not log in to queues, so it does not store their credentials.
        what = "credentials changed; they are not stored, since nothing uses them"
        destination = world.change(destination, what=what)
    elif secret is not None:
        destination = rotate_secret(world, destination, secret)
    return set_destination_status(world, destination, fields.get("status", destination.status))


def event_problems(world: World, events: Any) -> list[Problem]:
    """Return a problem for each wrong event type; [] if `events` is not a list of texts."""
    is_readable = isinstance(events, list) and all(isinstance(name, str) for name in events)
    problems, event_types = list[Problem](), world.event_types
    for index, name in enumerate(events if is_readable and events != [ALL] else ()):
        field = f"events[{index}]"
        text = f'`{field}`: `*` must be the only item; send `["*"]`'
        if name != ALL:
            near = _NO_GLOB if ALL in name else nearest(name, event_types) or _INSTEAD
            text = f"`{field}`: unknown event type {name!r}{near}"
        if name not in event_types:
            problems.append(problem("request/input_invalid", text, field=field))
    return problems


_NO_GLOB = '; the only pattern is `["*"]`, for every type'
_INSTEAD = "; `GET /v2/event-types` lists the types"
