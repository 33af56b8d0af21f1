"""Whether a script can be played: every status may follow the one before it, and it comes to an
end.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from deck_sim.base.durations import format_duration
from deck_sim.base.errors import listed
from deck_sim.contract.editions import EDITIONS, Edition
from deck_sim.engine.story import KINDS
from deck_sim.scenario.expressions.templates import is_template, template_problems
from deck_sim.scenario.partial_steps import Outline, outline
from deck_sim.scenario.steps.step import REGISTRY, Step, words
from deck_sim.scenario.yaml.document import Path

Found = tuple[Path, str]

_LACKING = "has no"


def check_expressions(data: Any) -> Iterator[Found]:
    """Every text of a file with an expression in it that cannot be read."""
    for path, text in _texts(data, ()):
        if not is_template(text) or path == ("summary",):
            continue
        if path[0] in KINDS:
            yield from ((path, message) for message in template_problems(text))
        else:
            yield path, f"expressions are computed only in {listed(KINDS)}; here they stay text"


def _texts(data: Any, path: Path) -> Iterator[tuple[Path, str]]:
    if isinstance(data, str):
        yield path, data
    elif isinstance(data, dict):
        for name, value in data.items():
            yield (*path, name), name
            yield from _texts(value, (*path, name))
    elif isinstance(data, list):
        for index, item in enumerate(data):
            yield from _texts(item, (*path, index))


OTHERS = ("playlist", "mix")  # ways to let runs play other scenarios
WAYS = ("task_run", *OTHERS)  # to say what a run does, of which one will do
FAULTS = ("http", "webhooks")  # which have no effect where others are played


def check_ways(data: Mapping[str, Any]) -> Iterator[Found]:
    """What says the same twice, or has no effect."""
    said = [name for name in WAYS if data.get(name) is not None]
    if len(said) > 1:
        text = f"{listed(said)} are {len(said)} ways to say what a run does; keep one of them"
        yield (said[-1],), text
    ways = [name for name in said if name in OTHERS]
    for name in [name for name in FAULTS if ways and data.get(name) is not None]:
        text = (
            f"`{name}` has no effect beside a `{ways[0]}`; write it in a scenario that this names"
        )
        yield (name,), text


def check_orders(scripts: Mapping[str, Any]) -> tuple[tuple[str, ...], list[Found]]:
    """The editions in which a scenario can be played; if there are none, all that is wrong with it
    in the one that it is for, or else in the one that it comes closest to.

    `scripts` is a scenario's steps by kind, read or as they stand in the file, beside its edition.
    """
    wanted = scripts.get("edition")
    names = [name for name in EDITIONS if wanted in (None, name)]
    found = {name: list(_faults_in(scripts, EDITIONS[name])) for name in names}
    legal = tuple(name for name in names if not found[name])
    return legal, [] if legal else min(found.values(), key=_distance, default=[])


def _distance(found: list[Found]) -> tuple[int, int]:
    """How far a scenario is from an edition: first by the words that this does not have."""
    return sum(_LACKING in text for _, text in found), len(found)


def _faults_in(scripts: Mapping[str, Any], edition: Edition) -> Iterator[Found]:
    """Every place where a script breaks the edition's state machines or limits, with what is wrong.
    What is for another edition is checked by that one's, if the scenario is not for this one alone.
    """
    for kind in KINDS:
        steps = scripts.get(kind)
        if not steps or not isinstance(steps, list | tuple):
            continue
        if kind not in edition.kinds and scripts.get("edition"):
            yield (kind,), f"the edition `{edition.name}` has no {kind}s; leave it out"
            continue
        rules = next(e for e in (edition, *EDITIONS.values()) if kind in e.kinds)
        yield from _Walk(kind, rules).whole(outline(kind, steps), (kind,))


class _Walk:
    """Follows every way through a script."""

    def __init__(self, kind: str, edition: Edition) -> None:
        self.kind, self.edition, self.words = kind, edition, words(kind)
        self.machine = edition.machine(kind)
        # Whoever does no work waits for others, and no limit ends that.
        self.inactivity = edition.inactivity if self.machine.works_in else None

    def whole(self, steps: tuple[Outline, ...], path: Path) -> Iterator[Found]:
        """Walk a script from its machine's first status, and see that every way ends."""
        loose: set[str] = set()
        yield from self._steps(steps, path, {self.machine.initial}, loose)
        settled = self.machine.settled
        endless = [s for s in self.machine.statuses if s in loose and s not in settled]
        if endless:
            ends = self._sayable(s for s in self.machine.statuses if s in settled)
            text = (
                f"can stop in {listed(endless, last='or')} and never end; a script ends in {ends}"
            )
            stuck = [
                word for word in self.words if word in endless and REGISTRY[self.kind, word].lasts
            ]
            yield path, text + "".join(f", or says `{word}: stuck`" for word in stuck[:1])

    def _steps(
        self, steps: tuple[Outline, ...], path: Path, before: set[str], loose: set[str]
    ) -> Iterator[Found]:
        """Walk steps that begin in one of `before`. Adds to `loose` the statuses in which the
        script can be when they run out.
        """
        for index, step in enumerate(steps):
            here = (*path, index)
            if not before:
                yield here, _unreachable(step, steps[index - 1])
                return
            if step.is_status:
                yield from self._status(step, here, before)
                before = step.after(self.machine)
                for name, branch in step.branches.items():
                    inside = (*here, step.word, name)
                    yield from self._steps(branch, inside, {step.status(self.machine)}, before)
        loose |= before

    def _status(self, step: Outline, here: Path, before: set[str]) -> Iterator[Found]:
        """What is wrong with one step, whatever its branches say."""
        if step.named:
            yield from self._follows(step.named, here, before)
        if step.step:
            yield from (
                ((*here, step.word, key), why) for key, why in step.step.unreachable_keys.items()
            )
            yield from self._silences(step.step, (*here, step.word))
            yield from ((here, self._lacks("error", error)) for error in self._strange(step.step))

    def _follows(self, step: type[Step], here: Path, before: set[str]) -> Iterator[Found]:
        entered = step.status(self.machine)
        if entered not in self.machine.statuses:
            yield here, self._lacks("status", entered)
            return
        for status in (s for s in self.machine.statuses if s in before):
            after = self.machine.follows[status]
            if entered not in after and not (step.lasts and entered == status):
                text = f"after it may come {self._sayable(after)}"
                yield here, f"`{step.word}` cannot follow `{status}`; {text}"

    def _strange(self, step: Step) -> list[str]:
        """The errors that a step fails with and the edition does not have."""
        return [name for name in step.fails_with if not self.edition.has_error(name)]

    def _lacks(self, what: str, name: str) -> str:
        return f"the edition `{self.edition.name}` {_LACKING} {what} `{name}`"

    def _silences(self, step: Step, here: Path) -> Iterator[Found]:
        """Waits that the inactivity limit ends before they are over."""
        for key, span in step.waits.items():
            if self.inactivity and span.low >= self.inactivity:
                limit = format_duration(self.inactivity)
                text = f"{span} is never over: the inactivity limit fails a run after {limit}"
                yield (*here, key), f"{text} in which nothing happens; write less than {limit}"

    def _sayable(self, statuses: Iterable[str]) -> str:
        """Those of the statuses that a script can bring about; commands bring about the rest."""
        return listed((s for s in statuses if s in self.words), last="or")


def _unreachable(step: Outline, before: Outline) -> str:
    why = "ends the script" if before.named and before.named.ends else "says `stuck`"
    named = f"`{step.word}`" if step.named else "this step"
    return f"{named} is never reached: `{before.word}` before it {why}"
