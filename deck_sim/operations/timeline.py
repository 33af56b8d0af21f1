"""The timeline of a world as the control API prints it: entries and calls, in their order."""

from bisect import bisect_left
from collections import deque
from datetime import datetime
from typing import Any

from deck_sim.base.redaction import redact_query
from deck_sim.engine.world import MOST_ENTRIES
from deck_sim.engine.world_values import TimelineEntry
from deck_sim.runtime.call_journal import GAVE_UP, MOST_CALLS, Call
from deck_sim.runtime.moment_text import format_moment
from deck_sim.runtime.simulation import Simulation

_ABOUT = ("name", "external_id", "event_type")  # shown for a new resource, with its references


def news_as_json(simulation: Simulation, after: int) -> dict[str, Any]:
    """Return the records of a world (entries, calls and events) without the first `after` of them.

    `data` has the entries and calls: a call stands before the entries that it caused. `events` has
    the events, and `next` is the `after` of the next request. If some of these records were
    dropped, `data` begins with an entry that counts the dropped ones.
    """
    world, journal = simulation.world, simulation.journal
    entries, calls, events = _find_place(simulation, after)
    data = list[dict[str, Any]]()
    counts = {
        "entries": max(world.timeline.dropped - entries, 0),
        "calls": max(journal.dropped - calls, 0),
        "events": max(world.events.dropped - events, 0),
    }
    if any(counts.values()):
        what = ", ".join(f"{count} {name}" for name, count in counts.items() if count)
        limits = f"a world keeps its last {MOST_CALLS:,} calls and {MOST_ENTRIES:,} entries"
        dropped = {"kind": "dropped", "id": "", "what": f"dropped: {what}; {limits}"}
        data.append({"at": format_moment(world.now), **dropped, **counts})
    entries, events = max(entries, world.timeline.dropped), max(events, world.events.dropped)
    waiting = deque(journal.since(calls))
    for number, entry in enumerate(world.timeline.since(entries), entries + 1):
        while waiting and waiting[0].after < number:
            data.append(_call_as_json(simulation, waiting.popleft()))
        data.append(entry_as_json(simulation, entry, number))
    data += [_call_as_json(simulation, call) for call in waiting]
    numbered = enumerate(world.events.since(events), events + 1)
    return {
        "next": simulation.record_count,
        "data": data,
        "events": [
            {
                "number": number,
                "id": event.id,
                "type": event.type,
                "at": format_moment(event.created_at),
                "after": event.after,
                "resource_id": event.data.id,
                "kind": event.data.kind,
            }
            for number, event in numbered
        ],
    }


def _find_place(simulation: Simulation, number: int) -> tuple[int, int, int]:
    """Return how many of the first `number` records are entries, calls, events; 0 if unknown."""
    world, journal, events = simulation.world, simulation.journal, simulation.world.events
    if number >= simulation.record_count:
        return world.timeline.total, journal.total, events.total
    calls = bisect_left(journal, number, key=lambda call: call.position)
    without_calls = number - journal.dropped - calls
    # An event comes after some entries and all earlier events.
    emitted = bisect_left(
        range(len(events)), without_calls, key=lambda at: events[at].after + events.dropped + at
    )
    records_before, calls_before = simulation.resumed
    knows_calls = calls or (journal.dropped == calls_before and number >= records_before)
    if not knows_calls or (events.dropped and not emitted):
        return 0, 0, 0  # since records were dropped
    emitted += events.dropped
    return without_calls - emitted, journal.dropped + calls, emitted


def entry_as_json(simulation: Simulation, entry: TimelineEntry, number: int) -> dict[str, Any]:
    """Return an entry as JSON; for a new resource with what it is `about`: name, scenario, ids."""
    about: dict[str, Any] = {}
    if entry.is_creation and (resource := simulation.world.all(entry.kind).get(entry.id)):
        about = {
            name: value
            for name, value in resource.fields.items()
            if (name.endswith("_id") or name in _ABOUT) and isinstance(value, str)
        }
        if "event" in resource.hidden:
            about["resource_id"] = resource.hidden["event"].data.id
        if choice := simulation.chosen.get(entry.id):
            about |= {"scenario": choice.played.name, "because": choice.because}
    changes = {
        name: format_moment(value) if isinstance(value, datetime) else value
        for name, value in (entry.changes or {}).items()
        if name in simulation.world.kind(entry.kind).attributes
    }
    details: dict[str, Any] = {
        "status": entry.status,
        "changes": changes or None,
        "about": about if entry.is_creation else None,
        "step": entry.step and [*entry.step],
    }
    return {
        "number": number,
        "at": format_moment(entry.at),
        "kind": entry.kind,
        "id": entry.id,
        "what": entry.what,
        **{name: value for name, value in details.items() if value is not None},
    }


def _call_as_json(simulation: Simulation, call: Call) -> dict[str, Any]:
    """Return a call of the Deck API as an entry; its `number` counts only calls."""
    prefixes = {kind.prefix for kind in simulation.world.contract.kinds.values()} | {"evt"}
    parts = (part.partition("_") for part in call.path.split("/"))
    query = f"?{redact_query(call.query)}" if call.query else ""
    what = [f"{call.method} {call.path}{query} -> {call.status}"]
    what += [f"({', '.join(call.errors)})"] if call.errors else []
    what += [call.answered["status"]] if call.answered.get("status") else []
    what += ["(replayed)"] if call.replayed else []
    what += [f"(fault: {call.fault})"] if call.fault else []
    what += [f"({GAVE_UP})"] if call.unanswered == GAVE_UP else []
    return {
        "number": call.number,
        "at": format_moment(call.at),
        "kind": "call",
        "id": call.request_id,
        "what": " ".join(what),
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
