"""Who gets an event: each destination that wants it, as they are at the moment at which it happens.

What becomes of a destination later, before the delivery is attempted, is told by the delivery. So a
new destination gets no event that is older than itself, and none is lost without a trace.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from deck_sim.engine.records import Event, Resource
from deck_sim.engine.timers import ATTEMPT

if TYPE_CHECKING:
    from deck_sim.engine.world import World

ALL = "*"


def post_event(world: World, event: Event) -> None:
    """Make a delivery of an event for each destination that wants it, due at once."""
    for destination in world.all("event_destination").values():
        if _wants(destination, event):
            _make_delivery(world, destination, event)


def listens(destination: Resource) -> bool:
    """Whether it takes anything at all."""
    return not destination.deleted and destination.status == "active"


def _wants(destination: Resource, event: Event) -> bool:
    wanted = destination["events"]
    return listens(destination) and (wanted == [ALL] or event.type in wanted)


def _make_delivery(world: World, destination: Resource, event: Event) -> None:
    fields: dict[str, Any] = {
        "event_type": event.type,
        "event_id": event.id,
        "event_destination_id": destination.id,
        "attempts": 0,
        "delivered_at": None,
    }
    hidden = {"event": event, "replayed_after": 0}
    about = f": {event.type} to {destination.id}"
    delivery = world.create("event_delivery", fields, hidden, silent=True, about=about)
    world.timers.arm(delivery.id, ATTEMPT, world.now)
