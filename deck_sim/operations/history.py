"""Operations that show the history: timeline, journal, events, and what lint finds in them.

These calls change no world: they are not in the journal, and an `on_poll` clock does not move.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import deque
from datetime import datetime
from typing import TYPE_CHECKING

from deck_sim.base import __version__
from deck_sim.base.call_pattern import CallPattern
from deck_sim.base.durations import format_duration
from deck_sim.base.errors import counted, in_python, quote
from deck_sim.base.redaction import mask_key, redact_query, world_token
from deck_sim.contract.error_catalog import refuse
from deck_sim.engine.world import MOST_ENTRIES
from deck_sim.engine.world_values import TimelineEntry
from deck_sim.operations.table import Json, operation
from deck_sim.runtime import lint
from deck_sim.runtime.call_journal import GAVE_UP, KEPT_HEADERS, MOST_CALLS, Call
from deck_sim.runtime.callers import CALLERS
from deck_sim.runtime.moment_text import format_moment
from deck_sim.runtime.request_bodies import parse_recorded
from deck_sim.runtime.serialization import message_as_json
from deck_sim.runtime.simulation import Simulation

if TYPE_CHECKING:
    from deck_sim.operations.parameters import Count, Length, Match

_ABOUT = ("name", "external_id", "event_type")  # shown for a new resource, with its references


@operation("GET", "/timeline", shows_records=True)
def show_timeline(simulation: Simulation, after: Count = 0) -> Json:
    """Show calls, changes of status, deliveries and moves of the clock in `data`, and events in
    `events`, oldest first. `after=N` skips the first N records: take N from `next` of the last
    answer.
    """
    world, journal = simulation.world, simulation.journal
    settings = {
        "world": world_token(simulation.key),
        "key": mask_key(simulation.key),
        "epoch": simulation.epoch,  # differs after each reset
        "changes": simulation.control_changes,
        "edition": world.edition,
        "now": format_moment(world.now),
        "clock": simulation.mode,
        "speed": simulation.speed,
        "step": simulation.poll_step and format_duration(simulation.poll_step),
        "seed": world.seed,
        "default_scenario": simulation.selection.default_scenario,
        "version": __version__,
    }
    entries, calls, events = _find_place(simulation, after)
    data = list[Json]()
    counts = {
        "entries": max(world.timeline.dropped - entries, 0),
        "calls": max(journal.dropped - calls, 0),
        "events": max(world.events.dropped - events, 0),
    }
    if any(counts.values()):  # of records that were dropped since then
        what = ", ".join(f"{count} {name}" for name, count in counts.items() if count)
        limits = f"a world keeps its last {MOST_CALLS:,} calls and {MOST_ENTRIES:,} entries"
        dropped = {"kind": "dropped", "id": "", "what": f"dropped: {what}; {limits}"}
        data.append({"at": format_moment(world.now), **dropped, **counts})
    entries, events = max(entries, world.timeline.dropped), max(events, world.events.dropped)
    waiting = deque(journal.since(calls))  # a call stands before the entries that it caused
    for number, entry in enumerate(world.timeline.since(entries), entries + 1):
        while waiting and waiting[0].after < number:
            data.append(_call_entry_as_json(simulation, waiting.popleft()))
        data.append(entry_as_json(simulation, entry, number))
    data += [_call_entry_as_json(simulation, call) for call in waiting]
    numbered = enumerate(world.events.since(events), events + 1)
    return {
        "world": settings,
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


def entry_as_json(simulation: Simulation, entry: TimelineEntry, number: int) -> Json:
    """Return an entry as JSON; for a new resource with what it is `about`: name, scenario, ids."""
    about: Json = {}
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
    details: Json = {
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


def _call_entry_as_json(simulation: Simulation, call: Call) -> Json:
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
        "kind": "call",
        "id": call.request_id,
        "what": " ".join(what),
        "after": call.after,
        **_call_as_json(call),
        "resource_id": call.answered.get("id"),
        "resource_ids": ["".join(part) for part in parts if part[1] and part[0] in prefixes],
    }


def _call_as_json(call: Call) -> Json:
    names = ("method", "path", "query", "status", "replayed", "fault", "unanswered")
    return {
        "at": format_moment(call.at),
        **{name: getattr(call, name) for name in names},
        "errors": [*call.errors],
        "scenario": str(call.scenario) if call.scenario else None,
    }


@operation("GET", "/requests", shows_records=True)
def show_requests(simulation: Simulation, match: Match | None = None) -> Json:
    """Show the calls of the Deck API, or those that `match` a pattern, oldest first."""
    world, journal = simulation.world, simulation.journal
    calls = lint.calls_without_trouble(simulation)
    if match is not None:
        pattern = CallPattern.read(match)
        calls = [call for call in calls if pattern.matches(call.method, call.path)]
    return {
        "edition": world.edition,
        "kept_headers": sorted({*KEPT_HEADERS, *world.options.keep_headers}),
        "dropped": journal.dropped,
        "data": [*map(_whole_as_json, calls)],
    }


@operation("GET", "/requests/{id}", shows_records=True)
def show_request(simulation: Simulation, id: str) -> Json:
    """Show a call with its `response`: null if none was sent or kept, `truncated` after 64 KiB. If
    several calls have the id, the first is shown; the others got the same stored answer.
    """
    call = next((call for call in simulation.journal if call.request_id == id), None)
    if call is None:
        dropped = simulation.journal.dropped
        older = f" except {counted(dropped, 'dropped call')}" if dropped else ""
        text = f"there is no call {quote(id)}; `GET /_sim/requests` lists the calls{older}"
        raise refuse("request/input_invalid", text, field="id")
    gave_up = call.unanswered == GAVE_UP  # so its response was not sent
    responses = (sent for sent in simulation.responses if sent.number == call.number)
    sent = None if gave_up else next(responses, None)
    response = sent and {
        "headers": {n.decode("latin-1"): value.decode("latin-1") for n, value in sent.headers},
        "body": parse_recorded(sent.body),
        "truncated": len(sent.body) < sent.length,
    }
    return {"id": id, **_whole_as_json(call), "response": response}


def _whole_as_json(call: Call) -> Json:
    return {
        "request_id": call.request_id,
        **_call_as_json(call),
        "headers": dict(call.headers),
        "body": parse_recorded(call.body),
        "answered": dict(call.answered),
    }


@operation("GET", "/events", shows_records=True)
def show_events(simulation: Simulation) -> Json:
    """Show the events as destinations get them, oldest first."""
    events = simulation.world.events
    data = [message_as_json(simulation, event) for event in events]
    return {"data": data, "dropped": events.dropped}


@operation("GET", "/events/{id}", shows_records=True)
def show_event(simulation: Simulation, id: str) -> Json:
    """Show an event as destinations get it: the body of its webhook."""
    event = next((event for event in simulation.world.events if event.id == id), None)
    if event is None:
        raise refuse("request/event_not_found", id=id)
    return {"event": message_as_json(simulation, event)}


@operation("GET", "/lint")
def show_lint(simulation: Simulation, poll_interval: Length = lint.POLL_INTERVAL) -> Json:
    """Show mistakes of the client, such as polls within `poll_interval`, each with its `calls`."""
    # A call that is repeated because of a trouble is no mistake.
    terms = CALLERS["test" if in_python.get() else "http"]
    rules = [] if simulation.has_trouble else lint.LINT_RULES
    data = [
        {
            "name": rule.name,
            "what": what,
            "why": rule.why,
            "fix": rule.fix.format(**terms),
            "calls": [*map(lint.call_as_json, calls)],
        }
        for rule in rules
        for what, calls in rule.find(simulation, poll_interval)
    ]
    return {"data": data, "dropped": simulation.journal.dropped}
