"""The timeline of a world as the control API prints it: entries and calls, in their order."""

import re
from bisect import bisect_left
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Self

from deck_sim.base.redaction import redact_query
from deck_sim.engine.records import Event, TimelineEntry
from deck_sim.runtime.journal import GAVE_UP, Call
from deck_sim.runtime.moments import print_moment
from deck_sim.runtime.simulation import Simulation

Record = tuple[str, dict[str, Any]]  # `entry`, `call` or `event`, and what is printed of it

_COUNT = re.compile(r"[0-9]{1,15}")
_ABOUT = ("name", "external_id", "event_type")  # shown of a new resource, beside its references


def print_timeline(simulation: Simulation) -> list[dict[str, Any]]:
    """Every entry and call, without events; one may count those that were dropped."""
    timeline: list[dict[str, Any]] = print_news(simulation, 0)["data"]
    return timeline


def print_news(simulation: Simulation, after: int) -> dict[str, Any]:
    """What was recorded after the first so many entries, calls and events of a world.

    `data` has the entries and calls, `events` the events, and `next` is the number to ask from the
    next time. If some that follow were dropped, `data` begins with an entry that counts them.
    """
    position, found = _find_position(simulation, after), dict[str, list[dict[str, Any]]]()
    while record := next_record(simulation, position):
        found.setdefault("events" if record[0] == "event" else "data", []).append(record[1])
    return {
        "next": count_records(simulation),
        "data": found.get("data", []),
        "events": found.get("events", []),
    }


def count_records(simulation: Simulation) -> int:
    """How many entries, calls and events a world has recorded, also those that were dropped."""
    world = simulation.world
    return world.timeline.total + world.events.total + simulation.journal.total


def _find_position(simulation: Simulation, number: int) -> "Position":
    """The place behind so many records, in the order in which they were recorded.

    That is not the order in which they are shown: a call stands before what it caused, and is
    recorded when it is answered.
    """
    world, journal, events = simulation.world, simulation.journal, simulation.world.events
    if number >= count_records(simulation):
        return Position("", world.timeline.total, journal.total, events.total)
    calls = bisect_left(journal, number, key=lambda call: call.position)
    called = number - journal.dropped - calls
    # An event comes after some entries and all earlier events.
    emitted = bisect_left(
        range(len(events)), called, key=lambda at: events[at].after + events.dropped + at
    )
    if (journal.dropped and not calls) or (events.dropped and not emitted):
        return Position()  # what was dropped last may have followed
    emitted += events.dropped
    return Position("", called - emitted, journal.dropped + calls, emitted)


@dataclass(slots=True)
class Position:
    """A place in the history of a world: how many entries, calls and events come before it."""

    epoch: str = ""
    entries: int = 0
    calls: int = 0
    events: int = 0

    @classmethod
    def read(cls, text: str) -> Self:
        """Read what `str()` writes. Any other text is a place in no history."""
        epoch, *counts = text.split(":")
        if len(counts) != 3 or not all(_COUNT.fullmatch(count) for count in counts):
            return cls()
        return cls(epoch, *map(int, counts))

    def is_in(self, simulation: Simulation) -> bool:
        """Whether the history of a world has this place."""
        world = simulation.world
        return (
            self.epoch == simulation.epoch
            and self.entries <= world.timeline.total
            and self.calls <= simulation.journal.total
            and self.events <= world.events.total
        )

    def skip_dropped(self, simulation: Simulation) -> dict[str, Any]:
        """Move behind the records that were dropped; returns an entry that counts them, if any."""
        world = simulation.world
        counts = {
            "entries": max(world.timeline.dropped - self.entries, 0),
            "calls": max(simulation.journal.dropped - self.calls, 0),
            "events": max(world.events.dropped - self.events, 0),
        }
        if not any(counts.values()):
            return {}
        self.entries += counts["entries"]
        self.calls += counts["calls"]
        self.events += counts["events"]
        what = ", ".join(f"{count} {name}" for name, count in counts.items() if count)
        text = f"dropped: {what}; the `keep_…` options of the world keep more"
        return {"at": print_moment(world.now), "kind": "dropped", "id": "", "what": text, **counts}

    def __str__(self) -> str:
        return f"{self.epoch}:{self.entries}:{self.calls}:{self.events}"


