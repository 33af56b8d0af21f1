"""How the control API prints what several of its calls show."""

from typing import Any

from deck_sim.engine.records import TimelineEntry
from deck_sim.runtime.journal import Call
from deck_sim.runtime.serialization import print_moment


def print_entry(entry: TimelineEntry) -> dict[str, Any]:
    """An entry of the timeline."""
    at = print_moment(entry.at)
    return {"at": at, "kind": entry.kind, "id": entry.id, "what": entry.what}


def print_call(call: Call) -> dict[str, Any]:
    """A call of the Deck API, in short."""
    return {
        "at": print_moment(call.at),
        "request_id": call.request_id,
        "method": call.method,
        "path": call.path,
    }
