"""Scripts as the engine plays them: steps, branches and a cursor. The room `scenario` defines the
steps and how they are written.

The cursor is a path: `(2,)` is the third step; `(2, "on_rejected", 0)` is the first step in the
branch `on_rejected` of the third step. After a branch the story continues behind the step that has
the branch. A path is plain data, so a story can be copied, saved, and counted for coverage.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, ClassVar, NamedTuple

from deck_sim.contract.editions import Edition
from deck_sim.contract.error_catalog import ApiError
from deck_sim.engine.records import Immutable

Path = tuple[int | str, ...]

SCRIPT_KINDS = ("connection", "task_run", "session")  # of the resources that play a script


def watched_kinds(edition: Edition) -> list[str]:
    """Return the kinds whose statuses a user follows: kinds that play scripts, and the login."""
    return [kind for kind in edition.kinds if kind in (*SCRIPT_KINDS, edition.login)]


# What `Step.react` returns; any other text names a branch.
STAY = "stay"  # enter the step again
GO_ON = "go_on"

WRONG_ANSWER = "wrong answer"  # how the entry of a rejected answer begins in the timeline


class ScriptError(Exception):
    """A script that cannot continue, for example because an expression fails."""


class Wait(NamedTuple):
    """The time for which a story stays at a step, and the meaning of the wait's end."""

    span: timedelta | None  # None: only a word from outside, or a limit, ends the wait
    active: bool = False  # the agent is working, so the inactivity limit does not count
    is_timeout: bool = False  # the end of the wait is a timeout, not progress


class Step(ABC):
    """One step of a script."""

    word: ClassVar[str]

    @property
    @abstractmethod
    def branches(self) -> Mapping[str, tuple[Step, ...]]:
        """The branches that may follow instead of the next step."""

    @property
    def refusal(self) -> ApiError | None:
        """The error to answer the call with, if the step refuses it; None starts the script."""
        return None

    # `stage` is a `Stage`; its module imports this one.

    @abstractmethod
    def enter(self, stage: Any) -> Wait | None:
        """Play the step. Return a wait, or None to continue with the next step at once."""

    def react(self, stage: Any, word: str, value: Any) -> str:
        """React to `due`, `answer`, `approve` or `reject`; return STAY, GO_ON or a branch."""
        return GO_ON


@dataclass(frozen=True, slots=True)
class Script(Immutable):
    """The script of one connection, session or run."""

    scenario: str
    kind: str
    steps: tuple[Step, ...]
    source: Mapping[str, Any] = field(default_factory=dict)  # of the scenario, as it was written
    faults: tuple[Any, ...] = ()  # injected when it starts
    head: Path = ()  # where the steps stand in the file, below the kind
    task_timeout: timedelta | None = None  # of its runs, instead of the default of a task

    @property
    def refusal(self) -> ApiError | None:
        """The error to answer a call with that starts the script; None if the script starts."""
        first = self.at((0,))
        return first.refusal if first else None

    def at(self, path: Path) -> Step | None:
        """Return the step at `path`, or None after the last step."""
        # Most scripts do not branch.
        steps, index = self._level(path) if len(path) > 1 else (self.steps, int(path[0]))
        return steps[index] if index < len(steps) else None

    def behind(self, path: Path) -> Path:
        """Return the path that follows the step at `path`."""
        path = (*path[:-1], int(path[-1]) + 1)
        while len(path) > 1 and self.at(path) is None:
            path = (*path[:-3], int(path[-3]) + 1)
        return path

    def into(self, path: Path, branch: str) -> Path:
        """Return the path of the first step of a branch; an empty branch is skipped."""
        steps, index = self._level(path)
        return (*path, branch, 0) if steps[index].branches[branch] else self.behind(path)

    def _level(self, path: Path) -> tuple[tuple[Step, ...], int]:
        steps, index = self.steps, int(path[0])
        for position in range(1, len(path), 2):
            steps, index = steps[index].branches[str(path[position])], int(path[position + 1])
        return steps, index


@dataclass(frozen=True, slots=True)
class Held:
    """The hold that stops a story, and the path at which the story continues."""

    hold: str
    since: datetime
    next_path: Path
    next_attempts: int


@dataclass(slots=True)
class Story:
    """A script being played for one connection, session or run."""

    owner: str
    script: Script
    path: Path = (0,)
    attempts: int = 0  # wrong answers to the prompt that is open
    held: Held | None = None  # while set, `path` is the step that still reacts to words

    def __deepcopy__(self, memo: dict[int, object]) -> Story:
        return replace(self)  # all that it holds is immutable

    @property
    def step(self) -> Step | None:
        """The step at the cursor, or None at the end."""
        return self.script.at(self.path)

    @property
    def place(self) -> Path:
        """The path of the step at the cursor in its scenario, in the form that coverage uses."""
        return (self.script.kind, *self.script.head, *self.path)

    def go(self, turn: str) -> None:
        """Move the cursor to the next step, or into the branch called `turn`."""
        here, self.attempts = self.path, 0
        on = turn == GO_ON
        self.path = self.script.behind(here) if on else self.script.into(here, turn)
