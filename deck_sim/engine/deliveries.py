"""Events on their way to their destinations. Pure: what falls due is put into the outbox, and the
world stands still until someone says how the attempts went.

Source: section 6 of the contract. At least once; each destination on its own; up to three retries,
after which the destination becomes inactive.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from deck_sim.contract.assumptions import rely_on
from deck_sim.contract.error_catalog import refuse
from deck_sim.engine.fan_out import listens
from deck_sim.engine.injected import WEBHOOK as STRUCK
from deck_sim.engine.injected import fire_webhook
from deck_sim.engine.records import Event, Resource
from deck_sim.engine.timers import ATTEMPT, Due
from deck_sim.engine.world import World

WEBHOOK = "webhook"


@dataclass(frozen=True, slots=True)
class Attempt:
    """One try to deliver an event: to be sent, and then recorded with `record_attempt`."""

    delivery_id: str
    number: int  # from 1
    event: Event
    destination: Resource
    fault: Any = None  # what goes wrong with it


@dataclass(frozen=True, slots=True)
class AttemptResult:
    """A line of the delivery log: an attempt, and how it went; or why there was none."""

    at: datetime
    number: int | None  # from 1; None if nothing was sent
    ok: bool
    status: int | None
    error: str | None
    latency_ms: int = 0
    request: Mapping[str, str] = field(default_factory=dict)
    response: Mapping[str, str] = field(default_factory=dict)
    fault: str | None = None  # what was made to go wrong with it


def attempt_due(world: World, due: Due) -> None:
    """Put an attempt into the outbox, or into the queue of a destination that is one."""
    delivery = world.all("event_delivery")[due.owner]
    destination = _destination(world, delivery)
    world.held_back.pop(delivery.id, None)
    if not listens(destination):
        _give_up(world, delivery)
    elif destination["type"] == WEBHOOK:
        if not _is_hindered(world, delivery):
            world.outbox.append(delivery.id)
    else:
        world.messages.setdefault(destination.id, []).append(delivery.hidden["event"])
        world.note("event_delivery", delivery.id, f"{delivery['event_type']}, held to be read")
        _finish(world, _counted(world, delivery), "success")


def take_outbox(world: World) -> list[Attempt]:
    """The attempts that are to be sent now; each is to be recorded before time goes on."""
    taken, world.outbox = world.outbox, []
    deliveries = [world.all("event_delivery")[delivery_id] for delivery_id in taken]
    for delivery in deliveries:
        if not listens(_destination(world, delivery)):  # no longer: a call came in between
            _give_up(world, delivery)
    return [_attempt(world, one) for one in deliveries if listens(_destination(world, one))]


def record_attempt(world: World, attempt: Attempt, tried: AttemptResult) -> None:
    """Note how an attempt went, and what follows: done, a retry, or the end of the destination.

    A world that was put in the place of the one that sent it may not know of it.
    """
    if attempt.delivery_id not in world.all("event_delivery"):
        return
    world.attempts.setdefault(attempt.delivery_id, []).append(tried)
    delivery = _counted(world, world.all("event_delivery")[attempt.delivery_id])
    said = tried.error or f"{tried.status}"
    fault = f" (fault: {tried.fault})" if tried.fault else ""
    what = f"{delivery['event_type']}, attempt {tried.number}: {said}{fault}"
    world.fired.pop(delivery.id, None)
    _let_follow(world, delivery["event_destination_id"])
    world.note("event_delivery", delivery.id, what)
    delays = world.rules.retry_delays
    retries = delivery["attempts"] - 1 - delivery.hidden["replayed_after"]
    if tried.ok:
        _finish(world, delivery, "success")
    elif retries < len(delays):
        world.timers.arm(delivery.id, ATTEMPT, world.now + delays[retries])
    else:
        _finish(world, delivery, "failure")
        _deactivate(world, _destination(world, delivery))


def lose(world: World, delivery: Resource) -> None:
    """Let a webhook that is due get lost, although its sender believes that it was taken."""
    attempt, why = _attempt(world, delivery), "lost on its way"
    tried = AttemptResult(world.now, attempt.number, True, None, why, fault=attempt.fault.key)
    record_attempt(world, attempt, tried)


def hold_back(
    world: World, delivery: Resource, length: timedelta, why: str, *, overtaken: bool = False
) -> None:
    """Let a webhook that is due wait; one to be overtaken, until another one was sent there."""
    world.timers.arm(delivery.id, ATTEMPT, world.now + length)
    world.note("event_delivery", delivery.id, f"{delivery['event_type']}, held back {why}")
    if overtaken:
        world.held_back[delivery.id] = delivery["event_destination_id"]


def replay(world: World, delivery: Resource) -> Resource:
    """Deliver an event again, at once, under the same id.

    Raises:
        ApiError: `state_invalid` if it is still being delivered, or its destination takes nothing.

    """
    destination = _destination(world, delivery)
    if delivery.status == "pending":
        text = f"The delivery `{delivery.id}` is `pending`; it can be replayed once it is over."
        raise refuse("request/state_invalid", text)
    if not listens(destination):
        text = f"It cannot be replayed: {_silence(destination)}."
        raise refuse("request/state_invalid", text)
    again = replace(
        delivery,
        status="pending",
        updated_at=world.now,
        hidden={**delivery.hidden, "replayed_after": delivery["attempts"]},
    )
    world.all("event_delivery")[delivery.id] = again
    world.timers.arm(delivery.id, ATTEMPT, world.now)
    return again


def activate(world: World, destination: Resource, status: str) -> Resource:
    """Set a destination's status by hand; a change is an event (observed)."""
    if destination.status == status:
        return destination
    changed = replace(destination, status=status, updated_at=world.now)
    world.all("event_destination")[destination.id] = changed
    world.note("event_destination", destination.id, f"{destination.status} -> {status}")
    told = {"active": "activated", "inactive": "deactivated"}.get(status)
    if told:
        world.emit(f"event_destination.{told}", changed)
    return changed


