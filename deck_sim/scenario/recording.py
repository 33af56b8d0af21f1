"""Writes a run that happened as a scenario that plays it again.

The steps are those of the timeline, with their real durations. Which answers a prompt accepts is
known from the script that the run played, so no answer that a user gave gets into a recording.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from json import dumps
from typing import Any

from deck_sim.base.durations import format_duration
from deck_sim.base.redaction import redact
from deck_sim.contract.error_catalog import refuse
from deck_sim.contract.machines import Machine
from deck_sim.contract.resources import TIMEOUT_SECONDS
from deck_sim.engine.files import files_of
from deck_sim.engine.records import Resource, TimelineEntry
from deck_sim.engine.story import GO_ON, STAY, Path, Script
from deck_sim.engine.world import World
from deck_sim.scenario.expressions import is_template
from deck_sim.scenario.loader import ScenarioError, read_scenario
from deck_sim.scenario.model import Scenario
from deck_sim.scenario.selection import Choice
from deck_sim.scenario.steps.prompts import InteractionRequired
from deck_sim.scenario.steps.step import BRANCHES, status_steps
from deck_sim.scenario.yaml_files import write_yaml

Json = dict[str, Any]


def record_run(world: World, run: Resource, chosen: Mapping[str, Choice]) -> Scenario:
    """The scenario that plays a run again, on a login that works. `chosen` has what each resource
    has played, by its id.

    Raises:
        ApiError: `state_invalid` if no script can do what happened to the run.

    """
    moments = [*_moments(world, run)]
    if run.id not in chosen or not moments or not moments[0].entry.is_creation:
        text = f"the run `{run.id}` played no scenario, or its first entries were dropped"
        raise refuse("request/state_invalid", text)
    script = chosen[run.id].script
    statuses = [moment.entry.status for moment in moments if moment.effect is None]
    seen = ", ".join(dict.fromkeys(f"{status}" for status in [*statuses, run.status]))
    recorded: Json = {
        "version": 1,
        "name": f"{script.scenario[:90]}_recorded",
        "summary": f"Recorded from a run of {script.scenario}: {seen}.",
        "edition": world.edition,
        "task_run": _Track(script, run, world.machine(run), moments).write(),
    }
    timeout = run.hidden["timeout_seconds"]
    if timeout != TIMEOUT_SECONDS:
        recorded["task_timeout"] = format_duration(timedelta(seconds=timeout))
    faults = ("http", "webhooks") if script.faults else ()
    recorded |= {key: script.source[key] for key in faults if key in script.source}
    try:
        return read_scenario(write_yaml(recorded), "recording")
    except ScenarioError as error:
        text = f"the run `{run.id}` cannot be written as a scenario: {error.mistakes[0]}"
        raise refuse("request/state_invalid", text) from None


@dataclass(slots=True)
class _Moment:
    """A status that was entered, or an effect as it is written in a file."""

    entry: TimelineEntry
    effect: Json | None
    at: datetime  # of a prompt: when it was shown last


def _moments(world: World, resource: Resource) -> Iterator[_Moment]:
    last, shots = None, iter(world.screenshots.get(resource.id, ()))
    files = files_of(world, resource)
    for entry in world.timeline:
        effect: Json | None = None
        word, _, rest = entry.what.partition(" ")
        if entry.id in files and entry.is_creation:
            item = files[entry.id]
            keys = {
                "name": item["file_name"],
                "type": item["file_type"],
                "content": item.hidden["content"].decode(),
                "extraction": redact(item["extraction"]),
                "metadata": redact(item["metadata"]),
                "result": item["result"],
            }
            effect = {
                "file": {name: _literal(one) for name, one in keys.items() if one is not None}
            }
        elif entry.id != resource.id:
            continue
        elif word == "event":
            effect = {word: _literal(rest)}
        elif word == "screenshot":
            effect = {word: _literal({"name": rest, "reasoning": next(shots).reasoning})}
        elif not entry.status:
            continue
        before = last and (last.entry.status, last.entry.step)
        if last and entry.step and before == (entry.status, entry.step):  # a prompt asks again
            last.at = entry.at
        else:
            last = _Moment(entry, effect, entry.at)
            yield last


@dataclass(frozen=True)
class _Track:
    """The moments of a run, as the steps of a script."""

    script: Script
    run: Resource
    machine: Machine
    moments: list[_Moment]

    def write(self, start: int = 0) -> list[Any]:
        """The steps from this moment on."""
        steps, lasting, entered = list[Any](), "", status_steps("task_run", self.machine)
        for index, moment in enumerate(self.moments[start:], start):
            step = entered.get(f"{moment.entry.status}")
            if moment.effect is not None:
                steps.append(moment.effect)
                if lasting and (length := self._length(index, lasting)):
                    steps.append({lasting: length})
            elif step is None:  # it follows from the step before, as `canceled` from `cancelling`
                break
            elif step.ends:
                value: Any = None
                if step.word == "completed":
                    kept = {name: self.run.fields.get(name) for name in ("output", "result")}
                    value = {name: _literal(redact(v)) for name, v in kept.items() if v is not None}
                elif step.word == "failed":
                    errors = [{**_literal(error)} for error in self.run["errors"]]
                    value = [{"error": f"{e.pop('type')}/{e.pop('code')}", **e} for e in errors]
                steps.append(_written(step.word, value))
            elif step.lasts:
                lasting = step.word
                steps.append(_written(lasting, self._length(index, lasting)))
            else:
                lasting = ""
                keys, turn = self._wait(index)
                if turn in BRANCHES:
                    keys[turn] = self.write(index + 1)
                steps.append(_written(step.word, keys))
                if turn != GO_ON:  # no script may end at a prompt
                    is_prompt = issubclass(step, InteractionRequired)
                    return [*steps, *(["running"] if is_prompt else []), "completed"]
        return steps

    def _length(self, index: int, status: str) -> str | None:
        """How long a status lasts from this moment on; None if no time passes."""
        if index + 1 == len(self.moments):
            return None if status in self.machine.settled else "stuck"
        gap = self.moments[index + 1].entry.at - self.moments[index].at
        return format_duration(gap) if gap else None

    def _wait(self, index: int) -> tuple[Json, str]:
        """The keys of a prompt or review, and the turn that followed it; `STAY` if none did."""
        moment, turn, keys = self.moments[index], STAY, Json()
        path = moment.entry.step or ()
        step = self.script.at(path[1 + len(self.script.head) :])
        if index + 1 < len(self.moments):
            later = (moment.entry.step for moment in self.moments[index + 1 :])
            after: Path = next(filter(None, later), ())
            branch = after[len(path) : len(path) + 1] if after[: len(path)] == path else ()
            turn = str(branch[0]) if branch else GO_ON
            if after == path and isinstance(step, InteractionRequired):
                turn = "on_timeout"  # ended from outside, as by a cancel or the task's timeout
        if not isinstance(step, InteractionRequired):
            return {"for": self._length(index, "")} if turn == GO_ON else {}, turn
        keys |= _literal((moment.entry.changes or {})["interaction"])
        written = {"accept": step.accept and [*step.accept], "attempts": step.attempts}
        keys |= {name: value for name, value in written.items() if value is not None}
        if turn == "on_timeout":
            keys["timeout"] = self._length(index, "")
        elif step.timeout is not None:
            keys["timeout"] = f"{step.timeout}"
        return keys, turn


def _literal(value: Any) -> Any:
    """A value in which nothing is taken for an expression."""
    if isinstance(value, str) and is_template(value):
        text = dumps(value, ensure_ascii=False).replace("{", r"\u007b")  # `{%` is always refused
        return f"{{{{ {text} }}}}"
    if isinstance(value, Mapping):
        return {_literal(name): _literal(inner) for name, inner in value.items()}
    return [*map(_literal, value)] if isinstance(value, list) else value


def _written(word: str, value: Any) -> Any:
    if isinstance(value, dict) and [*value] == ["for"]:
        value = value["for"]
    return word if value in (None, {}) else {word: value}
