"""Operations on holds: points at which stories or answers stop until they are released."""

from __future__ import annotations

from typing import TYPE_CHECKING

from deck_sim.base.errors import listed, nearest, quote
from deck_sim.contract.editions import Edition, explain_unknown_call
from deck_sim.contract.error_catalog import refuse
from deck_sim.engine.holds import stories_at
from deck_sim.engine.playing import release
from deck_sim.engine.script import SCRIPT_KINDS
from deck_sim.engine.world_values import HoldPoint
from deck_sim.operations.table import Json, operation
from deck_sim.runtime.moment_text import format_moment
from deck_sim.runtime.simulation import Simulation
from deck_sim.runtime.why import explain_unknown

if TYPE_CHECKING:
    from deck_sim.operations.parameters import EventName, Match, Text


@operation("POST", "/holds")
def make_hold(
    simulation: Simulation,
    event: EventName | None = None,
    id: Text | None = None,
    call: Match | None = None,
) -> Json:
    """Hold runs, connections and sessions before they emit an `event` (with `id`, only that
    resource), or hold the answers to a `call`.
    """
    if (event is None) == (call is None):
        text = "give exactly one of `event` and `call`"
        raise refuse("request/input_invalid", text, field="event")
    world = simulation.world
    if event is not None:
        if why := explain_unknown(simulation, event):
            raise refuse("request/input_invalid", f"`event`: {why}", field="event")
        types, of_stories = world.contract.event_names, events_of_stories(world.contract)
        if event in types and event not in of_stories:
            events = listed(of_stories, last="or")
            text = f"no step emits {quote(event)}; hold {events}, or the answer to a call"
            raise refuse("request/input_invalid", text, field="event")
        # The kinds of resources that can emit the event.
        about = event.partition(".")[0] if event in types else None
        edition_kinds = world.contract.kinds
        kinds = [kind for kind in SCRIPT_KINDS if kind in edition_kinds and about in (None, kind)]
        ids = [id_ for kind in kinds for id_ in world.all(kind)]
        if id is not None and id not in ids:
            text = f"`id`: no {' or '.join(kinds)} has the id {quote(id)}"
            text += f"{nearest(id, ids)}; leave out `id` to hold any of them"
            raise refuse("request/input_invalid", text, field="id")
    elif id is not None:
        text = "`id` goes with `event`; for a `call`, write the id in its path"
        raise refuse("request/input_invalid", text, field="id")
    elif call and (why := explain_unknown_call(call, (world.edition,), in_world=True)):
        raise refuse("request/input_invalid", f"`call`: {why}", field="call")
    hold = HoldPoint(world.next_id("hold"), event, id, call)
    world.holds[hold.id] = hold
    return _hold_as_json(simulation, hold)


def events_of_stories(edition: Edition) -> list[str]:
    """Return the event types that a hold can name: those of the statuses that steps enter."""
    from deck_sim.scenario.steps import statuses  # noqa: F401 - registers the steps
    from deck_sim.scenario.steps.step import STEP_CLASSES

    machines = {kind: edition.machine(kind) for kind in SCRIPT_KINDS if kind in edition.kinds}
    entered = {
        (kind, step_class.status(machines[kind]))
        for (kind, _), step_class in STEP_CLASSES.items()
        if kind in machines and step_class.is_status
    }
    return [
        name
        for kind, machine in machines.items()
        for status in machine.statuses
        if (kind, status) in entered and status != machine.initial and machine.events[status]
        for name in edition.names_of(f"{kind}.{machine.events[status]}")
    ]


@operation("GET", "/holds")
def list_holds(simulation: Simulation) -> Json:
    """Show each hold: the resources `held` and the number of `answers` held now, and how many
    resources and answers it has `met` so far.
    """
    return {"data": [_hold_as_json(simulation, hold) for hold in simulation.world.holds.values()]}


@operation("DELETE", "/holds/{id}")
def release_hold(simulation: Simulation, id: str) -> Json:
    """Remove a hold. The `released` resources go on, and the answers that it held are sent."""
    holds = simulation.world.holds
    if id not in holds:
        near = nearest(id, holds)
        existing = f"its holds are {listed(holds)}" if holds else "it has no holds"
        text = f"this world has no hold {quote(id)}{near}; {existing}"
        raise refuse("request/input_invalid", text, field="id")
    if not holds[id].met:
        simulation.unmet_holds[f"{holds[id]}"] = None
    counts = {"answers": _count_answers(simulation, id), "met": holds[id].met}
    released = release(simulation.world, id)
    simulation.send_held_responses(id)
    return {"id": id, "deleted": True, "released": released, **counts}


def _hold_as_json(simulation: Simulation, hold: HoldPoint) -> Json:
    world = simulation.world
    about = {"event": hold.event, "of": hold.resource, "call": hold.call}
    held = [
        {
            "id": story.owner,
            "status": world.all(story.script.kind)[story.owner].status,
            "since": format_moment(story.held.since),
        }
        for story in stories_at(world, hold.id)
        if story.held
    ]
    return {
        "id": hold.id,
        **{name: value for name, value in about.items() if value is not None},
        "held": held,
        "answers": _count_answers(simulation, hold.id),
        "met": hold.met,
    }


def _count_answers(simulation: Simulation, hold_id: str) -> int:
    return len(simulation.held_responses.get(hold_id, ()))


def holds_as_json(simulation: Simulation) -> Json:
    """Return the held resources as `held`, the held answers as `kept_back`; omit empty lists."""
    holds = simulation.world.holds.values()
    held = [
        {"id": story.owner, "event": hold.event, "hold": hold.id}
        for hold in holds
        for story in stories_at(simulation.world, hold.id)
    ]
    kept_back = [
        {"call": hold.call, "answers": answers, "hold": hold.id}
        for hold in holds
        if (answers := _count_answers(simulation, hold.id))
    ]
    return ({"held": held} if held else {}) | ({"kept_back": kept_back} if kept_back else {})