def secrets_of(world: World, destination: Resource) -> list[str]:
    """The secrets to sign with: the present one, and those rotated out less than a day ago."""
    old = [secret for secret, until in destination.hidden["old_secrets"] if world.now < until]
    return [destination.hidden["secret"], *old]


def rotate_secret(world: World, destination: Resource, secret: str) -> Resource:
    """Sign with a new secret; the old one goes on for a day (documented)."""
    present, *old = secrets_of(world, destination)
    if secret == present:
        return destination
    rely_on("rotate secret")
    until = world.now + world.rules.secret_overlap
    still = [row for row in destination.hidden["old_secrets"] if row[0] in old and row[0] != secret]
    hidden = {"secret": secret, "old_secrets": ((present, until), *still)}
    changed = replace(destination, updated_at=world.now, hidden=hidden)
    world.all("event_destination")[destination.id] = changed
    world.note("event_destination", destination.id, "secret rotated")
    return changed


def _silence(destination: Resource) -> str:
    """Why a destination takes nothing."""
    what = "deleted" if destination.deleted else f"`{destination.status}`"
    return f"the destination `{destination.id}` is {what}"


def _destination(world: World, delivery: Resource) -> Resource:
    """Where it goes, as that is now; deleted, perhaps."""
    return world.all("event_destination")[delivery["event_destination_id"]]


def _attempt(world: World, delivery: Resource) -> Attempt:
    number, event = delivery["attempts"] + 1, delivery.hidden["event"]
    fault = world.fired.get(delivery.id)
    return Attempt(delivery.id, number, event, _destination(world, delivery), fault)


def _is_hindered(world: World, delivery: Resource) -> bool:
    """Whether a fault keeps an attempt from being made now. What strikes it is settled once."""
    if not world.injected or delivery.id in world.fired:
        return False
    fault = fire_webhook(world, STRUCK, delivery.hidden["event"])
    if fault is None:
        return False
    world.fired[delivery.id] = fault
    return bool(fault.intercept(world, delivery))


def _let_follow(world: World, destination_id: str) -> None:
    """Let go what waited for another one to be sent to that destination."""
    for waiting in [one for one, where in world.held_back.items() if where == destination_id]:
        world.timers.arm(waiting, ATTEMPT, world.now)


def _counted(world: World, delivery: Resource) -> Resource:
    counted = delivery.with_fields(world.now, attempts=delivery["attempts"] + 1)
    world.all("event_delivery")[delivery.id] = counted
    return counted


def _finish(world: World, delivery: Resource, status: str) -> None:
    done = world.now if status == "success" else None
    finished = replace(delivery.with_fields(world.now, delivered_at=done), status=status)
    world.all("event_delivery")[delivery.id] = finished


def _give_up(world: World, delivery: Resource) -> None:
    """End a delivery that has nowhere to go; its log says why."""
    world.fired.pop(delivery.id, None)
    why = f"not attempted: {_silence(_destination(world, delivery))}"
    world.attempts.setdefault(delivery.id, []).append(
        AttemptResult(world.now, None, False, None, why)
    )
    world.note("event_delivery", delivery.id, f"{delivery['event_type']}, {why}")
    _finish(world, delivery, "failure")


def _deactivate(world: World, destination: Resource) -> None:
    if not destination.deleted:
        activate(world, destination, "inactive")
