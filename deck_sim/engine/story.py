"""What a script is to the engine: steps, branches and a cursor. Which steps exist, and how they are
written down, is the scenario package's business.

A cursor is a path: `(2,)` is the third step; `(2, "on_rejected", 0)` the first step of that branch
of it. When a branch runs out, the story goes on behind the step that it branched off from, as an
`if` does. A path is plain data, so a story can be copied, saved, and counted for coverage.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any, ClassVar, Protocol

if TYPE_CHECKING:
    from deck_sim.engine.holds import Held
    from deck_sim.engine.injected import Fault
    from deck_sim.engine.stage import Stage

Path = tuple[int | str, ...]

KINDS = ("connection", "task_run", "session")  # of the resources that play a script

STAY = "stay"  # play the step again
GO_ON = "go_on"  # any other answer of `Step.hear` names a branch

WRONG_ANSWER = "wrong answer"  # how the timeline's line begins that tells of one


class ScriptError(Exception):
    """A script that cannot be played on, because of what it says: an expression that fails."""


@dataclass(frozen=True, slots=True)
class Wait:
    """Why a story stands still.

    `span` is None if only a word from outside, or a limit, ends the wait. `active` says whether the
    agent is at work meanwhile, which keeps the inactivity limit away; `patience` whether the wait
    ends because somebody's patience does, which is no progress.
    """

    span: timedelta | None
    active: bool = False
    patience: bool = False


class Step(Protocol):
    """One step of a script."""

    word: ClassVar[str]

    @property
    def branches(self) -> Mapping[str, tuple[Step, ...]]:
        """The branches that may follow instead of the next step."""

    def enter(self, stage: Stage) -> Wait | None:
        """Do what the step does; None goes on to the next at once."""

    def react(self, stage: Stage, word: str, value: Any) -> str:
        """Answer a word (`due`, `answer`, `approve`, `reject`): STAY, GO_ON or a branch's name."""


@dataclass(frozen=True, slots=True)
class Script:
    """What one connection or run plays. Immutable, so that copies of a world share it."""

    scenario: str
    kind: str
    steps: tuple[Step, ...]
    source: Mapping[str, Any] = field(default_factory=dict)  # of the scenario, as it was written
    faults: tuple[Fault, ...] = ()  # what goes wrong meanwhile

    def __deepcopy__(self, memo: dict[int, object]) -> Script:
        return self

    def at(self, path: Path) -> Step | None:
        """The step that `path` points to, or None behind the last."""
        steps, index = self._level(path)
        return steps[index] if index < len(steps) else None

    def behind(self, path: Path) -> Path:
        """The path that follows `path` when its step is done."""
        path = (*path[:-1], int(path[-1]) + 1)
        while len(path) > 1 and self.at(path) is None:
            path = (*path[:-3], int(path[-3]) + 1)
        return path

    def into(self, path: Path, branch: str) -> Path:
        """The path of the first step of a branch; an empty branch is passed by."""
        steps, index = self._level(path)
        return (*path, branch, 0) if steps[index].branches[branch] else self.behind(path)

    def _level(self, path: Path) -> tuple[tuple[Step, ...], int]:
        """The list of steps that a path ends in, and the place in it."""
        steps, index = self.steps, int(path[0])
        for position in range(1, len(path), 2):
            steps, index = steps[index].branches[str(path[position])], int(path[position + 1])
        return steps, index


@dataclass(slots=True)
class Story:
    """A script being played for one connection or run."""

    owner: str
    script: Script
    path: Path = (0,)
    attempts: int = 0  # wrong answers to the prompt that is open
    held: Held | None = None  # it stands at a hold, and listens at its path meanwhile

    @property
    def step(self) -> Step | None:
        """The step that the story is at, or None at its end."""
        return self.script.at(self.path)

    def go(self, turn: str) -> None:
        """Move the cursor on, or into the branch called `turn`."""
        here, self.attempts = self.path, 0
        on = turn == GO_ON
        self.path = self.script.behind(here) if on else self.script.into(here, turn)
