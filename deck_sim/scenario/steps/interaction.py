"""The step that asks the user something: its prompt, the answers it takes, and its branches."""

from collections.abc import Mapping
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import Field, model_validator

from deck_sim.contract.interactions import PROMPTS
from deck_sim.durations import Span
from deck_sim.engine.stage import Stage
from deck_sim.engine.story import GO_ON, STAY, Wait
from deck_sim.errors import listed
from deck_sim.scenario.matching import as_text
from deck_sim.scenario.steps.base import Step, compute
from deck_sim.scenario.steps.statuses import Disconnected, Invalid, fails
from deck_sim.scenario.values import Many, OneOrMany, SpanField, Strict, fault

if TYPE_CHECKING:
    ConnectionStep = Step
    RunStep = Step


class AskedField(Strict):
    """One field of the form that the interaction shows."""

    name: str = Field(min_length=1)
    """The key of the answer."""
    type: str = "string"
    """The type of the value, as the API shows it."""
    label: str | None = None
    """What the form calls it; the name if it does not say."""


class _Interaction(Step):
    """The source asks the user something."""

    word = "interaction_required"
    shorthand = "type"
    type: str = Field(default="mfa", min_length=1)
    """`mfa`, `security_question`, `account_selection`, or a new type, which needs `fields`."""
    message: str | None = None
    """What the user is told; each documented type has a usual text."""
    fields: Annotated[tuple[AskedField, ...], Many] = ()
    """What is asked for; each documented type has a usual field."""
    accept: Annotated[tuple[dict[str, Any], ...], Many, OneOrMany()] = ()
    """The right answer, or a list of them, compared as text; globs. Without it, any answer is."""
    attempts: int | None = Field(default=None, ge=1, le=1000)
    """How many answers may be given before `on_rejected`; 3 if it does not say."""
    timeout: SpanField | None = None
    """How long each prompt waits for its answer before `on_timeout`; 5m if it does not say."""
    on_rejected: Any
    on_timeout: Any

    @model_validator(mode="after")
    def _asks_and_accepts_the_same(self) -> "_Interaction":
        """A type that Deck does not document needs fields; what is accepted must be asked for."""
        if not self.fields and self.type not in PROMPTS:
            raise fault(
                f"type {self.type!r} is not one of {listed(PROMPTS)}, so `fields` is required"
            )
        asked = [field["name"] for field in self.prompt["fields"]]
        for name in (name for answer in self.accept for name in answer if name not in asked):
            raise fault(
                f"`accept` names {name!r}, which is not asked for; asked are {listed(asked)}"
            )
        return self

    @property
    def vain(self) -> tuple[str, ...]:
        """What is written here and can never matter."""
        if self.accept:
            return ()
        written = [name for name in ("attempts", "on_rejected") if name in self.model_fields_set]
        return tuple(
            f"`{name}` is never needed: without `accept` any answer is right" for name in written
        )

    @property
    def prompt(self) -> dict[str, Any]:
        """The `interaction` that the API shows."""
        usual = PROMPTS.get(self.type)
        fields = (
            self.fields or (AskedField(name=usual.field, label=usual.label),)
            if usual
            else self.fields
        )
        return {
            "type": self.type,
            "message": self.message or (usual.message if usual else "Please answer."),
            "fields": [
                {"name": f.name, "type": f.type, "label": f.label or f.name} for f in fields
            ],
        }

    @property
    def branches(self) -> Mapping[str, tuple[Step, ...]]:
        """What follows the last wrong answer, and no answer."""
        return {"on_rejected": self.on_rejected, "on_timeout": self.on_timeout}

    def enter(self, stage: Stage) -> Wait | None:
        """Ask, or ask again; each time the window is whole."""
        stage.move(self.word, interaction=compute(stage, self.prompt))
        window = stage.world.rules.interaction_window
        return Wait(stage.draw(self.timeout or Span(window, window)), patience=True)

    def hear(self, stage: Stage, word: str, value: Any) -> str:
        """Go on after a right answer, ask again after a wrong one, give up after the last."""
        if word == "due":
            return "on_timeout"
        if self._accepts(stage, value):
            return GO_ON
        stage.story.attempts += 1
        limit = self.attempts or stage.world.rules.interaction_attempts
        return STAY if stage.story.attempts < limit else "on_rejected"

    def _accepts(self, stage: Stage, inputs: Mapping[str, Any]) -> bool:
        answers = compute(stage, list(self.accept))
        return not answers or any(
            all(fnmatchcase(as_text(inputs[name]), as_text(want)) for name, want in answer.items())
            for answer in answers
        )


class ConnectionInteraction(_Interaction):
    """The source asks while the connection is opened."""

    kinds = ("connection",)
    on_rejected: Annotated[tuple["ConnectionStep", ...], Many] = (Invalid.model_construct(),)
    on_timeout: Annotated[tuple["ConnectionStep", ...], Many] = (Disconnected.model_construct(),)


class RunInteraction(_Interaction):
    """The source asks during the run."""

    kinds = ("task_run",)
    on_rejected: Annotated[tuple["RunStep", ...], Many] = fails("auth/mfa_invalid")
    on_timeout: Annotated[tuple["RunStep", ...], Many] = fails("interaction/interaction_timeout")
