"""Scripts as the engine plays them: steps, branches and a cursor. The room `scenario` defines the
steps and how they are written.

The cursor is a path: `(2,)` is the third step; `(2, "on_rejected", 0)` is the first step in the
branch `on_rejected` of the third step. After a branch the story continues after the step that has
the branch. A path is plain data, so stories can be copied and saved, and steps can be counted
for coverage.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, ClassVar

from deck_sim.contract.editions import Edition
from deck_sim.contract.error_catalog import ApiError
from deck_sim.engine.world_values import Immutable, value_class

Path = tuple[int | str, ...]

SCRIPT_KINDS = ("connection", "task_run", "session")  # of the resources that play a script


def watched_kinds(edition: Edition) -> list[str]:
    """Return the kinds whose statuses clients follow: those with scripts, and that of logins."""
    return [kind for kind in edition.kinds if kind in (*SCRIPT_KINDS, edition.login)]


# What `Step.react` returns; any other text names a branch.
STAY = "stay"  # enter the step again
GO_ON = "go_on"

WRONG_ANSWER = "wrong answer"  # how the timeline entry of a rejected answer begins


class ScriptError(Exception):
    """A script that cannot continue, for example because an expression fails."""


@value_class
class Wait:
    """The time for which a story stays at a step, and the meaning of the wait's end."""

    span: timedelta | None  # None: only an answer, a verdict or a limit ends the wait
    active: bool = False  # the agent is working, so the inactivity limit does not apply
    is_timeout: bool = False  # the end of the wait is a timeout, not progress


class Step(ABC):
    """One step of a script, as the engine plays it."""

    word: ClassVar[str]

    @property
    @abstractmethod
    def branches(self) -> Mapping[str, tuple[Step, ...]]:
        """The branches that may follow instead of the next step, by name."""

    @property
    def refusal(self) -> ApiError | None:
        """The error that a call gets if its script begins with this step; None if it may start."""
        return None

    # `context` is a `StepContext`; its module imports this one.

    @abstractmethod
    def enter(self, context: Any) -> Wait | None:
        """Play the step. Return a wait, or None to continue with the next step at once."""

    def react(self, context: Any, word: str, value: Any) -> str:
        """React to `due`, `answer`, `approve` or `reject`; return STAY, GO_ON or a branch name."""
        return GO_ON


@value_class
class Position:
    """A place in a script at which a cursor can stand: a step, or the end of the script."""

    step: Step | None  # None: the end
    name: str  # its path as text
    place: Path  # in the scenario, from the kind on
    counted_as: tuple[str, str, Path]  # the scenario, the kind and the path below the kind
    behind: Path  # the path of the position that follows
    branches: Mapping[str, Path]  # the path that each branch leads to; an empty branch is skipped


@dataclass(frozen=True, slots=True)
class Script(Immutable):
    """The part of a scenario that one connection, session or run plays: steps and faults."""

    scenario: str
    kind: str
    steps: tuple[Step, ...]
    source: Mapping[str, Any] = field(default_factory=dict)  # of the scenario, as it was written
    faults: tuple[Any, ...] = ()  # injected when the script starts
    head: Path = ()  # where the steps stand in the file, below the kind
    task_timeout: timedelta | None = None  # of its run, instead of the default of tasks
    positions: dict[Path, Position] = field(default_factory=dict, compare=False, repr=False)

    def __post_init__(self) -> None:
        end = (len(self.steps),)
        self._add(None, end, end)
        self._add_steps(self.steps, (), end)

    @property
    def refusal(self) -> ApiError | None:
        """The error that answers the call that would start the script; None if it starts."""
        first = self.positions[0,].step
        return first.refusal if first else None

    def _add_steps(self, steps: tuple[Step, ...], level: Path, end: Path) -> None:
        for index, step in enumerate(steps):
            path, is_last = (*level, index), index == len(steps) - 1
            behind = end if is_last else (*level, index + 1)
            self._add(step, path, behind)
            for name, branch in step.branches.items():
                self._add_steps(branch, (*path, name), behind)

    def _add(self, step: Step | None, path: Path, behind: Path) -> None:
        branches = step.branches.items() if step else ()
        here = (*self.head, *path)
        self.positions[path] = Position(
            step,
            "/".join(map(str, path)),
            (self.kind, *here),
            (self.scenario, self.kind, here),
            behind,
            {name: (*path, name, 0) if branch else behind for name, branch in branches},
        )


@dataclass(frozen=True, slots=True)
class Held:
    """The hold that stops a story, and the path at which the story continues after the release."""

    hold_id: str
    since: datetime
    next_path: Path
    next_wrong_answers: int


@dataclass(slots=True)
class Story:
    """A script being played for one connection, session or run."""

    owner: str
    script: Script
    path: Path = (0,)
    wrong_answers: int = 0  # to the prompt that is open
    held: Held | None = None  # while set, `path` is the step that still reacts to words

    def __deepcopy__(self, memo: dict[int, object]) -> Story:
        return replace(self)  # all that it holds is immutable

    @property
    def position(self) -> Position:
        return self.script.positions[self.path]

    @property
    def step(self) -> Step | None:
        """The step at the cursor, or None at the end."""
        return self.position.step

    def go(self, turn: str) -> None:
        """Move the cursor to the next step (GO_ON), or into the branch called `turn`."""
        here, self.wrong_answers = self.script.positions[self.path], 0
        self.path = here.behind if turn == GO_ON else here.branches[turn]
