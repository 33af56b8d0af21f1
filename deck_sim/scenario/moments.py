"""The moments of a run or login, read from the timeline: the statuses that it entered, and effects
as they are written in a scenario file.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from json import dumps
from typing import Any

from deck_sim.base.redaction import redact
from deck_sim.contract.error_catalog import refuse
from deck_sim.engine.records import Resource, TimelineEntry
from deck_sim.engine.story import WRONG_ANSWER, Path, Script
from deck_sim.engine.world import World
from deck_sim.scenario.expressions.templates import is_template
from deck_sim.scenario.steps.step import Step

Json = dict[str, Any]

_NOT_KEPT = re.compile("file (.*) not kept: .*", re.DOTALL)


@dataclass(slots=True)
class Moment:
    """A status that was entered, or an effect."""

    entry: TimelineEntry
    effect: Json | None  # as it is written in a file
    asked_at: datetime  # of a prompt: when it was shown last
    is_rejected: bool = False  # its last answer was wrong, and it was not shown again

    @property
    def status(self) -> str | None:
        """The status that was entered; None for an effect."""
        return self.entry.status if self.effect is None else None


def check_kept(world: World, resource: Resource) -> None:
    """Check that no entry of a resource was dropped."""
    if world.timeline.dropped and not any(
        entry.is_creation and entry.id == resource.id for entry in world.timeline
    ):
        text = (
            f"the first entries of `{resource.id}` were dropped from the timeline; record a run"
            " sooner"
        )
        raise refuse("request/state_invalid", text)


def login_moments(world: World, login: Resource, script: Script, run: Resource) -> list[Moment]:
    """The moments of the script by which a login was opened for a run; no effects of runs."""
    found, machine = list[Moment](), world.machine(login)
    for moment in _moments(world, login):
        if moment.status == machine.initial:
            if found and moment.entry.at > run.created_at:  # opened again
                break
            found.clear()
        elif moment.status:
            step = step_at(script, moment.entry)
            if step is None or step[0].status(machine) != moment.status:
                break
        found.append(moment)
    return found


def run_moments(world: World, run: Resource, of_logins: list[Moment]) -> list[Moment]:
    """The moments of a run, without an end that follows from the script of its login."""
    found = [*_moments(world, run)]
    at = found[-1].entry.at
    for moment in (moment for moment in of_logins if moment.entry.at == at and moment.status):
        machine = world.rules.machine(moment.entry.kind)
        name = machine.fails_users_with.get(f"{moment.status}")
        if name in [f"{error['type']}/{error['code']}" for error in run["errors"]]:
            return found[:-1]
    return found


def _moments(world: World, resource: Resource) -> Iterator[Moment]:
    shots, last = iter(world.screenshots.get(resource.id, ())), None
    for entry in world.timeline:
        effect = _read_effect(world, resource, entry, shots)
        is_wrong = entry.id == resource.id and entry.what.startswith(WRONG_ANSWER)
        if is_wrong and last:
            last.is_rejected = True
        elif last and last.is_rejected and _asks_again(entry, last):
            last.asked_at, last.is_rejected = entry.at, False
        elif effect or (entry.id == resource.id and entry.status):
            last = Moment(entry, effect, entry.at)
            yield last


def _asks_again(entry: TimelineEntry, prompt: Moment) -> bool:
    before = prompt.entry
    return (entry.id, entry.status, entry.step) == (before.id, before.status, before.step)


def _read_effect(
    world: World, resource: Resource, entry: TimelineEntry, shots: Iterator[Json]
) -> Json | None:
    if entry.kind == "storage" and entry.is_creation:
        item = world.all("storage").get(entry.id)  # None: forgotten, with its run
        is_of_run = item is not None and item["task_run_id"] == resource.id
        return {"file": _file(world, item)} if item and is_of_run else None
    if entry.id != resource.id or entry.status:
        return None
    word, _, rest = entry.what.partition(" ")
    if word == "screenshot":
        shot = next(shots)
        why = {"reasoning": shot["reasoning"]} if shot["reasoning"] else {}
        return {word: literal({"name": rest, **why})}
    if found := _NOT_KEPT.fullmatch(entry.what):
        return {"file": literal(found[1])}
    return {word: literal(rest)} if word == "event" else None


def _file(world: World, item: Resource) -> Json:
    keys: Json = {"name": item["file_name"], "type": item["file_type"]}
    keys["content"] = item.hidden["content"].decode()
    if item["extraction"] is not None:
        keys["extraction"] = redact(item["extraction"])
    if item["result"] != "success":
        keys["result"] = item["result"]
    written: Json = literal(keys)
    return written


def step_at(script: Script, entry: TimelineEntry) -> tuple[Step, Path] | None:
    """The step that a script was at, and its path below the head of the script."""
    path = entry.step[1 + len(script.head) :] if entry.step else ()
    step = script.at(path) if path else None
    return (step, path) if isinstance(step, Step) else None


def literal(value: Any) -> Any:
    """A value in which nothing is taken for an expression."""
    if isinstance(value, str) and is_template(value):
        text = dumps(value, ensure_ascii=False).replace("{", r"\u007b")  # `{%` is always refused
        return f"{{{{ {text} }}}}"
    if isinstance(value, Mapping):
        return {literal(name): literal(inner) for name, inner in value.items()}
    return [*map(literal, value)] if isinstance(value, list) else value
