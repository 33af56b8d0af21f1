"""The steps that are statuses. A new step is a row or a class here, or a class in a neighboring
module; reading, checking and playing find the step in `STEP_CLASSES`.
"""

from functools import reduce
from operator import or_
from types import new_class
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import ConfigDict, Discriminator, Field, Tag

from deck_sim.base.durations import Span
from deck_sim.base.validation import Many
from deck_sim.contract.machines import Machine
from deck_sim.engine.script import GO_ON, Wait
from deck_sim.engine.step_context import StepContext
from deck_sim.scenario.outputs import NOTHING_FITS, NoValidOutput, make_output
from deck_sim.scenario.steps import effects as effects  # registers its steps
from deck_sim.scenario.steps.failures import fails
from deck_sim.scenario.steps.prompts import InteractionRequired
from deck_sim.scenario.steps.step import (
    STEP_CLASSES,
    SpanField,
    Step,
    StepLength,
    compute,
    step_words,
)


class _Timed(Step):
    shorthand = "for"
    lasts = True
    length: StepLength | None = Field(default=None, alias="for")
    """How long the status lasts; `stuck` never ends by itself. If omitted, no time passes."""

    def enter(self, context: StepContext) -> Wait | None:
        if context.resource.status != self.word:
            context.move(self.word)
        if isinstance(self.length, Span):
            return Wait(context.draw(self.length), active=True)
        return Wait(None) if self.length == "stuck" else None


class _Terminal(Step):
    ends = True

    def enter(self, context: StepContext) -> None:
        context.move(self.status(context.world.machine(context.resource)))
        context.world.stop_story(context.story.owner)


class _Canceled(_Terminal):
    """The run is canceled without a call, and gets the status that a cancel call leads to."""

    @classmethod
    def status(cls, machine: Machine) -> str:
        return machine.status_after_cancel


class Completed(Step):
    """The run ends with an output; it fails if this does not fit the task's `output_schema`."""

    word = "completed"
    kinds = ("task_run",)
    ends = True
    shows = ("result",)
    output: dict[str, Any] | None = None
    """The output. If omitted: null if `result` is not `success`, otherwise generated from the
    task's `output_schema`."""
    result: Literal["success", "failure", "unknown"] | None = None
    """The result, only in the edition `credentials`. If omitted, `success`."""

    def enter(self, context: StepContext) -> None:
        fields = {} if self.result is None else {"result": self.result}
        if self.output is not None:
            context.complete(compute(context, self.output), **fields)
        elif self.result not in (None, "success"):
            context.move(self.word, output=None, **fields)
        else:
            world, run = context.world, context.story.owner
            try:
                output = make_output(context.output_schema, world.seed, run, world.now)
                context.complete(output, **fields)
            except NoValidOutput as error:
                why = NOTHING_FITS.format(name="output", step=self.word)
                context.reject("task/output_invalid", error.problems, why)


class Review(Step):
    """A status in which a run waits for a reviewer."""

    shorthand = "for"
    length: SpanField | None = Field(default=None, alias="for")
    """The time until the run is approved. If omitted, a person must approve."""
    on_rejected: Annotated[tuple["RunStep", ...], Many] = fails("task/review_rejected")
    """Steps after a rejection. If omitted, the run fails with `task/review_rejected`."""

    def enter(self, context: StepContext) -> Wait | None:
        context.move(self.status(context.world.machine(context.resource)))
        return Wait(None if self.length is None else context.draw(self.length))

    def react(self, context: StepContext, word: str, value: Any) -> str:
        return "on_rejected" if word == "reject" else GO_ON


class _Approval(Review):
    """The status in which a run waits for a reviewer, under one name for all editions."""

    @classmethod
    def status(cls, machine: Machine) -> str:
        return machine.review_status


def _add_status(base: type[Step], word: str, kinds: tuple[str, ...], doc: str) -> None:
    """Make and register a step that differs from `base` only in its word and docstring."""
    name = "_".join((*(kinds if len(kinds) == 1 else ()), word)).title().replace("_", "")
    # Or else pydantic looks for the docstrings of fields in the source of every module.
    config = ConfigDict(use_attribute_docstrings=False)
    members = {"__doc__": doc, "__module__": __name__, "word": word, "kinds": kinds}
    new_class(name, (base,), {}, lambda body: body.update(members, model_config=config))


_add_status(_Timed, "connecting", ("connection",), "The agent logs in.")
_add_status(_Timed, "connected", ("connection",), "The connection can run tasks.")
_DROPPED = "The source or the network drops the connection."
_add_status(_Terminal, "disconnected", ("connection",), _DROPPED)
_add_status(_Terminal, "invalid", ("connection",), "The source rejects the credentials.")
_ENDED = "The connection is ended, but not by the client."
_add_status(_Terminal, "terminated", ("connection",), _ENDED)
_add_status(_Timed, "queued", ("session", "task_run"), "The run or session waits for an agent.")
_add_status(_Timed, "running", ("session", "task_run"), "The agent works or logs in.")
_add_status(_Timed, "idle", ("session",), "The session is open and free for a run.")
_add_status(_Terminal, "failed", ("session",), "The session does not start, or fails later.")
_add_status(_Canceled, "canceled", ("task_run",), "The run is canceled, but not by the client.")
_APPROVED = "A person must approve; or, with a duration, the run is approved after that time."
_add_status(Review, "pending", ("task_run",), f"{_APPROVED} For edition `connections`.")
_add_status(Review, "review_required", ("task_run",), f"{_APPROVED} For edition `credentials`.")
_add_status(_Approval, "approval", ("task_run",), f"{_APPROVED} For every edition.")


_INVALID = (STEP_CLASSES["connection", "invalid"].model_construct(),)
_DISCONNECTED = (STEP_CLASSES["connection", "disconnected"].model_construct(),)


class RunInteraction(InteractionRequired):
    """The source asks for input, such as a code, and the run waits for the answer."""

    kinds = ("task_run",)
    on_rejected: Annotated[tuple["RunStep", ...], Many] = fails("auth/mfa_invalid")
    """Steps after the last wrong answer. If omitted, the run fails with `auth/mfa_invalid`."""
    on_timeout: Annotated[tuple["RunStep", ...], Many] = fails("interaction/interaction_timeout")
    """Steps after `timeout`. If omitted, the run fails with `interaction/interaction_timeout`."""


class ConnectionInteraction(InteractionRequired):
    """The source asks for input while the connection opens."""

    kinds = ("connection",)
    on_rejected: Annotated[tuple["ConnectionStep", ...], Many] = _INVALID
    """Steps after the last wrong answer. If omitted, the connection is `invalid`."""
    on_timeout: Annotated[tuple["ConnectionStep", ...], Many] = _DISCONNECTED
    """Steps after `timeout`. If omitted, the connection is `disconnected`."""


WORDS = {word for _, word in STEP_CLASSES}


def step_word(item: Any) -> Any:
    """Return the word of a step, known or not; None if the value has no word."""
    if isinstance(item, dict) and item:
        return next((key for key in item if key in WORDS), next(iter(item)))
    return item if isinstance(item, str) else None


def _union(kind: str) -> Any:
    members: Any = [Annotated[STEP_CLASSES[kind, word], Tag(word)] for word in step_words(kind)]
    return Annotated[reduce(or_, members), Discriminator(step_word)]


if TYPE_CHECKING:
    ConnectionStep = Step
    SessionStep = Step
    RunStep = Step
else:
    ConnectionStep = _union("connection")
    SessionStep = _union("session")
    RunStep = _union("task_run")
for _class in set(STEP_CLASSES.values()):
    _class.model_rebuild()
