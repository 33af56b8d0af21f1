"""Checks of a scenario beyond its keys: scripts, expressions, faults, and parts that exclude each
other. A script is right if an edition's state machines and limits allow all its steps and ends.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import timedelta
from typing import Any

from deck_sim.base.durations import Span, format_duration
from deck_sim.base.errors import format_path, listed
from deck_sim.contract.editions import (
    EDITIONS,
    Edition,
    explain_foreign_event,
    explain_unknown_call,
)
from deck_sim.contract.kinds import TIMEOUT_SECONDS
from deck_sim.engine.script import SCRIPT_KINDS
from deck_sim.scenario.expressions import is_template, template_problems, texts_in
from deck_sim.scenario.model import Scenario
from deck_sim.scenario.steps.step import Step, status_steps
from deck_sim.scenario.yaml_files import YamlPath

Found = tuple[YamlPath, str]  # where a mistake is, and the message


def check_scripts(scenario: Scenario) -> tuple[tuple[str, ...], str, list[Found]]:
    """Return which editions can play a scenario, why the first of the others cannot, and mistakes.

    A step that an edition does not allow is no mistake if another edition can play the scenario.
    So the mistakes are those in scripts written for one edition; or, if there are none and no
    edition can play the scenario, all mistakes for the edition that has the fewest.
    """
    mistakes_of: dict[str, list[Found]] = {
        name: [] for name in EDITIONS if scenario.edition in (None, name)
    }
    for edition in map(EDITIONS.__getitem__, mistakes_of):
        for kind in SCRIPT_KINDS:
            for name, steps in scenario.scripts(kind).items():
                path: YamlPath = (kind,) if name is None else (kind, name)
                if name not in (None, edition.name):
                    continue
                if kind not in edition.kinds and (scenario.edition or name):
                    text = f"the edition `{edition.name}` has no {kind}s; delete this script"
                    mistakes_of[edition.name].append((path, text))
                    continue
                # If this edition lacks the kind, another edition checks the script.
                edition_of_kind = next(e for e in (edition, *EDITIONS.values()) if kind in e.kinds)
                mistakes_of[edition.name] += _ScriptCheck(kind, edition_of_kind).check(steps, path)
    of_one = [m for name, mistakes in mistakes_of.items() for m in mistakes if name in m[0][1:2]]
    playable = tuple(name for name, mistakes in mistakes_of.items() if not mistakes)
    if of_one or playable:
        first = next((mistakes[0] for mistakes in mistakes_of.values() if mistakes), None)
        return playable, f"in {format_path(first[0])}, {first[1]}" if first else "", of_one
    return (), "", min(mistakes_of.values(), key=len, default=[])


class _ScriptCheck:
    """Follows every path through a script, and reports what an edition does not allow."""

    def __init__(self, kind: str, edition: Edition) -> None:
        self.kind, self.edition, self.machine = kind, edition, edition.machine(kind)
        self.steps = status_steps(kind, self.machine)

    def check(self, steps: tuple[Step, ...], path: YamlPath) -> Iterator[Found]:
        if len(steps) == 1 and steps[0].is_alone:
            yield from self._check_errors(steps[0], (*path, 0))
            return
        stops = set[str]()
        yield from self._check_steps(steps, path, {self.machine.initial}, stops)
        settled = self.machine.settled
        endless = [s for s in self.machine.statuses if s in stops and s not in settled]
        if endless:
            ends = self._list_words(s for s in self.machine.statuses if s in settled)
            lasting = [s for s in endless if self.steps[s].lasts]
            hint = "".join(f", or write `{status}: stuck`" for status in lasting[:1])
            text = f"the script can end in {listed(endless, last='or')}"
            yield path, f"{text}; end it with {ends}{hint}"

    def _check_steps(
        self, steps: tuple[Step, ...], path: YamlPath, before: set[str], stops: set[str]
    ) -> Iterator[Found]:
        """Yield the mistakes in `steps`, which begin in one of the statuses `before`. Add to
        `stops` the statuses in which `steps` can end.
        """
        for index, step in enumerate(steps):
            here = (*path, index)
            if not before:
                last = steps[index - 1]
                why = "ends the script" if last.ends else "is `stuck`"
                text = f"is never reached, because `{last.word}`, the step before it, {why}"
                yield here, f"`{step.word}` {text}"
                return
            if step.is_alone:
                text = "must be the only step of its script, because nothing is created"
                yield here, f"`{step.word}` {text}; delete the other steps, or this one"
                return
            if not step.is_status:
                continue
            entered = step.status(self.machine)
            if entered not in self.machine.statuses:
                having = [e.name for e in EDITIONS.values() if entered in e.statuses(self.kind)]
                yield here, self._has_no("status", entered, having)
                before = set()
            for status in (s for s in self.machine.statuses if s in before):
                after = self.machine.follows[status]
                if entered not in after and not (step.lasts and entered == status):
                    allowed = self._list_words(after)
                    yield here, f"`{step.word}` cannot follow `{status}`; allowed next: {allowed}"
            for key in step.shows:
                rows = {e.name: e.kinds.get(self.kind) for e in EDITIONS.values()}
                having = [name for name, row in rows.items() if row and key in row.attributes]
                noun = self.kind.replace("_", " ")
                if getattr(step, key) is not None and self.edition.name not in having:
                    yield (*here, step.word, key), self._has_no(f"{noun} with a", key, having)
            # Only runs have a limit of inactivity, and an agent works in a status that lasts.
            limit = self.edition.inactivity
            may_wait = self.machine.is_run and not step.lasts
            for name, field in type(step).model_fields.items() if may_wait else ():
                span = getattr(step, name)
                if isinstance(span, Span) and span.low >= limit:
                    most = format_duration(limit)
                    text = f"{span} is too long: after {most} without activity the run fails"
                    place = (*here, step.word, field.alias or name)
                    yield place, f"{text}; write less than {most}"
            yield from self._check_errors(step, here)
            is_stuck = getattr(step, "length", None) == "stuck"
            before = set() if step.ends or is_stuck else {entered}
            for name, branch in step.branches.items():
                yield from self._check_steps(branch, (*here, step.word, name), {entered}, before)
        stops |= before

    def _check_errors(self, step: Step, here: YamlPath) -> Iterator[Found]:
        for name in step.fails_with:
            if not self.edition.has_error(name):
                having = [e.name for e in EDITIONS.values() if e.has_error(name)]
                yield here, self._has_no("error", name, having)

    def _has_no(self, noun: str, name: str, having: list[str]) -> str:
        text = f"the edition `{self.edition.name}` has no {noun} `{name}`"
        return f"{text}; editions that have it: {listed(having)}"

    def _list_words(self, statuses: Iterable[str]) -> str:
        return listed((self.steps[s].word for s in statuses if s in self.steps), last="or")


def find_timeouts(scenario: Scenario) -> Iterator[Found]:
    """Yield the step at which each run of a script times out, which may be meant."""
    limit = scenario.task_timeout or timedelta(seconds=TIMEOUT_SECONDS)
    for edition, steps in scenario.scripts("task_run").items():
        least = timedelta()
        for index, step in enumerate(steps):
            length = getattr(step, "length", None)
            least += length.low if isinstance(length, Span) else timedelta()
            if least > limit:
                text = f"each run fails here, with task/timeout after {format_duration(limit)}"
                text += "; shorten the steps up to here, or set `task_timeout`"
                yield ("task_run", *filter(None, [edition]), index), text
                break


def check_expressions(data: Any) -> Iterator[Found]:
    """Yield mistakes in expressions, and expressions outside scripts. Ignores the summary."""
    for path, text in texts_in(data):
        if not is_template(text) or path == ("summary",):
            continue
        if path[0] in SCRIPT_KINDS:
            yield from ((path, message) for message in template_problems(text))
        else:
            where = listed(SCRIPT_KINDS)
            yield path, f"expressions are allowed only in {where}; write plain text here"


def check_exclusions(scenario: Scenario) -> Iterator[Found]:
    """Yield keys that exclude each other, and keys that have no effect in a playlist or mix."""
    ways = [name for name in ("task_run", "playlist", "mix") if getattr(scenario, name)]
    if len(ways) > 1:
        yield (ways[-1],), f"{listed(ways)} exclude each other; keep one of them"
    if scenario.entries:
        of = "`playlist`" if scenario.playlist else "`mix`"
        text = f"has no effect in a {of}; move the key into the scenarios that the {of} names"
        for name in ("http", "webhooks", "task_timeout"):
            if getattr(scenario, name) is not None:
                yield (name,), f"`{name}` {text}"


def check_faults(scenario: Scenario, editions: tuple[str, ...]) -> Iterator[Found]:
    """Yield faults for calls and events in none of the `editions` that play the scenario."""
    names = editions or tuple(EDITIONS)
    for index, call_fault in enumerate(scenario.http or ()):
        if why := explain_unknown_call(call_fault.match, names):
            yield ("http", index, "match"), why
    for index, fault in enumerate(scenario.webhooks or ()):
        if why := explain_foreign_event(fault.event, names):
            yield ("webhooks", index, "event"), why
