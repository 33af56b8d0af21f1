"""The steps of a script of which some cannot be read, for checks that need to know the others.

What an unreadable step would be is not known, so no check reports what may follow from it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from pydantic import ValidationError

from deck_sim.contract.statuses import Machine
from deck_sim.scenario.steps.statuses import step_reader, step_word
from deck_sim.scenario.steps.step import BRANCHES, REGISTRY, Step

UNKNOWN = ""  # the status of a step that cannot be read; it may be any


@dataclass(frozen=True, slots=True)
class PartialStep:
    """A step as far as it is known: its word, its class and its model, each if it can be read."""

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


def read_partial_steps(kind: str, items: Iterable[Any]) -> tuple[PartialStep, ...]:
    """Read the steps of a script or branch; items may be steps that were read before."""
    return tuple(_read(kind, item) for item in items)


def _read(kind: str, item: Any) -> PartialStep:
    if isinstance(item, Step):
        return PartialStep(item.word, type(item), item, _read_branches(kind, item.branches))
    word = step_word(item)
    bare, written = _split_off_branches(item, word)
    try:
        step = step_reader(kind).validate_python(bare)
    except ValidationError:
        step = None
    branches = {**(step.branches if step else {}), **written}
    type_ = REGISTRY.get((kind, f"{word}"))
    return PartialStep(f"{word}", type_, step, _read_branches(kind, branches))


def _read_branches(
    kind: str, branches: Mapping[str, Iterable[Any]]
) -> dict[str, tuple[PartialStep, ...]]:
    return {name: read_partial_steps(kind, steps) for name, steps in branches.items()}


def _split_off_branches(item: Any, word: str | None) -> tuple[Any, dict[str, list[Any]]]:
    # A step can be read although its branches cannot.
    keys = item[word] if isinstance(item, dict) and word is not None else None
    if not isinstance(keys, dict):
        return item, {}
    written = {name: keys[name] for name in BRANCHES if isinstance(keys.get(name), list)}
    return {**item, word: {**keys, **{name: [] for name in written}}}, written
