"""The step in which the source asks for input: the prompt, the accepted answers, the branches."""

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
    AcceptedText,
    Many,
    OneOrMany,
    SpanField,
    Strict,
    Whole,
    example_for,
    field_errors,
)
from deck_sim.scenario.steps.step import Step, compute


class InteractionField(Strict):
    """One field of the form that the interaction shows."""

    name: str = Field(min_length=1)
    """The key of the answer."""
    type: str = "string"
    """The type of the value, as the API shows it."""
    label: str | None = None
    """The label in the form. If omitted, the name."""


# For the JSON Schema: a prompt has a documented type or lists its fields, and some keys need
# `accept`.
_DOCUMENTED = {"enum": [*PROMPTS]}
_TYPE_OR_FIELDS = {
    "anyOf": [
        {"properties": {"type": _DOCUMENTED}},
        {"required": ["fields"], "properties": {"fields": {"minItems": 1}}},
    ]
}
_NEED_ACCEPT = ("attempts", "on_rejected")
_ONLY_WITH_ACCEPT = [
    {
        "if": {"required": [name]},
        "then": {"required": ["accept"], "properties": {"accept": {"not": {"type": "null"}}}},
    }
    for name in _NEED_ACCEPT
]


class InteractionRequired(Step):
    """The source asks for input. Subclasses add the branches of their kind of script."""

    word = "interaction_required"
    shorthand = "type"
    type: str = Field(default="mfa", min_length=1)
    """`mfa`, `security_question`, `account_selection`, or a new type, which needs `fields`."""
    message: str | None = None
    """The text for the user. Each documented type has a default."""
    fields: Annotated[tuple[InteractionField, ...], Many] = ()
    """The fields of the form. Each documented type has a default."""
    accept: Annotated[tuple[dict[str, AcceptedText], ...], Many, OneOrMany()] | None = None
    """The right answer, or a list of right answers. Values are compared as text, and may be globs.
    If omitted, every answer is right; with an empty list, none is."""
    attempts: Annotated[int, Field(ge=1, le=1000), Whole] | None = None
    """The number of wrong answers before `on_rejected`. If omitted, 3."""
    timeout: SpanField | None = None
    """The time that each prompt waits for its answer before `on_timeout`. If omitted, 5m."""
    on_rejected: Any
    on_timeout: Any

    @model_validator(mode="after")
    def _check_fields(self) -> "InteractionRequired":
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
        asked = Counter(self._field_names)
        for name in (name for name, count in asked.items() if count > 1):
            yield "fields", f"lists the field {quote(name)} twice"
        unknown = (name for answer in self.accept or () for name in answer if name not in asked)
        for name in dict.fromkeys(unknown) if asked else ():
            allowed = nearest(name, asked) or f"; it asks for {listed(asked)}"
            yield "accept", f"{quote(name)} is not a field of this interaction{allowed}"

    @classmethod
    def _ways(cls, keys: dict[str, Any]) -> list[dict[str, Any]]:
        return super()._ways({**keys, "allOf": [_TYPE_OR_FIELDS, *_ONLY_WITH_ACCEPT]})

    @classmethod
    def _short(cls, value: dict[str, Any]) -> dict[str, Any]:
        # A type without keys has no `fields`, so it must be a documented one.
        return {**value, **_DOCUMENTED}

    @property
    def unreachable_keys(self) -> Mapping[str, str]:
        """The written keys that have no effect without `accept`, and why."""
        if self.accept is not None:
            return {}
        written = [name for name in _NEED_ACCEPT if name in self.model_fields_set]
        return dict.fromkeys(written, "has no effect: without `accept` every answer is right")

    @property
    def waits(self) -> Mapping[str, Span]:
        """The time that a prompt waits for its answer."""
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
        """The steps after the last wrong answer, and after a timeout."""
        return {"on_rejected": self.on_rejected, "on_timeout": self.on_timeout}

    def enter(self, stage: Stage) -> Wait | None:
        """Open a prompt. Each prompt has the whole window."""
        stage.move(
            self.word,
            interaction=compute(stage, self.prompt) | stage.world.additive_changes.unknown_prompt,
        )
        window = stage.world.rules.interaction_window
        return Wait(stage.draw(self.timeout or Span(window, window)), is_timeout=True)

    def react(self, stage: Stage, word: str, value: Any) -> str:
        """Go on after a right answer, ask again after a wrong one, branch off after the last."""
        if word == "due":
            return "on_timeout"
        if self._accepts(stage, value):
            return GO_ON
        stage.story.attempts += 1
        limit = self.attempts or stage.world.rules.interaction_attempts
        text = f"{WRONG_ANSWER}, {stage.story.attempts} of {limit}"
        stage.world.note(stage.story.script.kind, stage.story.owner, text)
        return STAY if stage.story.attempts < limit else "on_rejected"

    @property
    def has_right_answer(self) -> bool:
        """Whether any answer is accepted."""
        return self.accept != ()

    def right_answer(self, stage: Stage) -> dict[str, str]:
        """The first accepted answer. Expressions that cannot be computed stay as written."""
        accepted: Mapping[str, Any] = self.accept[0] if self.accept else {}
        with suppress(ScriptError):  # reported when the answer is given
            accepted = compute(stage, accepted)
        return {name: example_for(as_text(accepted.get(name, "*"))) for name in self._field_names}

    @property
    def _field_names(self) -> list[str]:
        return [field["name"] for field in self.prompt["fields"]]

    def _accepts(self, stage: Stage, inputs: Mapping[str, Any]) -> bool:
        return self.accept is None or any(
            all(fnmatchcase(as_text(inputs[name]), as_text(w)) for name, w in answer.items())
            for answer in compute(stage, [*self.accept])
        )
