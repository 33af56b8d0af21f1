"""Which destinations receive an event, and the delivery that each of them gets.

The choice is made when the event happens. If a destination stops before its delivery is attempted,
the delivery fails and says why.
"""

from typing import Any

from deck_sim.engine.records import Event, Resource

ALL = "*"


def listens(destination: Resource) -> bool:
    """Whether a destination receives events now."""
    return not destination.deleted and destination.status == "active"


def wants(destination: Resource, event: Event) -> bool:
    """Whether a destination receives this event."""
    types = destination["events"]
    return listens(destination) and (types == [ALL] or event.type in types)


def delivery_fields(destination: Resource, event: Event) -> tuple[dict[str, Any], dict[str, Any]]:
    """The public and the hidden fields of a new delivery."""
    fields: dict[str, Any] = {
        "event_type": event.type,
        "event_id": event.id,
        "event_destination_id": destination.id,
        "attempts": 0,
        "delivered_at": None,
    }
    return fields, {"event": event, "replayed_after": 0}
