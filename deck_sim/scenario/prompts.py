"""What the source asks, which answers it takes, and what comes of them."""

from collections.abc import Mapping
from fnmatch import fnmatchcase
from typing import Annotated, Any

from pydantic import Field, field_validator, model_validator

from deck_sim.contract.interactions import PROMPTS
from deck_sim.durations import Span
from deck_sim.engine.stage import Stage
from deck_sim.engine.story import GO_ON, STAY, Wait
from deck_sim.errors import listed, quote
from deck_sim.scenario.step import Many, Step, Strict
from deck_sim.scenario.values import SpanField, Wanted, fault, matching


class AskedField(Strict):
    """One field of the form that the interaction shows."""

    name: str = Field(min_length=1)
    type: str = "string"
    label: str | None = None


class Asking(Step):
    """The source asks the user something. The two kinds of script differ in what follows."""

    word = "interaction_required"
    shorthand = "type"
    type: str = Field(default="mfa", min_length=1)
    message: str | None = None
    fields: Annotated[tuple[AskedField, ...], Many] = ()
    accept: tuple[dict[str, Wanted], ...] | None = None  # None: any answer; (): no answer is right
    attempts: int | None = Field(default=None, ge=1, le=1000)
    timeout: SpanField | None = None
    on_rejected: Any
    on_timeout: Any

    @field_validator("accept", mode="before")
    @classmethod
    def _one_or_many(cls, value: Any) -> Any:
        """Read one mapping, or a list of them, any of which will do."""
        return tuple(value) if isinstance(value, list) else (value,)

    @model_validator(mode="after")
    def _asks_and_accepts_the_same(self) -> "Asking":
        """A type that Deck does not document needs fields; what is accepted must be asked for."""
        if not self.fields and self.type not in PROMPTS:
            raise fault(
                f"type {quote(self.type)} is not one of {listed(PROMPTS)}, so `fields` is required"
            )
        asked = self._asked
        for name in (name for name in asked if asked.count(name) > 1):
            raise fault(f"`fields` asks for {quote(name)} twice")
        for name in (name for answer in self.accept or () for name in answer if name not in asked):
            raise fault(
                f"`accept` names {quote(name)}, which is not asked for; asked are {listed(asked)}"
            )
        return self

    @property
    def prompt(self) -> dict[str, Any]:
        """The `interaction` that the API shows."""
        usual = PROMPTS.get(self.type)
        fields = self.fields
        if usual and not fields:
            fields = (AskedField(name=usual.field, label=usual.label),)
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

    @property
    def right_answer(self) -> dict[str, str]:
        """An answer that is accepted, if any is."""
        wanted = self.accept[0] if self.accept else {}
        return {name: matching(wanted.get(name, "*")) for name in self._asked}

    def enter(self, stage: Stage) -> Wait | None:
        """Ask, or ask again; each time the window is whole."""
        stage.move(self.word, interaction=self.prompt)
        window = stage.world.rules.interaction_window
        return Wait(stage.draw(self.timeout or Span(window, window)), patience=True)

    def hear(self, stage: Stage, word: str, value: Any) -> str:
        """Go on after a right answer, ask again after a wrong one, give up after the last."""
        if word == "due":
            return "on_timeout"
        if self._accepts(value):
            return GO_ON
        stage.story.attempts += 1
        limit = self.attempts or stage.world.rules.interaction_attempts
        return STAY if stage.story.attempts < limit else "on_rejected"

    @property
    def _asked(self) -> list[str]:
        return [field["name"] for field in self.prompt["fields"]]

    def _accepts(self, inputs: Mapping[str, Any]) -> bool:
        return self.accept is None or any(
            all(fnmatchcase(_text(inputs[name]), want) for name, want in answer.items())
            for answer in self.accept
        )


def _text(value: Any) -> str:
    """An input as it is compared: as text. JSON's `true` is `true`."""
    return str(value).lower() if isinstance(value, bool) else str(value)
