"""What the source asks, which answers it takes, and what comes of them."""

from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import suppress
from fnmatch import fnmatchcase
from typing import Annotated, Any

from pydantic import Field, model_validator

from deck_sim.base.durations import Span
from deck_sim.base.errors import listed, nearest, quote
from deck_sim.contract.interactions import PROMPTS
from deck_sim.engine.stage import Stage
from deck_sim.engine.story import GO_ON, STAY, WRONG_ANSWER, ScriptError, Wait
from deck_sim.scenario.conditions import as_text
from deck_sim.scenario.fields import (
    Many,
    OneOrMany,
    SpanField,
    Strict,
    Wanted,
    Whole,
    field_errors,
    matching,
)
from deck_sim.scenario.steps.step import Step, compute


class InteractionField(Strict):
    """One field of the form that the interaction shows."""

    name: str = Field(min_length=1)
    """The key of the answer."""
    type: str = "string"
    """The type of the value, as the API shows it."""
    label: str | None = None
    """What the form calls it; without it, the name."""


# The schema of a prompt that is of a documented type or says what it asks for, and the same of keys
# which matter only if some answers are wrong.
_DOCUMENTED = {"enum": [*PROMPTS]}
_NEW_ASKS = {
    "anyOf": [
        {"properties": {"type": _DOCUMENTED}},
        {"required": ["fields"], "properties": {"fields": {"minItems": 1}}},
    ]
}
_VAIN = ("attempts", "on_rejected")
_ONLY_IF_ACCEPTED = [
    {
        "if": {"required": [name]},
        "then": {"required": ["accept"], "properties": {"accept": {"not": {"type": "null"}}}},
    }
    for name in _VAIN
]


class InteractionRequired(Step):
    """The source asks the user something. The two kinds of script differ in what follows."""

    word = "interaction_required"
    shorthand = "type"
    type: str = Field(default="mfa", min_length=1)
    """`mfa`, `security_question`, `account_selection`, or a new type, which needs `fields`."""
    message: str | None = None
    """What the user is told; each documented type has a usual text."""
    fields: Annotated[tuple[InteractionField, ...], Many] = ()
    """What is asked for; each documented type has a usual field."""
    accept: Annotated[tuple[dict[str, Wanted], ...], Many, OneOrMany()] | None = None
    """The right answer, or a list of them, any of which will do; compared as text, globs allowed.
    Without it any answer is right; with an empty list none is."""
    attempts: Annotated[int, Field(ge=1, le=1000), Whole] | None = None
    """How many answers may be wrong before `on_rejected`; without it, 3."""
    timeout: SpanField | None = None
    """How long each prompt waits for its answer before `on_timeout`; without it, 5m."""
    on_rejected: Any
    on_timeout: Any

    @model_validator(mode="after")
    def _asks_and_accepts_the_same(self) -> "InteractionRequired":
        """A type that Deck does not document needs fields; what is accepted must be asked for."""
        faults = [*self._type_faults(), *self._field_faults()]
        if faults:
            raise field_errors(*faults)
        return self

    def _type_faults(self) -> Iterator[tuple[str, str]]:
        if not self.fields and self.type not in PROMPTS:
            text = (
                f"{quote(self.type)} is not one of {listed(PROMPTS)}{nearest(self.type, PROMPTS)};"
                " a type of your own needs `fields`, like `fields: [{name: code}]`"
            )
            yield "type", text

    def _field_faults(self) -> Iterator[tuple[str, str]]:
        asked = Counter(self._asked)
        for name in (name for name, count in asked.items() if count > 1):
            yield "fields", f"asks for {quote(name)} twice"
        unasked = (name for answer in self.accept or () for name in answer if name not in asked)
        for name in dict.fromkeys(unasked) if asked else ():
            text = f"names {quote(name)}, and the interaction asks for {listed(asked)}"
            yield "accept", text + nearest(name, asked)

    @classmethod
    def _ways(cls, keys: dict[str, Any]) -> list[dict[str, Any]]:
        """What has to be written together is in the schema, too."""
        return super()._ways({**keys, "allOf": [_NEW_ASKS, *_ONLY_IF_ACCEPTED]})

    @classmethod
    def _short(cls, value: dict[str, Any]) -> dict[str, Any]:
        """A type that stands alone has no `fields`, and so cannot be new."""
        return {**value, **_DOCUMENTED}

    @property
    def unreachable_keys(self) -> Mapping[str, str]:
        """The keys that are written here and can never matter, and why."""
        if self.accept is not None:
            return {}
        written = [name for name in _VAIN if name in self.model_fields_set]
        return dict.fromkeys(written, "is never needed: without `accept` any answer is right")

    @property
    def waits(self) -> Mapping[str, Span]:
        """How long a prompt may wait for its answer."""
        return {} if self.timeout is None else {"timeout": self.timeout}

    @property
    def prompt(self) -> dict[str, Any]:
        """The `interaction` that the API shows."""
        usual = PROMPTS.get(self.type)
        fields = self.fields
        if usual and not fields:
            fields = (InteractionField(name=usual.field, label=usual.label),)
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
        stage.move(
            self.word,
            interaction=compute(stage, self.prompt) | stage.world.additive_changes.unknown_prompt,
        )
        window = stage.world.rules.interaction_window
        return Wait(stage.draw(self.timeout or Span(window, window)), patience=True)

    def react(self, stage: Stage, word: str, value: Any) -> str:
        """Go on after a right answer, ask again after a wrong one, give up after the last."""
        if word == "due":
            return "on_timeout"
        if self._accepts(stage, value):
            return GO_ON
        stage.story.attempts += 1
        limit = self.attempts or stage.world.rules.interaction_attempts
        told = f"{WRONG_ANSWER}, {stage.story.attempts} of {limit}"
        stage.world.note(stage.story.script.kind, stage.story.owner, told)
        return STAY if stage.story.attempts < limit else "on_rejected"

    @property
    def has_right_answer(self) -> bool:
        """Whether there is an answer that is accepted."""
        return self.accept != ()

    def right_answer(self, stage: Stage) -> dict[str, str]:
        """An answer that is accepted, if any is; as it is written, where it cannot be computed."""
        wanted: Mapping[str, Any] = self.accept[0] if self.accept else {}
        with suppress(ScriptError):  # whoever gives the answer is told
            wanted = compute(stage, wanted)
        return {name: matching(as_text(wanted.get(name, "*"))) for name in self._asked}

    @property
    def _asked(self) -> list[str]:
        return [field["name"] for field in self.prompt["fields"]]

    def _accepts(self, stage: Stage, inputs: Mapping[str, Any]) -> bool:
        return self.accept is None or any(
            all(fnmatchcase(as_text(inputs[name]), as_text(w)) for name, w in answer.items())
            for answer in compute(stage, [*self.accept])
        )