def next_record(simulation: Simulation, position: Position) -> Record | None:
    """The record after a position, which moves behind it; None after the last.

    A call stands before the entries that it caused, an event behind the entry that emitted it. One
    record tells how many were dropped that come here.
    """
    world, journal = simulation.world, simulation.journal
    if dropped := position.skip_dropped(simulation):
        return "dropped", dropped
    entry, event = world.timeline.at(position.entries), world.events.at(position.events)
    call = journal.at(position.calls)
    if event and event.after <= position.entries:
        position.events += 1
        return "event", _print_event(event, position.events)
    if call and (entry is None or call.after <= position.entries):
        position.calls += 1
        return "call", print_call_entry(simulation, call)
    if entry:
        position.entries += 1
        return "entry", print_entry(simulation, entry, position.entries)
    return None


def print_entry(simulation: Simulation, entry: TimelineEntry, number: int) -> dict[str, Any]:
    """An entry of the timeline; keys without a value are left out."""
    details: dict[str, Any] = {
        "status": entry.status,
        "changes": (entry.changes and _print_changes(simulation, entry)) or None,
        "about": _print_about(simulation, entry) if entry.is_creation else None,
        "step": entry.step and [*entry.step],
    }
    return {
        "number": number,
        "at": print_moment(entry.at),
        "kind": entry.kind,
        "id": entry.id,
        "what": entry.what,
        **{name: value for name, value in details.items() if value is not None},
    }


def print_call_entry(simulation: Simulation, call: Call) -> dict[str, Any]:
    """A call of the Deck API as an entry of the timeline. `number` counts the calls."""
    prefixes = {kind.prefix for kind in simulation.world.rules.kinds.values()} | {"evt"}
    parts = (part.partition("_") for part in call.path.split("/"))
    return {
        "number": call.number,
        "at": print_moment(call.at),
        "kind": "call",
        "id": call.request_id,
        "what": _describe_call(call),
        "after": call.after,
        "method": call.method,
        "path": call.path,
        "query": call.query,
        "status": call.status,
        "errors": [*call.errors],
        "scenario": str(call.scenario) if call.scenario else None,
        "fault": call.fault,
        "replayed": call.replayed,
        "unanswered": call.unanswered,
        "resource_id": call.answered.get("id"),
        "resource_ids": ["".join(part) for part in parts if part[1] and part[0] in prefixes],
    }


def _print_event(event: Event, number: int) -> dict[str, Any]:
    return {
        "number": number,
        "id": event.id,
        "type": event.type,
        "at": print_moment(event.created_at),
        "after": event.after,
        "resource_id": event.data.id,
        "kind": event.data.kind,
    }


def _print_changes(simulation: Simulation, entry: TimelineEntry) -> dict[str, Any]:
    shown = simulation.world.kind(entry.kind).attributes
    return {
        name: print_moment(value) if isinstance(value, datetime) else value
        for name, value in (entry.changes or {}).items()
        if name in shown
    }


def _print_about(simulation: Simulation, entry: TimelineEntry) -> dict[str, Any]:
    """The ids that a new resource refers to, what it is called, and the scenario it plays."""
    resource = simulation.world.all(entry.kind).get(entry.id)
    if resource is None:  # forgotten
        return {}
    about: dict[str, Any] = {
        name: value
        for name, value in resource.fields.items()
        if (name.endswith("_id") or name in _ABOUT) and isinstance(value, str)
    }
    if "event" in resource.hidden:
        about["resource_id"] = resource.hidden["event"].data.id
    choice = simulation.chosen.get(entry.id)
    return about | ({"scenario": choice.played.name, "because": choice.because} if choice else {})


def _describe_call(call: Call) -> str:
    query = f"?{redact_query(call.query)}" if call.query else ""
    what = [f"{call.method} {call.path}{query} -> {call.status}"]
    what += [f"({', '.join(call.errors)})"] if call.errors else []
    what += [call.answered["status"]] if call.answered.get("status") else []
    what += ["(replayed)"] if call.replayed else []
    what += [f"(fault: {call.fault})"] if call.fault else []
    what += [f"({GAVE_UP})"] if call.unanswered == GAVE_UP else []
    return " ".join(what)
