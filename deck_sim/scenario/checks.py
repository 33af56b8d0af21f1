"""Whether a script can be played: every status may follow the one before it, and it comes to an
end.
"""

from collections.abc import Iterable, Iterator
from typing import Any

from deck_sim.contract.editions import EDITIONS, Edition
from deck_sim.errors import CATALOG, listed
from deck_sim.scenario.kinds import KINDS
from deck_sim.scenario.model import Scenario
from deck_sim.scenario.step import REGISTRY, Step, words
from deck_sim.scenario.templates import is_template, template_faults
from deck_sim.scenario.yaml_reader import Path

Found = tuple[Path, str]


def check_expressions(data: Any) -> Iterator[Found]:
    """Every text of a file with an expression in it that cannot be read."""
    for path, text in _texts(data, ()):
        if not is_template(text) or path == ("summary",):
            continue
        if path[0] in KINDS:
            yield from ((path, message) for message in template_faults(text))
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


def check_orders(scenario: Scenario) -> tuple[tuple[str, ...], list[Found]]:
    """The editions in which a scenario can be played; if there are none, all that is wrong with it
    in the one that it is for, or else in the one that it comes closest to.
    """
    wanted = [scenario.edition] if scenario.edition else [*EDITIONS]
    found = {name: list(_faults_in(scenario, EDITIONS[name])) for name in wanted}
    legal = tuple(name for name in wanted if not found[name])
    return legal, [] if legal else min(found.values(), key=len)


def _faults_in(scenario: Scenario, edition: Edition) -> Iterator[Found]:
    """Every place where a script breaks the edition's state machines, with what is wrong. What is
    for another edition is checked by that one's, if the scenario is not for this one alone.
    """
    for kind in KINDS:
        steps = getattr(scenario, kind)
        if steps is None:
            continue
        if kind not in edition.kinds and scenario.edition:
            yield (kind,), f"the edition `{edition.name}` has no {kind}s; leave it out"
            continue
        rules = next(e for e in (edition, *EDITIONS.values()) if kind in e.kinds)
        yield from _Walk(kind, rules).whole(steps, (kind,))


class _Walk:
    """Follows every way through a script."""

    def __init__(self, kind: str, edition: Edition) -> None:
        self.kind, self.edition, self.words = kind, edition, words(kind)
        self.machine = edition.machine(kind)

    def whole(self, steps: tuple[Step, ...], path: Path) -> Iterator[Found]:
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
        self, steps: tuple[Step, ...], path: Path, before: set[str], loose: set[str]
    ) -> Iterator[Found]:
        """Walk steps that begin in one of `before`. Adds to `loose` the statuses in which the
        script can be when they run out.
        """
        for index, step in enumerate(steps):
            here = (*path, index)
            if not before:
                yield here, _unreachable(step, steps[index - 1])
                return
            if not step.is_status:
                continue
            yield from self._follows(step, here, before)
            yield from (((*here, step.word, key), why) for key, why in step.vain.items())
            status = step.status(self.machine)
            before = set() if step.ends or step.is_stuck else {status}
            for name, branch in step.branches.items():
                yield from self._steps(branch, (*here, step.word, name), {status}, before)
        loose |= before

    def _follows(self, step: Step, here: Path, before: set[str]) -> Iterator[Found]:
        entered = step.status(self.machine)
        if entered not in self.machine.statuses:
            yield here, f"the edition `{self.edition.name}` has no status `{entered}`"
            return
        for error in step.fails_with:
            if not CATALOG[error].is_of(self.edition.name):
                yield here, f"the edition `{self.edition.name}` has no error `{error}`"
        for status in (s for s in self.machine.statuses if s in before):
            after = self.machine.follows[status]
            if entered not in after and not (step.lasts and entered == status):
                text = f"after it may come {self._sayable(after)}"
                yield here, f"`{step.word}` cannot follow `{status}`; {text}"

    def _sayable(self, statuses: Iterable[str]) -> str:
        """Those of the statuses that a script can bring about; commands bring about the rest."""
        return listed((s for s in statuses if s in self.words), last="or")


def _unreachable(step: Step, before: Step) -> str:
    why = "ends the script" if before.ends else "says `stuck`"
    return f"`{step.word}` is never reached: `{before.word}` before it {why}"
