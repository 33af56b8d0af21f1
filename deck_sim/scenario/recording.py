"""Writes a run that happened as a scenario that plays it again.

The steps are those of the timeline, with their real durations. Which answers a prompt accepts is
known from the script that the run played, so no answer that a user gave gets into a recording.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import takewhile
from json import dumps
from typing import Any

from deck_sim.base.durations import format_duration
from deck_sim.base.redaction import redact
from deck_sim.contract.error_catalog import refuse
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
from deck_sim.scenario.steps.step import BRANCHES, Step, status_steps
from deck_sim.scenario.yaml_files import write_yaml

Json = dict[str, Any]
# Written after a prompt in a branch that got no right answer: no script may end at a prompt.
_AFTER_PROMPT = {"connection": ["connected"], "task_run": ["running", "completed"]}


def record_run(world: World, run: Resource, chosen: Mapping[str, Choice]) -> Scenario:
    """The scenario that plays a run again. It has the script of the run's connection or session,
    too, if that played the same scenario. `chosen` has what each resource has played, by its id.

    Raises:
        ApiError: `state_invalid` if no script can do what happened to the run.

    """
    moments = [*_moments(world, run)]
    if run.id not in chosen or not moments or not moments[0].entry.is_creation:
        text = f"the run `{run.id}` played no scenario, or its first entries were dropped"
        raise refuse("request/state_invalid", text)
    script, tracks = chosen[run.id].script, list[_Track]()
    for login in world.used_by(run):
        played = chosen[login.id].script if login.id in chosen else None
        if played and played.scenario == script.scenario and login.kind in played.source:
            tracks.append(_Track(world, played, _login_moments(world, login, played)))
            fails = world.machine(login).fails_users_with
            if any(m.entry.status in fails and m.at == moments[-1].at for m in tracks[-1].moments):
                moments.pop()  # the end of the run follows from that of its login
    tracks.append(_Track(world, script, moments))
    statuses = [moment.entry.status for moment in moments if moment.effect is None]
    seen = ", ".join(dict.fromkeys(f"{status}" for status in [*statuses, run.status]))
    recorded: Json = {
        "version": 1,
        "name": f"{script.scenario[:90]}_recorded",
        "summary": f"Recorded from a run of {script.scenario}: {seen}.",
        "edition": world.edition,
        **{track.script.kind: track.write() for track in tracks},
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


def _login_moments(world: World, login: Resource, script: Script) -> list[_Moment]:
    """The moments of a login up to the first that was not caused by its script."""
    machine = world.machine(login)

    def is_of_script(moment: _Moment) -> bool:
        step, status = _step_at(script, moment.entry), moment.entry.status
        is_entered = step is not None and step.status(machine) == status
        return moment.effect is not None or moment.entry.is_creation or is_entered

    return [*takewhile(is_of_script, _moments(world, login))]


def _step_at(script: Script, entry: TimelineEntry) -> Step | None:
    path = entry.step[1 + len(script.head) :] if entry.step else ()
    step = script.at(path) if path else None
    return step if isinstance(step, Step) else None


class _Track:
    """The moments of a connection, session or run, as the steps of a script."""

    def __init__(self, world: World, script: Script, moments: list[_Moment]) -> None:
        self.script, self.moments = script, moments
        self.resource = world.resource(moments[0].entry.id)
        self.machine = world.machine(self.resource)
        self.steps = status_steps(script.kind, self.machine)

    def write(self, start: int = 0) -> list[Any]:
        """The steps from this moment on."""
        steps, lasting = list[Any](), ""
        for index, moment in enumerate(self.moments[start:], start):
            step = self.steps.get(f"{moment.entry.status}")
            if moment.effect is not None:
                steps.append(moment.effect)
                if lasting and (length := self._length(index, lasting)):
                    steps.append({lasting: length})
            elif step is None:  # it follows from the step before, as `canceled` from `cancelling`
                break
            elif step.ends:
                value: Any = None
                if step.word == "completed":
                    kept = {name: self.resource.fields.get(name) for name in ("output", "result")}
                    value = {name: _literal(redact(v)) for name, v in kept.items() if v is not None}
                elif self.machine.is_run and step.word == "failed":
                    errors = [{**_literal(error)} for error in self.resource["errors"]]
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
                if turn != GO_ON:
                    is_prompt = issubclass(step, InteractionRequired)
                    return steps + (_AFTER_PROMPT[self.script.kind] if is_prompt else ["completed"])
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
        step, path = _step_at(self.script, moment.entry), moment.entry.step or ()
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
