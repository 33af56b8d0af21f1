"""Operations that show the present: resources, what they wait for, and what is wrong.

These calls change no world, and an `on_poll` clock does not move.
"""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING

from deck_sim.base.durations import format_duration
from deck_sim.base.errors import nearest, quote
from deck_sim.contract.error_catalog import refuse
from deck_sim.engine.timers import EFFECTS, Due
from deck_sim.engine.world import World
from deck_sim.engine.world_values import Resource
from deck_sim.operations.people import check_kind
from deck_sim.operations.table import Json, operation
from deck_sim.runtime.callers import CALLERS
from deck_sim.runtime.findings import LEFTOVER, NOTE, collect_findings
from deck_sim.runtime.lint import POLL_INTERVAL
from deck_sim.runtime.moment_text import format_moment
from deck_sim.runtime.registry import WorldRegistry
from deck_sim.runtime.serialization import resource_as_json
from deck_sim.runtime.simulation import Simulation
from deck_sim.runtime.why import explain_wait, find_right_answer, next_status, time_left

if TYPE_CHECKING:
    from deck_sim.operations.parameters import Caller, Length


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
        "unfinished": unfinished_as_json(simulation, resource) if is_open else None,
        "right_answer": find_right_answer(simulation, id),
    }


def due_as_json(world: World, due: Due) -> Json:
    """Return a timer as JSON: its time, its resource, its effect, and the next status, if any."""
    to = next_status(world, due)
    # Rounded up to a millisecond, so that an advance to it reaches the timer.
    rest = timedelta(microseconds=-due.at.microsecond % 1000)
    return {
        "at": format_moment(due.at + rest),
        "in": format_duration(due.at - world.now),
        "id": due.owner,
        "what": EFFECTS[due.name],
        **({"to": to} if to else {}),
    }


def unfinished_as_json(simulation: Simulation, resource: Resource) -> Json:
    """Return a resource that waits as JSON: why, what helps, and its next timer."""
    world, story = simulation.world, simulation.world.stories.get(resource.id)
    wait = explain_wait(simulation, resource)
    printed = wait.due and {
        **due_as_json(world, wait.due),
        "in": format_duration(time_left(simulation, wait.due)),  # as in `why`
    }
    return {
        "id": resource.id,
        "kind": resource.kind,
        "status": resource.status,
        "since": format_moment(story.held.since if story and story.held else resource.updated_at),
        "why": wait.why,
        "remedy": wait.remedy,
        **({"next": {k: v for k, v in printed.items() if k != "id"}} if printed else {}),
    }


@operation("GET", "/findings", shows_records=True)
def show_findings(
    simulation: Simulation,
    worlds: WorldRegistry,
    caller: Caller = "http",
    poll_interval: Length = POLL_INTERVAL,
) -> Json:
    """Show what is wrong with the world, and what is unfinished: the `kind` of each finding, its
    `subject` (an id or name), the `reason`, the `remedy`, `details` and the `weight`. Remedies name
    methods of `Deck` for the `caller` `test`, and those of the npm package for `node`.
    """
    terms = CALLERS[caller]
    rows = collect_findings(simulation, worlds, terms, poll_interval=poll_interval)
    # A test with a trouble may pass without using all that it set up.
    notes = (LEFTOVER,) if simulation.has_trouble else ()
    return {
        "data": [
            (row._replace(weight=NOTE) if row.weight in notes else row)._asdict() for row in rows
        ]
    }
