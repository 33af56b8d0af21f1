"""The step in which the source asks for input: the prompt, the accepted answers, the branches."""

import re
import string
from collections.abc import Mapping
from contextlib import suppress
from fnmatch import fnmatchcase
from typing import Annotated, Any

from pydantic import BeforeValidator, Field, WithJsonSchema, model_validator

from deck_sim.base.errors import listed, nearest, quote, show
from deck_sim.base.validation import Many, Strict, Whole, field_errors
from deck_sim.contract.answers import PROMPTS
from deck_sim.engine.script import GO_ON, STAY, WRONG_ANSWER, ScriptError, Wait
from deck_sim.engine.step_context import StepContext
from deck_sim.scenario.conditions import fits_glob, plain_text
from deck_sim.scenario.steps.step import SpanField, Step, compute, one_or_many

_WILDCARD = re.compile(r"\[!?\]?[^]]*\]|[?*]")
_AcceptedText = Annotated[
    str,
    # A decimal is refused, since its spelling is lost: 1.50 was read as 1.5.
    BeforeValidator(lambda value: show(value) if isinstance(value, int) else value),
    WithJsonSchema({"type": ["string", "integer", "boolean"]}),
]
_Answer = dict[str, _AcceptedText]


class InteractionField(Strict):
    """One field of the form that the interaction shows."""

    name: str = Field(min_length=1)
    """The key of this field's value in an answer, like `code`."""
    type: str = "string"
    """The type, as the API shows it, like `password`."""
    label: str | None = None
    """The label in the form, like `SMS code`. If omitted, the name."""


class InteractionRequired(Step):
    """The source asks for input. Subclasses add the branches of their kind of script."""

    word = "interaction_required"
    shorthand = "type"
    type: str = Field(default="mfa", min_length=1)
    """`mfa`, `security_question`, `account_selection`, or a new type, which needs `fields`."""
    message: str | None = None
    """The text for the user. If omitted, the standard text of the type."""
    fields: Annotated[tuple[InteractionField, ...], Many] = ()
    """The fields of the form. If omitted, the standard field of the type."""
    accept: Annotated[tuple[_Answer, ...], Many, one_or_many(_Answer)] | None = None
    """The right answer, such as `{code: "123456"}`, or several. Values are compared as text, and
    can be globs. If omitted, every answer is right; with an empty list, none is."""
    attempts: Annotated[int, Field(ge=1, le=1000), Whole] | None = None
    """The number of wrong answers that lead to `on_rejected`. If omitted, 3."""
    timeout: SpanField | None = None
    """How long each prompt waits before `on_timeout`. If omitted, 5m."""
    on_rejected: Any
    on_timeout: Any

    @model_validator(mode="after")
    def _check_fields(self) -> "InteractionRequired":
        mistakes = list[tuple[str, str]]()
        if not self.fields and self.type not in PROMPTS:
            text = (
                f"{quote(self.type)} is not one of {listed(PROMPTS)}; a type of your own needs"
                f" `fields`, like `fields: [{{name: code}}]`{nearest(self.type, PROMPTS)}"
            )
            mistakes.append(("type", text))
        field_names = self.field_names
        unknown = (
            name for answer in self.accept or () for name in answer if name not in field_names
        )
        for name in dict.fromkeys(unknown) if field_names else ():
            allowed = nearest(name, field_names) or f"; it asks for {listed(field_names)}"
            text = f"{quote(name)} is not a field of this interaction{allowed}"
            mistakes.append(("accept", text))
        if mistakes:
            raise field_errors(*mistakes)
        return self

    @property
    def prompt(self) -> dict[str, Any]:
        """The `interaction` that the API shows, before its expressions are computed."""
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

    def enter(self, context: StepContext) -> Wait | None:
        prompt = compute(context, self.prompt)
        unknown = context.world.additive_changes.interaction_type
        context.move(self.word, interaction={**prompt, "type": unknown or prompt["type"]})
        usual = context.world.contract.interaction_window
        return Wait(context.draw(self.timeout) if self.timeout else usual, is_timeout=True)

    def react(self, context: StepContext, word: str, value: Any) -> str:
        if word == "due":
            return "on_timeout"
        if self.accepts(context, value):
            return GO_ON
        context.story.wrong_answers += 1
        limit = self.attempts or context.world.contract.interaction_attempts
        text = f"{WRONG_ANSWER}, {context.story.wrong_answers} of {limit}"
        context.world.note(context.story.script.kind, context.story.owner, text)
        return STAY if context.story.wrong_answers < limit else "on_rejected"

    def right_answer(self, context: StepContext) -> dict[str, str]:
        """Return an answer that fits the first item of `accept`; if that cannot be computed, one
        with its texts as written. Fields that the item does not name get the text `anything`.
        """
        accepted: Mapping[str, Any] = self.accept[0] if self.accept else {}
        with suppress(ScriptError):  # the error is reported when the answer is given
            accepted = compute(context, accepted)

        def fill(wildcard: re.Match[str]) -> str:
            texts = ("anything", *string.printable)
            return next((text for text in texts if fnmatchcase(text, wildcard[0])), wildcard[0])

        globs = {name: plain_text(accepted.get(name, "*")) for name in self.field_names}
        return {name: _WILDCARD.sub(fill, glob) for name, glob in globs.items()}

    @property
    def field_names(self) -> list[str]:
        return [field["name"] for field in self.prompt["fields"]]

    def accepts(self, context: StepContext, inputs: Mapping[str, Any]) -> bool:
        return self.accept is None or any(
            all(fits_glob(inputs[name], glob) for name, glob in answer.items())
            for answer in compute(context, [*self.accept])
        )
