"""Explains why a resource waits and what helps, in the words that every report prints."""

from datetime import timedelta
from fnmatch import fnmatchcase
from typing import Any, NamedTuple

from deck_sim.base.durations import format_duration
from deck_sim.base.errors import counted, for_python, listed, nearest_type, quote
from deck_sim.contract.editions import explain_foreign_event
from deck_sim.engine.script import SCRIPT_KINDS
from deck_sim.engine.step_context import StepContext
from deck_sim.engine.timers import (
    ATTEMPT,
    AUTO_TRANSITION,
    DISUSE,
    EFFECTS,
    INACTIVITY,
    PROGRESS,
    SCREENSHOT,
    TASK_TIMEOUT,
    WINDOW,
    Due,
)
from deck_sim.engine.waiting import AwaitedEvent, asks_person, next_due
from deck_sim.engine.world import World
from deck_sim.engine.world_values import Resource
from deck_sim.runtime.settings import FROZEN, ON_POLL, REAL
from deck_sim.runtime.simulation import Simulation
from deck_sim.scenario.selection import DEFAULT_SCENARIO

MOST_UNFINISHED = 200  # in a list
_MOST_NAMED = 5
_DELIVERY = "event_delivery"
_SECOND = timedelta(seconds=1)
_CLOCKS = {
    FROZEN: "the clock is frozen; ",
    ON_POLL: "the clock moves when a client reads the resource; ",
}
_OWN_EVENTS = "; for a type of your own, first add a scenario with an `event` step"
# How to start the scripts that a run does not start.
_STARTS = {
    "connection": "a seeded connection plays no script; open a connection with {}`POST"
    " /v2/connections`",
    "session": "the session of a run plays no script; start a session with `POST /v2/sessions`",
}


class Explanation(NamedTuple):
    """The reason why a resource waits, the remedy, and the next timer of the resource."""

    why: str
    remedy: dict[str, Any]
    due: Due | None


def explain_wait(simulation: Simulation, resource: Resource) -> Explanation:
    world, story = simulation.world, simulation.world.stories.get(resource.id)
    due = next_due(world, resource.id)
    why = _explain(simulation, resource, due)
    if story and story.held:
        remedy = {"do": "release", "hold": story.held.hold_id}
    elif story and asks_person(world, resource):
        remedy = {"do": "answer" if resource.fields.get("interaction") else "review"}
    elif due is None:
        remedy = {"do": "wait" if resource.kind == _DELIVERY else "none"}
    elif simulation.advancing:
        why, remedy = f"an advance is in progress; {why}", {"do": "wait"}
    elif simulation.mode in _CLOCKS:
        if due.name in PROGRESS or story is None:
            why = f"{_CLOCKS[simulation.mode]}{why}"
        remedy = {"do": "advance", "by": format_duration(due.at - world.now)}
    else:
        remedy = {"do": "wait"}
    return Explanation(f"{why[0].upper()}{why[1:]}.", remedy, due)


def find_unfinished(world: World) -> list[Resource]:
    """Return the unfinished connections, sessions, runs and deliveries; the latest changed last."""
    resources = [
        resource
        for kind in (*SCRIPT_KINDS, _DELIVERY)
        for resource in world.resources.get(kind, {}).values()
        if not world.is_settled(resource)
    ]
    return sorted(resources, key=lambda resource: resource.updated_at)


def explain_absence(simulation: Simulation, awaited: AwaitedEvent) -> str:
    """Explain why an event does not come: what could emit it, and why each waits or has ended."""
    world, subject = simulation.world, awaited.find_resource(simulation.world)
    kinds = world.contract.kinds
    event_kinds = [kinds[kind] for kind in awaited.kinds if kind in kinds]
    if awaited.resource_id is not None and subject is None:
        return f"there is no `{awaited.resource_id}` in this world"
    if subject and event_kinds and subject.kind not in awaited.kinds:
        ids = [*world.resources[event_kinds[0].object]][-_MOST_NAMED:]
        such = f", such as {listed(ids)}" if ids else ""
        other = f"the {kinds[subject.kind].noun} `{subject.id}`"
        return f"this event is about {event_kinds[0].noun}s{such}, not about {other}"
    candidates = sorted(awaited.candidates(world), key=lambda candidate: candidate.updated_at)
    reasons = list[str]()
    for candidate in candidates[-_MOST_NAMED:]:
        if world.is_settled(candidate):
            errors = candidate.fields.get("errors") or []
            why = ", ".join(f"{e['type']}/{e['code']}: {e['message']}" for e in errors)
        else:
            why = _explain(simulation, candidate, next_due(world, candidate.id))
        if candidate.status:
            reasons.append(f"`{candidate.id}` is `{candidate.status}`{f' ({why})' if why else ''}")
    if len(candidates) > _MOST_NAMED:
        reasons.append(f"and {len(candidates) - _MOST_NAMED} more")
    if event_kinds and not candidates:
        reasons.append(f"this world has no {' and no '.join(kind.noun for kind in event_kinds)}")
    if last := awaited.last(world):
        ago = format_duration(world.now - last.created_at)
        reasons.append(f"the last such event came {ago} ago, before this advance")
    unplayed = explain_unplayed_login(simulation).items()
    reasons += [f"{reason}: {how_to_start(kind)}" for kind, reason in unplayed]
    return "; ".join(reasons) or "nothing waits"


