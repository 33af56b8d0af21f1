"""Checks of scripts: whether an edition's state machines and limits let each play to an end."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from pydantic import ValidationError

from deck_sim.base.durations import format_duration
from deck_sim.base.errors import listed
from deck_sim.base.validation import format_path
from deck_sim.contract.editions import EDITIONS, Edition
from deck_sim.contract.statuses import Machine
from deck_sim.engine.story import KINDS
from deck_sim.scenario.steps.statuses import step_reader, step_word
from deck_sim.scenario.steps.step import BRANCHES, REGISTRY, Step, status_steps
from deck_sim.scenario.yaml.document import Path

Found = tuple[Path, str]  # where a mistake is, and the message

_HAS_NO = "has no"


class _Lack(str):
    """A message that an edition has no `name`."""

    __slots__ = ("name",)
    name: str


def check_scripts(scenario: Mapping[str, Any]) -> tuple[tuple[str, ...], str, list[Found]]:
    """The editions that can play a scenario, and why another cannot unless the scenario names its
    edition. If there are none, also the mistakes in the edition that it names, or in the one with
    the fewest. Mistakes in scripts for one edition always count.

    The scripts in `scenario` are models, or data that could not be read as such.
    """
    wanted = scenario.get("edition")
    names = [name for name in EDITIONS if wanted in (None, name)]
    found = {name: list(_mistakes_in(scenario, EDITIONS[name])) for name in names}
    of_one = [one for name in names for one in found[name] if name in one[0][1:2]]
    of_one += _never_played(scenario, names)
    playable = tuple(name for name in names if not found[name])
    if of_one or playable:
        return playable, _explain_editions(playable, found), of_one
    return (), "", min(found.values(), key=_distance, default=[])


def _explain_editions(playable: tuple[str, ...], found: Mapping[str, list[Found]]) -> str:
    """The reason why an edition cannot play a scenario; empty if all can."""
    for edition, mistakes in found.items():
        for path, text in sorted(mistakes, key=lambda one: not isinstance(one[1], _Lack))[:1]:
            place = format_path(path)
            if isinstance(text, _Lack) and playable:
                return f"`{text.name}` in {place} exists only in {listed(playable)}"
            return f"in `{edition}`, {place}: {text}"
    return ""


def _never_played(scenario: Mapping[str, Any], names: list[str]) -> Iterator[Found]:
    for kind in KINDS:
        written = scenario.get(kind)
        for name in written if isinstance(written, dict) else ():
            if name in EDITIONS and name not in names:
                text = f"is never played: `edition` is {listed(names)}; leave one of them out"
                yield (kind, name), text


def _distance(found: list[Found]) -> tuple[int, int]:
    # A scenario is likely for the edition that has all of its statuses.
    return sum(_HAS_NO in text for _, text in found), len(found)


def _mistakes_in(scenario: Mapping[str, Any], edition: Edition) -> Iterator[Found]:
    for kind in KINDS:
        written = scenario.get(kind)
        path: Path = (kind,)
        steps = written
        if isinstance(written, dict):
            path, steps = (kind, edition.name), written.get(edition.name)
        if not steps or not isinstance(steps, list | tuple):
            continue
        if kind not in edition.kinds and (scenario.get("edition") or len(path) > 1):
            yield path, f"the edition `{edition.name}` {_HAS_NO} {kind}s; leave it out"
            continue
        # A script that this edition never plays must be right for the other one.
        rules = next(e for e in (edition, *EDITIONS.values()) if kind in e.kinds)
        yield from _ScriptCheck(kind, rules).check(_read_steps(kind, steps), path)


UNKNOWN = ""  # the status of a step that cannot be read; it may be any


@dataclass(frozen=True, slots=True)
class PartialStep:
    """A step as far as it can be read. No check reports a mistake that may follow from the part
    that cannot be read.
    """

    word: str
    type: type[Step] | None
    step: Step | None
    branches: Mapping[str, tuple[PartialStep, ...]] = field(default_factory=dict)

    @property
    def is_status(self) -> bool:
        """Whether the step is, or may be, a status."""
        return self.type is None or self.type.is_status

    def status(self, machine: Machine) -> str:
        """The status that the step enters, or `UNKNOWN`."""
        status = self.type.status(machine) if self.type else UNKNOWN
        return status if status in machine.statuses else UNKNOWN

    def statuses_after(self, machine: Machine) -> set[str]:
        """The statuses in which the next step may begin; none if it is never reached."""
        if self.type is None:
            return {UNKNOWN}
        if self.type.ends or (self.step and self.step.is_stuck):
            return set()
        may_be_stuck = self.step is None and self.type.lasts
        return {UNKNOWN if may_be_stuck else self.status(machine)}


def _read_steps(kind: str, items: Iterable[Any]) -> tuple[PartialStep, ...]:
    return tuple(_read_step(kind, item) for item in items)


def _read_step(kind: str, item: Any) -> PartialStep:
    step, written = None, dict[str, Any]()
    if isinstance(item, Step):
        step, word = item, item.word
    else:
        word = f"{step_word(item)}"
        keys = item.get(word) if isinstance(item, dict) else None
        if isinstance(keys, dict):  # a step can be read although its branches cannot
            written = {name: keys[name] for name in BRANCHES if isinstance(keys.get(name), list)}
            item = {word: {**keys, **{name: [] for name in written}}}
        with suppress(ValidationError):
            step = step_reader(kind).validate_python(item)
    found = {**(step.branches if step else {}), **written}
    branches = {name: _read_steps(kind, steps) for name, steps in found.items()}
    return PartialStep(word, REGISTRY.get((kind, word)), step, branches)


def _walk(steps: tuple[PartialStep, ...], path: Path) -> Iterator[tuple[Path, PartialStep]]:
    """Every step with its place, those in branches included."""
    for index, step in enumerate(steps):
        yield (*path, index), step
        for name, branch in step.branches.items():
            yield from _walk(branch, (*path, index, step.word, name))


class _ScriptCheck:
    """Follows every path through a script, and reports steps that an edition does not allow."""

    def __init__(self, kind: str, edition: Edition) -> None:
        self.kind, self.edition, self.machine = kind, edition, edition.machine(kind)
        self.steps = status_steps(kind, self.machine)
        # The inactivity limit is for resources that do work.
        self.inactivity = edition.inactivity if self.machine.is_run else None

    def check(self, steps: tuple[PartialStep, ...], path: Path) -> Iterator[Found]:
        """Check a script from the first status of the state machine to its ends."""
        alone = [found for found in _walk(steps, path) if found[1].type and found[1].type.is_alone]
        for here, step in alone:
            if len(steps) > 1 or here != (*path, 0):
                text = "must be the only step of its script, because nothing is created"
                yield here, f"`{step.word}` {text}; delete the other steps, or this one"
            else:
                yield from self._check_errors(step, here)
        if alone:
            return
        stops = set[str]()
        yield from self._check_steps(steps, path, {self.machine.initial}, stops)
        settled = self.machine.settled
        endless = [s for s in self.machine.statuses if s in stops and s not in settled]
        if endless:
            ends = self._list_words(s for s in self.machine.statuses if s in settled)
            lasting = [s for s in endless if self.steps[s].lasts]
            hint = "".join(f", or say `{status}: stuck`" for status in lasting[:1])
            yield path, f"can stop in {listed(endless, last='or')}; it must end in {ends}{hint}"

    def _check_steps(
        self, steps: tuple[PartialStep, ...], path: Path, before: set[str], stops: set[str]
    ) -> Iterator[Found]:
        """Check steps that begin in one of the statuses `before`. Adds to `stops` the statuses in
        which they can end.
        """
        for index, step in enumerate(steps):
            here = (*path, index)
            if not before:
                last, named = steps[index - 1], f"`{step.word}`" if step.type else "this step"
                why = "ends the script" if last.type and last.type.ends else "is `stuck`"
                yield here, f"{named} is never reached: `{last.word}` before it {why}"
                return
            if step.is_status:
                yield from self._check_status(step, here, before)
                before = step.statuses_after(self.machine)
                for name, branch in step.branches.items():
                    inside = (*here, step.word, name)
                    yield from self._check_steps(
                        branch, inside, {step.status(self.machine)}, before
                    )
        stops |= before

    def _check_status(self, step: PartialStep, here: Path, before: set[str]) -> Iterator[Found]:
        if step.type:
            yield from self._check_order(step.type, here, before)
        if step.step:
            unreachable = step.step.unreachable_keys
            yield from (((*here, step.word, key), why) for key, why in unreachable.items())
            for key in (key for key in step.step.shows if not self._shows(self.edition, key)):
                having = [e.name for e in EDITIONS.values() if self._shows(e, key)]
                noun = self.kind.replace("_", " ")
                yield (*here, step.word, key), self._has_no(f"{noun} with a", key, having)
            limit = self.inactivity
            for key, span in step.step.waits.items():
                if limit and span.low >= limit:
                    most = format_duration(limit)
                    text = f"{span} is too long: after {most} without activity the run fails"
                    yield (*here, step.word, key), f"{text}; write less than {most}"
        yield from self._check_errors(step, here)

    def _check_errors(self, step: PartialStep, here: Path) -> Iterator[Found]:
        for name in step.step.fails_with if step.step else ():
            if not self.edition.has_error(name):
                having = [e.name for e in EDITIONS.values() if e.has_error(name)]
                yield here, self._has_no("error", name, having)

    def _check_order(self, step: type[Step], here: Path, before: set[str]) -> Iterator[Found]:
        entered = step.status(self.machine)
        if entered not in self.machine.statuses:
            having = [e.name for e in EDITIONS.values() if entered in e.statuses(self.kind)]
            yield here, self._has_no("status", entered, having)
            return
        for status in (s for s in self.machine.statuses if s in before):
            after = self.machine.follows[status]
            if entered not in after and not (step.lasts and entered == status):
                allowed = self._list_words(after)
                yield here, f"`{step.word}` cannot follow `{status}`; allowed next: {allowed}"

    def _shows(self, edition: Edition, attribute: str) -> bool:
        return self.kind in edition.kinds and attribute in edition.kinds[self.kind].attributes

    def _has_no(self, noun: str, name: str, having: list[str]) -> str:
        text = f"the edition `{self.edition.name}` {_HAS_NO} {noun} `{name}`"
        lack = _Lack(f"{text}; editions that have it: {listed(having)}")
        lack.name = name
        return lack

    def _list_words(self, statuses: Iterable[str]) -> str:
        return listed((self.steps[s].word for s in statuses if s in self.steps), last="or")
