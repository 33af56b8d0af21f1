"""The steps of a script, one class each. A new step is a new class here; reading, checking and
playing find it by its `word` and its `kinds`.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import Discriminator, Field, Tag

from deck_sim.base.durations import Span
from deck_sim.contract.statuses import Machine
from deck_sim.engine.stage import Stage
from deck_sim.engine.story import GO_ON, Wait
from deck_sim.scenario.fields import Length, Many, SpanField
from deck_sim.scenario.steps import effects
from deck_sim.scenario.steps.failures import fails
from deck_sim.scenario.steps.prompts import InteractionRequired
from deck_sim.scenario.steps.step import REGISTRY, Step, compute, words
from deck_sim.scenario.synthesis.outputs import NothingMade, make_output


class _Timed(Step):
    """A status that lasts: a duration, a range, `stuck`, or no time at all."""

    shorthand = "for"
    lasts = True
    length: Length | None = Field(default=None, alias="for")
    """How long it lasts: a duration, a range that the seed draws from, or `stuck`, which
    never ends by itself. Without it no time passes."""

    @property
    def is_stuck(self) -> bool:
        """Whether it says `stuck`."""
        return self.length == "stuck"

    def enter(self, stage: Stage) -> Wait | None:
        """Be in the status for the duration."""
        stage.move_unless_there(self.word)
        if self.length is None:
            return None
        if self.length == "stuck":
            return Wait(None)
        return Wait(stage.draw(self.length), active=True)


class Connecting(_Timed):
    """The agent logs in."""

    word = "connecting"
    kinds = ("connection",)


class Connected(_Timed):
    """The connection can run tasks; with a duration, until it is over."""

    word = "connected"
    kinds = ("connection",)


class Queued(_Timed):
    """The run, or the session, waits for an agent."""

    word = "queued"
    kinds = ("session", "task_run")


class Running(_Timed):
    """The agent works, or logs in. `stuck`: it never moves again by itself."""

    word = "running"
    kinds = ("session", "task_run")


class Idle(_Timed):
    """The session is open, and free for a run; with a duration, until it is over."""

    word = "idle"
    kinds = ("session",)


class _Lost(Step):
    """A status of a connection or session from which only a caller leads on, if anybody does."""

    ends = True

    def enter(self, stage: Stage) -> Wait | None:
        """Enter the status; the script says no more."""
        stage.move(self.word)
        stage.world.stop_story(stage.story.owner)
        return None


class Disconnected(_Lost):
    """The source or the network dropped the connection."""

    word = "disconnected"
    kinds = ("connection",)


class Invalid(_Lost):
    """The source does not take the credentials."""

    word = "invalid"
    kinds = ("connection",)


class SessionFailed(_Lost):
    """The session could not be started, or broke down."""

    word = "failed"
    kinds = ("session",)


class Completed(Step):
    """The run is done. Without `output`, one is made from the task's `output_schema`."""

    word = "completed"
    kinds = ("task_run",)
    ends = True
    output: dict[str, Any] | None = None
    """What the run brings back; without it, made from the task's `output_schema`."""

    def enter(self, stage: Stage) -> Wait | None:
        """Finish."""
        if self.output is None:
            self._make_up(stage)
        else:
            stage.complete(compute(stage, self.output))
        return None

    def _make_up(self, stage: Stage) -> None:
        """Finish with an output of our own; a run for which there is none fails, and says so."""
        world, run = stage.world, stage.story.owner
        try:
            stage.complete(make_output(stage.output_schema, world.seed, run, world.now))
        except NothingMade as error:
            stage.reject_output(error.broken, _NOTHING_MADE)


_NOTHING_MADE = (
    "deck-sim could not make up an output for the task's `output_schema`; give the scenario's"
    " `completed` step an `output:`. The last try broke it: "
)


class _Review(Step):
    """A person must approve. With a duration it is approved when that is over."""

    shorthand = "for"
    length: SpanField | None = Field(default=None, alias="for")
    """How long until it is approved; without it, a person must."""
    on_rejected: Annotated[tuple["RunStep", ...], Many] = fails("task/review_rejected")
    """What follows a rejection; without it, the run fails with `task/review_rejected`."""

    @property
    def waits(self) -> Mapping[str, Span]:
        """How long it may be until it is approved."""
        return {} if self.length is None else {"for": self.length}

    @property
    def branches(self) -> Mapping[str, tuple[Step, ...]]:
        """What follows a rejection."""
        return {"on_rejected": self.on_rejected}

    def enter(self, stage: Stage) -> Wait | None:
        """Wait for the person."""
        stage.move(self.status(stage.world.machine(stage.resource)))
        return Wait(None if self.length is None else stage.draw(self.length))

    def react(self, stage: Stage, word: str, value: Any) -> str:
        """Go on when approved, by a person or by time."""
        return "on_rejected" if word == "reject" else GO_ON


class Pending(_Review):
    """A person must approve. With a duration it is approved when that is over."""

    word = "pending"
    kinds = ("task_run",)


class ReviewRequired(_Review):
    """A person must approve, as the `credentials` edition says it."""

    word = "review_required"
    kinds = ("task_run",)


class Approval(_Review):
    """A person must approve: `pending` or `review_required`, whichever the edition has."""

    word = "approval"
    kinds = ("task_run",)

    @classmethod
    def status(cls, machine: Machine) -> str:
        """The edition's word for it."""
        return machine.approval


class ConnectionInteraction(InteractionRequired):
    """The source asks while the connection is opened."""

    kinds = ("connection",)
    on_rejected: Annotated[tuple["ConnectionStep", ...], Many] = (Invalid.model_construct(),)
    """What follows the last wrong answer; without it, the connection is `invalid`."""
    on_timeout: Annotated[tuple["ConnectionStep", ...], Many] = (Disconnected.model_construct(),)
    """What follows if nobody answers; without it, the connection is `disconnected`."""


class RunInteraction(InteractionRequired):
    """The source asks during the run."""

    kinds = ("task_run",)
    on_rejected: Annotated[tuple["RunStep", ...], Many] = fails("auth/mfa_invalid")
    """What follows the last wrong answer; without it, the run fails with `auth/mfa_invalid`."""
    on_timeout: Annotated[tuple["RunStep", ...], Many] = fails("interaction/interaction_timeout")
    """What follows if nobody answers; without it, the run fails with
    `interaction/interaction_timeout`."""


_WORDS = {word for _, word in REGISTRY}


def step_word(item: Any) -> Any:
    """The word that tells which step an item of a script is."""
    if isinstance(item, dict) and item:
        return next((key for key in item if key in _WORDS), next(iter(item)))
    return item if isinstance(item, str) else None


def _union(kind: str) -> Any:
    members: Any = [Annotated[REGISTRY[kind, word], Tag(word)] for word in words(kind)]
    union = members[0]
    for member in members[1:]:
        union = union | member
    return Annotated[union, Discriminator(step_word)]


if TYPE_CHECKING:
    ConnectionStep = Step
    SessionStep = Step
    RunStep = Step
else:
    ConnectionStep = _union("connection")
    SessionStep = _union("session")
    RunStep = _union("task_run")
for _class in set(REGISTRY.values()):
    _class.model_rebuild()

__all__ = ["ConnectionStep", "RunStep", "SessionStep", "effects", "step_word"]