def explain_unknown(
    simulation: Simulation, pattern: str, *, may_be_glob: bool = False
) -> str | None:
    """Return why no event of the world can fit `pattern`; None if one can. Without `may_be_glob`,
    a glob is a mistake, too.
    """
    world = simulation.world
    if "*" in pattern and not may_be_glob:
        return f"{quote(pattern)} is a pattern; give one event type, like `task_run.completed`"
    possible = [*world.event_types, *simulation.library.emitted()]
    fits = (fnmatchcase(type_, pattern) or fnmatchcase(pattern, type_) for type_ in possible)
    if pattern in possible or any(fits):
        return None
    near = nearest_type(pattern, world.event_types)
    unknown = f"unknown event type {quote(pattern)}{near or _OWN_EVENTS}"
    return explain_foreign_event(pattern, (world.edition,), in_world=True) or unknown


def _explain(simulation: Simulation, resource: Resource, due: Due | None) -> str:
    world, story = simulation.world, simulation.world.stories.get(resource.id)
    prompt, machine = resource.fields.get("interaction"), world.kind(resource.kind).machine
    reviewed = machine.commands.get("approve") if machine else None
    results, users = world.delivery_log.get(resource.id), world.users.get(resource.id)
    need = None
    if story and story.held:
        need = f"held before `{world.holds[story.held.hold_id].event}` until the hold is released"
    elif prompt is not None:
        fields = listed(field["name"] for field in prompt["fields"])
        need = f"an answer to `{prompt['type']}` must give {fields}"
        if story and story.wrong_answers:
            need += f" ({counted(story.wrong_answers, 'wrong answer')} so far)"
    elif reviewed and resource.status in reviewed.allowed and asks_person(world, resource):
        need = "a reviewer must approve or reject it"
    elif due is None and resource.kind == _DELIVERY:
        need = "its receiver has not answered yet"
    elif due is None and users:
        need = f"it waits for the task run `{next(iter(users))}`"
    elif due is None or due.name not in PROGRESS:
        need = "nothing moves it"
        if story and due:
            cancel = " or a cancel" if machine and "cancel" in machine.commands else ""
            need = f"the script is stuck here, and only its timeout{cancel} ends it"
    elif results and not results[-1].ok:
        need = f"attempt {results[-1].number} failed ({results[-1].error or results[-1].status})"
    if due is None:
        return str(need)
    to = next_status(world, due)
    what = f"it becomes `{to}`" if to and due.name in PROGRESS else EFFECTS[due.name]
    remaining = time_left(simulation, due)
    when = f"in {format_duration(remaining)}" if remaining else "as soon as time passes"
    when = f"{what} {when}"
    return f"{need}; {when}" if need else when


def time_left(simulation: Simulation, due: Due) -> timedelta:
    """Return how long it is until a timer fires, on a real clock in whole seconds."""
    remaining = due.at - simulation.world.now
    if simulation.mode == REAL and remaining > _SECOND:  # time passes while the text is read
        remaining = round(remaining / _SECOND) * _SECOND
    return remaining


def next_status(world: World, due: Due) -> str | None:
    """Return the status that a resource enters when its timer fires; None if not certain."""
    if due.name in (TASK_TIMEOUT, INACTIVITY):
        return "failed"
    if due.name in (AUTO_TRANSITION, DISUSE):
        resource = world.resource(due.owner)
        return world.machine(resource).auto_transitions[str(resource.status)].to
    story = world.stories.get(due.owner)
    if story is None or due.name in (ATTEMPT, SCREENSHOT):
        return None
    script, here = story.script, story.position
    here = script.positions[here.branches["on_timeout"] if due.name == WINDOW else here.behind]
    while here.step is not None:
        next_step: Any = here.step  # the engine's type of a step has no status
        if next_step.is_status:
            return str(next_step.status(world.contract.machine(script.kind)))
        here = script.positions[here.behind]
    return None


def find_right_answer(simulation: Simulation, owner: str) -> dict[str, str] | None:
    """Return an answer that the open prompt of a resource accepts; None if there is none."""
    story = simulation.world.stories.get(owner)
    if story is None or getattr(story.step, "accept", ()) == ():
        return None
    step: Any = story.step  # an `InteractionRequired`; its import is slow
    answer: dict[str, str] = step.right_answer(StepContext(simulation.world, story))
    return answer


def how_to_start(kind: str) -> str:
    """Explain how to start the script of this kind of resource; return "" if a run starts it."""
    return _STARTS.get(kind, "").format(for_python("`deck.ready_task(login=True)` or "))


def explain_unplayed_login(simulation: Simulation) -> dict[str, str]:
    """Return a sentence for each script of the default scenario, by its kind. Empty if it has a
    script for runs, if something played it, or if it is the one that every new world has.
    """
    world, name = simulation.world, simulation.selection.default_scenario
    scenario = None if name == DEFAULT_SCENARIO else simulation.library.find(name)
    kinds = [kind for kind in SCRIPT_KINDS if scenario and scenario.defines(kind, world.edition)]
    if "task_run" in kinds or any(
        played == name and kind in kinds for played, kind, _ in world.played
    ):
        return {}
    return {
        kind: f"`{name}` has a script for a {kind} and none for a run, and nothing played it"
        for kind in kinds
    }
