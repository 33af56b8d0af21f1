"""Operations that show the history: timeline, journal, events, resources, lint, findings.

These calls change no world: they are not in the journal, and an `on_poll` clock does not move.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from deck_sim.base.durations import format_duration
from deck_sim.base.errors import counted, nearest, quote
from deck_sim.base.redaction import mask_key, world_token
from deck_sim.base.version import __version__
from deck_sim.contract.error_catalog import refuse
from deck_sim.engine.timers import EFFECTS, Due
from deck_sim.engine.world import World
from deck_sim.engine.world_values import Resource
from deck_sim.operations.people import check_kind
from deck_sim.operations.table import Json, operation
from deck_sim.operations.timeline import news_as_json
from deck_sim.runtime import findings, lint
from deck_sim.runtime.call_journal import GAVE_UP, KEPT_HEADERS, Call
from deck_sim.runtime.moment_text import format_moment
from deck_sim.runtime.registry import WorldRegistry
from deck_sim.runtime.request_bodies import parse_recorded
from deck_sim.runtime.serialization import message_as_json, resource_as_json
from deck_sim.runtime.simulation import Simulation
from deck_sim.runtime.why import (
    MOST_UNFINISHED,
    explain_wait,
    find_right_answer,
    find_unfinished,
    next_status,
)

if TYPE_CHECKING:
    from deck_sim.operations.parameters import Caller, Count, Length


@operation("GET", "/timeline", shows_records=True)
def show_timeline(simulation: Simulation, after: Count = 0) -> Json:
    """Show calls, changes of status, deliveries and moves of the clock in `data`, and events in
    `events`, oldest first. `after=N` skips the first N records: take N from `next` of the last
    answer.
    """
    world = simulation.world
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
    return {"world": settings, **news_as_json(simulation, after)}


@operation("GET", "/requests", shows_records=True)
def show_requests(simulation: Simulation) -> Json:
    """Show the calls of the Deck API, oldest first."""
    world, journal = simulation.world, simulation.journal
    return {
        "edition": world.edition,
        "kept_headers": sorted({*KEPT_HEADERS, *world.options.keep_headers}),
        "dropped": journal.dropped,
        "data": [*map(_whole_as_json, journal)],
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
        **_summarize_call(call),
        "query": call.query,
        "headers": dict(call.headers),
        "body": parse_recorded(call.body),
        "status": call.status,
        "answered": dict(call.answered),
        "errors": list(call.errors),
        "scenario": str(call.scenario) if call.scenario else None,
        "replayed": call.replayed,
        "fault": call.fault,
        "unanswered": call.unanswered,
    }


def _summarize_call(call: Call) -> Json:
    at = format_moment(call.at)
    return {"at": at, "request_id": call.request_id, "method": call.method, "path": call.path}


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


def show_resources(kind: str, simulation: Simulation) -> Json:
    """Show the resources of a kind, oldest first, and the `input` of each run."""
    world = simulation.world
    check_kind(world, kind)
    includes = frozenset({"input"}.intersection(world.kind(kind).includes))
    resources = [*world.all(kind).values()]
    return {"data": [resource_as_json(simulation, resource, includes) for resource in resources]}


for _kind, _words in (
    ("task_run", "Show every run, oldest first, with its `input`."),
    ("connection", "Show every connection, oldest first."),
    ("credential", "Show every credential, oldest first."),
    ("session", "Show every session, oldest first."),
):
    _path = f"/{_kind.replace('_', '-')}s"
    _register = operation("GET", _path, _words, name=f"show_{_kind}s", shows_records=True)
    _register(partial(show_resources, _kind))


@operation("GET", "/resources/{id}", shows_records=True)
def show_resource(simulation: Simulation, id: str) -> Json:
    """Show a resource, even a deleted one: its `scenario`, its `story` (`step`, `held`, `because`),
    its timers (`due`), why it waits (`unfinished`), and the `right_answer` to its prompt.
    """
    world = simulation.world
    resources = {
        id_: resource for kind in world.resources.values() for id_, resource in kind.items()
    }
    resource = resources.get(id)
    if resource is None:
        text = f"no resource of this world has the id {quote(id)}{nearest(id, resources)}"
        raise refuse("request/endpoint_not_found", text)
    choice, story = simulation.chosen.get(id), world.stories.get(id)
    due = [due_as_json(world, timer) for timer in world.timers.of(id)]
    is_open = not (resource.deleted or world.is_settled(resource))
    includes = frozenset(world.kind(resource.kind).includes)
    return {
        "kind": resource.kind,
        "deleted": resource.deleted,
        "resource": resource_as_json(simulation, resource, includes),
        "scenario": choice.played.name if choice else None,
        "story": story
        and {
            "scenario": story.script.scenario,
            "because": choice.because if choice else None,
            "ignored": [f"{skip.name}: {skip.why}" for skip in choice.ignored] if choice else [],
            "step": [*story.position.place],
            "held": story.held.hold_id if story.held else None,
        },
        "due": sorted(due, key=lambda timer: str(timer["at"])),
        "unfinished": _unfinished_as_json(simulation, resource) if is_open else None,
        "right_answer": find_right_answer(simulation, id),
    }


def due_as_json(world: World, due: Due) -> Json:
    """Return a timer as JSON: its time, its resource, its effect, and the next status, if any."""
    to = next_status(world, due)
    return {
        "at": format_moment(due.at),
        "in": format_duration(due.at - world.now),
        "id": due.owner,
        "what": EFFECTS[due.name],
        **({"to": to} if to else {}),
    }


def list_unfinished(simulation: Simulation) -> Json:
    """Return the latest unfinished runs, sessions, connections and deliveries, and the total."""
    resources = find_unfinished(simulation.world)
    latest = resources[-MOST_UNFINISHED:]
    return {
        "unfinished": [_unfinished_as_json(simulation, resource) for resource in latest],
        "unfinished_total": len(resources),
    }


def _unfinished_as_json(simulation: Simulation, resource: Resource) -> Json:
    world, story = simulation.world, simulation.world.stories.get(resource.id)
    wait = explain_wait(simulation, resource)
    printed = wait.due and due_as_json(world, wait.due)
    return {
        "id": resource.id,
        "kind": resource.kind,
        "status": resource.status,
        "since": format_moment(story.held.since if story and story.held else resource.updated_at),
        "why": wait.why,
        "remedy": wait.remedy,
        **({"next": {k: v for k, v in printed.items() if k != "id"}} if printed else {}),
    }


@operation("GET", "/lint")
def show_lint(simulation: Simulation, poll_interval: Length = lint.POLL_INTERVAL) -> Json:
    """Show mistakes of the client, such as polls within `poll_interval`, each with its `calls`."""
    data = [
        {
            "name": rule.name,
            "what": what,
            "why": rule.why,
            "fix": rule.fix,
            "calls": [_summarize_call(call) for call in calls],
        }
        for rule, what, calls in lint.find_problems(simulation, poll_interval)
    ]
    return {"data": data, "dropped": simulation.journal.dropped}


@operation("GET", "/findings", shows_records=True)
def show_findings(
    simulation: Simulation,
    worlds: WorldRegistry,
    caller: Caller = "http",
    poll_interval: Length = lint.POLL_INTERVAL,
) -> Json:
    """Show what is wrong with the world, and what is unfinished: the `kind` of each finding, its
    `subject` (an id or name), the `reason`, the `remedy` and `details`. For the `caller` `test`,
    remedies name methods of `Deck`.
    """
    terms = findings.CALLERS[caller]
    rows = findings.collect_findings(simulation, worlds, terms, poll_interval=poll_interval)
    return {"data": [row._asdict() for row in rows]}
