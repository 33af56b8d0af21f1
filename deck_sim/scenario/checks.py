"""Whether a script can be played: every status may follow the one before it, and it comes to an
end.
"""

from collections.abc import Generator, Iterator
from typing import Any

from deck_sim.contract.editions import DEFAULT_EDITION, EDITIONS
from deck_sim.contract.statuses import Machine
from deck_sim.errors import listed
from deck_sim.scenario.model import KINDS, Scenario
from deck_sim.scenario.steps import Step
from deck_sim.scenario.templates import is_template, template_faults
from deck_sim.scenario.yaml_reader import Path

Found = tuple[Path, str]


def check_expressions(data: Any) -> Iterator[Found]:
    """Every text of a file with an expression in it that cannot be read."""
    for path, text in _texts(data, ()):
        if is_template(text) and path != ("summary",):
            yield from ((path, message) for message in template_faults(text))


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


def check_orders(scenario: Scenario) -> Iterator[Found]:
    """Every place where a script breaks the edition's state machines, with what is wrong."""
    edition = EDITIONS[scenario.edition or DEFAULT_EDITION]
    for kind in KINDS:
        steps = getattr(scenario, kind)
        if steps is not None:
            yield from _Walk(edition.machine(kind)).whole(steps, (kind,))


class _Walk:
    """Follows every way through a script."""

    def __init__(self, machine: Machine) -> None:
        self.machine = machine

    def whole(self, steps: tuple[Step, ...], path: Path) -> Iterator[Found]:
        """Walk a script from its machine's first status, and see that every way ends."""
        open_ends = yield from self._steps(steps, path, {self.machine.initial})
        loose = [s for s in self.machine.statuses if s in open_ends - self.machine.settled]
        if loose:
            settled = [s for s in self.machine.statuses if s in self.machine.settled]
            yield (
                path,
                f"can stop in {listed(loose, last='or')} and never end; a script ends in"
                f" {listed(settled, last='or')}, or says `stuck`",
            )

    def _steps(
        self, steps: tuple[Step, ...], path: Path, before: set[str]
    ) -> Generator[Found, None, set[str]]:
        """Walk steps that begin in one of `before`; returns the statuses it may go on from."""
        last = None
        for index, step in enumerate(steps):
            here = (*path, index)
            if last and not before:
                yield here, f"`{step.word}` can never be reached: {self._why_over(last)}"
                return before
            if step.is_status:
                yield from self._follows(step, here, before)
                yield from ((here, message) for message in step.vain)
                before = set() if self._is_over(step) else {step.word}
                for name, branch in step.branches.items():
                    place = (*here, step.word, name)
                    before |= yield from self._steps(branch, place, {step.word})
                last = step
        return before

    def _follows(self, step: Step, here: Path, before: set[str]) -> Iterator[Found]:
        for status in [s for s in self.machine.statuses if s in before]:
            goes_on = status == step.word and step.lasts
            if step.word not in self.machine.follows[status] and not goes_on:
                after = listed(self.machine.follows[status], last="or")
                yield here, f"`{step.word}` cannot follow `{status}`; after it may come {after}"

    def _is_over(self, step: Step) -> bool:
        """Whether nothing of the script comes after a step."""
        return step.ends or self.machine.is_final(step.word) or _is_stuck(step)

    def _why_over(self, step: Step) -> str:
        return "the step before it says `stuck`" if _is_stuck(step) else f"`{step.word}` is the end"


def _is_stuck(step: Step) -> bool:
    return getattr(step, "length", None) == "stuck"
