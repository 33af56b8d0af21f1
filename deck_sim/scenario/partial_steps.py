"""A script as far as it can be read: what is known of its steps although some of them are wrong.

What a wrong step would have been is not known, and nobody is blamed for what may come of it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from pydantic import TypeAdapter, ValidationError

from deck_sim.contract.statuses import Machine
from deck_sim.scenario.steps.statuses import ConnectionStep, RunStep, SessionStep, step_word
from deck_sim.scenario.steps.step import REGISTRY, Step

UNREAD = ""  # stands for the status of a step that cannot be read: it may be any
BRANCHES = ("on_rejected", "on_timeout")
_UNIONS: dict[str, Any] = {
    "connection": ConnectionStep,
    "session": SessionStep,
    "task_run": RunStep,
}


@dataclass(frozen=True, slots=True)
class Outline:
    """One step: its word as it is written, the class that it names, if there is such a step, and
    the step itself, if it can be read.
    """

    word: str
    named: type[Step] | None
    step: Step | None
    branches: Mapping[str, tuple[Outline, ...]] = field(default_factory=dict)

    @property
    def is_status(self) -> bool:
        """Whether it is, or may be, a status."""
        return self.named is None or self.named.is_status

    def status(self, machine: Machine) -> str:
        """The status that it is, of the machine that it may be written for."""
        status = self.named.status(machine) if self.named else UNREAD
        return status if status in machine.statuses else UNREAD

    def after(self, machine: Machine) -> set[str]:
        """The statuses in which it may hand over to the next step."""
        if self.named is None:
            return {UNREAD}
        if self.named.ends or (self.step and self.step.is_stuck):
            return set()
        may_be_stuck = self.step is None and self.named.lasts
        return {UNREAD if may_be_stuck else self.status(machine)}


def outline(kind: str, items: Iterable[Any]) -> tuple[Outline, ...]:
    """The steps of a script or branch, read already or as they stand in a file."""
    return tuple(_outline(kind, item) for item in items)


def _outline(kind: str, item: Any) -> Outline:
    if isinstance(item, Step):
        return Outline(item.word, type(item), item, _outlines(kind, item.branches))
    word, (bare, written) = f"{step_word(item)}", _apart(item)
    step = _read(kind, bare)
    branches = {**(step.branches if step else {}), **written}
    return Outline(word, REGISTRY.get((kind, word)), step, _outlines(kind, branches))


def _outlines(kind: str, branches: Mapping[str, Iterable[Any]]) -> dict[str, tuple[Outline, ...]]:
    return {name: outline(kind, steps) for name, steps in branches.items()}


def _apart(item: Any) -> tuple[Any, dict[str, list[Any]]]:
    """A step without what stands in its branches, so that it can be read alone; and these."""
    word = step_word(item)
    keys = item[word] if isinstance(item, dict) and word is not None else None
    if not isinstance(keys, dict):
        return item, {}
    written = {name: keys[name] for name in BRANCHES if isinstance(keys.get(name), list)}
    return {**item, word: {**keys, **{name: [] for name in written}}}, written


def _read(kind: str, item: Any) -> Step | None:
    try:
        return _reader(kind).validate_python(item)
    except ValidationError:
        return None


@cache
def _reader(kind: str) -> TypeAdapter[Step]:
    reader: TypeAdapter[Step] = TypeAdapter(_UNIONS[kind])
    return reader
