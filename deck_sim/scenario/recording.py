"""Writes a run that happened as a scenario that plays it again.

The steps are those of the timeline, with their real durations. Which answers a prompt accepts is
known from the script that the run played, so no answer that a user gave gets into a recording.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from deck_sim.base.durations import format_duration
from deck_sim.base.redaction import redact
from deck_sim.contract.error_catalog import refuse
from deck_sim.contract.resources import TIMEOUT_SECONDS
from deck_sim.engine.records import Resource
from deck_sim.engine.stage import Stage
from deck_sim.engine.story import GO_ON, STAY, Path, Script, Story
from deck_sim.engine.world import World
from deck_sim.scenario.loader import ScenarioError, read_scenario
from deck_sim.scenario.model import Scenario
from deck_sim.scenario.moments import (
    Json,
    Moment,
    check_kept,
    literal,
    login_moments,
    run_moments,
    step_at,
)
from deck_sim.scenario.selection import Choice
from deck_sim.scenario.steps.prompts import InteractionRequired
from deck_sim.scenario.steps.statuses import Review
from deck_sim.scenario.steps.step import BRANCHES, Step, status_steps
from deck_sim.scenario.yaml.writer import write_yaml


def record_run(world: World, run: Resource, chosen: Mapping[str, Choice]) -> Scenario:
    """The scenario that plays a run again. It has the script of the run's connection or session,
    too, if that played the same scenario. `chosen` has what each resource has played, by its id.

    Raises:
        ApiError: `state_invalid` if no script can do what happened to the run.

    """
    if run.id not in chosen:
        raise refuse("request/state_invalid", f"the run `{run.id}` played no scenario")
    try:
        return read_scenario(write_yaml(_record(world, run, chosen)), "recording")
    except ScenarioError as error:
        text = f"the run `{run.id}` cannot be written as a scenario: {error.mistakes[0]}"
        raise refuse("request/state_invalid", text) from None


def _record(world: World, run: Resource, chosen: Mapping[str, Choice]) -> Json:
    tracks, script = list[_Track](), chosen[run.id].script
    check_kept(world, run)
    for login in world.used_by(run):
        played = chosen[login.id].script if login.id in chosen else None
        if played and played.scenario == script.scenario and login.kind in played.source:
            check_kept(world, login)
            tracks.append(_Track(world, played, login_moments(world, login, played, run)))
    moments = run_moments(world, run, [moment for track in tracks for moment in track.moments])
    tracks.append(_Track(world, script, moments))
    statuses = [moment.status for moment in moments if moment.status]
    seen = ", ".join(dict.fromkeys([*statuses, f"{run.status}"]))
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
    return recorded | {key: script.source[key] for key in faults if key in script.source}


# Written after a prompt in a branch that got no right answer: no script may end at a prompt.
_AFTER_PROMPT = {"connection": ["connected"], "task_run": ["running", "completed"]}


class _Track:
    """The moments of a connection, session or run, as the steps of a script."""

    def __init__(self, world: World, script: Script, moments: list[Moment]) -> None:
        self.world, self.script, self.moments = world, script, moments
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
                steps.append(self._write_end(step))
            elif step.lasts:
                lasting = step.word
                steps.append(_written(lasting, self._length(index, lasting)))
            else:
                is_prompt, lasting = issubclass(step, InteractionRequired), ""
                keys, turn = (self._write_prompt if is_prompt else self._write_review)(index)
                if turn in BRANCHES:
                    keys[turn] = self.write(index + 1)
                steps.append(_written(step.word, keys))
                if turn != GO_ON:
                    usual = _AFTER_PROMPT[self.script.kind] if is_prompt else ["completed"]
                    return steps + (self._written_after(index) or usual)
        return steps

    def _written_after(self, index: int) -> list[Any]:
        """The steps that the script has after this one, as they are written; none in a branch."""
        _, stage = self._step(index)
        place, *inside = stage.story.path
        written = self.script.source[self.script.kind]
        for name in self.script.head:
            written = written[name]
        return [] if inside else written[int(place) + 1 :]

    def _length(self, index: int, status: str) -> str | None:
        """How long a status lasts from this moment on; None if no time passes."""
        if index + 1 == len(self.moments):
            return None if status in self.machine.settled else "stuck"
        gap = self._gap(index)
        return format_duration(gap) if gap else None

    def _gap(self, index: int) -> timedelta:
        moment, after = self.moments[index : index + 2]
        return after.entry.at - moment.asked_at

    def _write_end(self, step: type[Step]) -> Any:
        fields, keys = self.resource.fields, dict[str, Any]()
        if step.word == "completed":
            if fields["output"] is not None:
                keys["output"] = literal(redact(fields["output"]))
            if fields.get("result") not in (None, "success"):
                keys["result"] = fields["result"]
        elif self.machine.is_run and step.word == "failed":
            errors = [self._write_error(error) for error in fields["errors"]]
            return {step.word: errors[0] if len(errors) == 1 else errors}
        return _written(step.word, keys)

    def _write_error(self, error: Json) -> Any:
        name, field = f"{error['type']}/{error['code']}", error.get("field")
        stage, keys = Stage(self.world, Story(self.resource.id, self.script)), {"error": name}
        if error["message"] != stage.problem(name, None, field).message:
            keys["message"] = literal(error["message"])
        if field is not None:
            keys["field"] = literal(field)
        return keys if len(keys) > 1 else name

    def _write_prompt(self, index: int) -> tuple[Json, str]:
        """The keys of a prompt, and the turn that followed it; `STAY` if none did."""
        moment, step, stage = self.moments[index], *self._step(index)
        assert isinstance(step, InteractionRequired)
        assert moment.entry.changes is not None
        keys: Json = {**literal(moment.entry.changes["interaction"])}
        if step.accept is not None:
            keys["accept"] = step.accept[0] if len(step.accept) == 1 else [*step.accept]
        if step.attempts is not None:
            keys["attempts"] = step.attempts
        if step.timeout is not None:
            keys["timeout"] = f"{step.timeout}"
        if index + 1 == len(self.moments):
            return keys, STAY
        if moment.is_rejected:
            return keys, "on_rejected"
        if self._timed_out(index, step, stage):
            return {**keys, "timeout": format_duration(self._gap(index))}, "on_timeout"
        return keys, GO_ON

    def _timed_out(self, index: int, step: InteractionRequired, stage: Stage) -> bool:
        if self._was_ended(index) or self._took(index, "on_timeout"):
            return True
        return not step.on_timeout and self._gap(index) == step.window(stage)

    def _write_review(self, index: int) -> tuple[Json, str]:
        """The keys of a review, and the turn that followed it, as for a prompt."""
        step, stage = self._step(index)
        assert isinstance(step, Review)
        if index + 1 == len(self.moments):
            return {}, STAY
        if self._took(index, "on_rejected"):
            return {}, "on_rejected"
        gap = self._gap(index)
        if self._was_ended(index) and gap >= self.world.rules.inactivity:
            return {}, STAY
        by_itself = step.length is not None and gap == stage.draw(step.length)
        keys = {"for": format_duration(gap)} if by_itself or self._was_ended(index) else {}
        return keys, GO_ON

    def _step(self, index: int) -> tuple[Step, Stage]:
        found = step_at(self.script, self.moments[index].entry)
        assert found is not None, "a prompt or review is entered by a step"
        step, path = found
        return step, Stage(self.world, Story(self.resource.id, self.script, path))

    def _next_path(self, index: int) -> Path:
        """The next place in the script, as far as the timeline shows it."""
        after = (moment.entry.step for moment in self.moments[index + 1 :])
        return next(filter(None, after), ())

    def _took(self, index: int, branch: str) -> bool:
        path = self.moments[index].entry.step or ()
        return self._next_path(index)[: len(path) + 1] == (*path, branch)

    def _was_ended(self, index: int) -> bool:
        """Whether the wait was ended from outside, as by a cancel or the task's timeout."""
        return self._next_path(index) == self.moments[index].entry.step


def _written(word: str, value: Any) -> Any:
    if isinstance(value, dict) and [*value] == ["for"]:
        value = value["for"]
    return word if value in (None, {}) else {word: value}
