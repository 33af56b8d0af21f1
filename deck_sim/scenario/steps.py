"""The steps of a script, one class each. A new step is a new class here; reading, checking and
playing find it by its `word` and its `kinds`.
"""

import re
import string
from collections.abc import Mapping
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Annotated, Any, ClassVar

from pydantic import (
    BaseModel,
    ConfigDict,
    Discriminator,
    Field,
    Tag,
    field_validator,
    model_validator,
)

from deck_sim.contract.interactions import PROMPTS
from deck_sim.durations import Span
from deck_sim.engine import story
from deck_sim.engine.stage import Stage
from deck_sim.engine.story import GO_ON, STAY, Wait
from deck_sim.errors import listed
from deck_sim.scenario.outputs import make_output
from deck_sim.scenario.values import ErrorName, Length, SpanField, fault

REGISTRY: dict[tuple[str, str], type["Step"]] = {}  # (kind of script, word) -> class


Many = Field(strict=False)  # a list in the file is a tuple in the model, which nothing can change


class Strict(BaseModel):
    """A mapping of known keys."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)


class Step(Strict):
    """A step: `word` alone, `word: value`, or `word: {key: value, …}`.

    Subclasses set `word`, the `kinds` of script it is for, and `shorthand`, the key that a value
    which is no mapping stands for.
    """

    word: ClassVar[str]
    kinds: ClassVar[tuple[str, ...]] = ()
    shorthand: ClassVar[str | None] = None

    @classmethod
    def __pydantic_init_subclass__(cls, **_: Any) -> None:
        """File the class under its word."""
        for kind in cls.kinds:
            other = REGISTRY.setdefault((kind, cls.word), cls)
            if other is not cls:
                raise TypeError(
                    f"{cls.word!r} is {other.__name__} already; {cls.__name__} cannot be"
                )

    @model_validator(mode="before")
    @classmethod
    def _unwrap(cls, item: Any) -> Any:
        """Turn the three ways to write a step into the mapping."""
        if isinstance(item, dict) and len(item) > 1:
            keys = listed(item)
            raise fault(
                f"a step is one word with its value, and here are {keys}; begin each with `- `"
            )
        value = item[cls.word] if isinstance(item, dict) else None
        if value is None:
            return {}
        if isinstance(value, dict) and not cls._is_value(value):
            return value
        if cls.shorthand is None:
            raise fault(f"`{cls.word}` takes no value; write it alone")
        return {cls.shorthand: value}

    @classmethod
    def _is_value(cls, value: dict[str, Any]) -> bool:
        """Whether a mapping is the value of the shorthand rather than the step's keys."""
        return False

    @property
    def branches(self) -> Mapping[str, tuple["story.Step", ...]]:
        """The branches that may follow instead of the next step."""
        return {}

    def enter(self, stage: Stage) -> Wait | None:
        """Do what the step does; None goes on to the next at once."""
        raise NotImplementedError

    def hear(self, stage: Stage, word: str, value: Any) -> str:
        """Answer a word from outside, or that the wait is over."""
        return GO_ON


class _Timed(Step):
    """A status that lasts: a duration, a range, `stuck`, or no time at all."""

    shorthand = "for"
    length: Length | None = Field(default=None, alias="for")

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
    """The run waits for an agent."""

    word = "queued"
    kinds = ("task_run",)


class Running(_Timed):
    """The agent works. `stuck`: it never moves again by itself."""

    word = "running"
    kinds = ("task_run",)


class _Ending(Step):
    """A status of a connection that a script enters and leaves it in."""

    def enter(self, stage: Stage) -> Wait | None:
        """Enter the status."""
        stage.move(self.word)
        return None


class Disconnected(_Ending):
    """The source or the network dropped the connection."""

    word = "disconnected"
    kinds = ("connection",)


class Invalid(_Ending):
    """The source does not take the credentials."""

    word = "invalid"
    kinds = ("connection",)


class FailedWith(Strict):
    """One error of a failed run."""

    error: ErrorName
    message: str | None = None
    field: str | None = None


class Failed(Step):
    """The run fails, with one error or several."""

    word = "failed"
    kinds = ("task_run",)
    shorthand = "errors"
    errors: tuple[FailedWith, ...]

    @classmethod
    def _is_value(cls, value: dict[str, Any]) -> bool:
        return "errors" not in value

    @field_validator("errors", mode="before")
    @classmethod
    def _one_or_many(cls, value: Any) -> Any:
        """Read `type/code`, a mapping, or a list of these."""
        many = value if isinstance(value, list) else [value]
        if not many:
            raise fault("must name at least one error")
        return tuple({"error": one} if isinstance(one, str) else one for one in many)

    def enter(self, stage: Stage) -> Wait | None:
        """Fail."""
        stage.fail(*(stage.problem(e.error, e.message, e.field) for e in self.errors))
        return None


def _fails(error: str) -> tuple[Failed, ...]:
    """The branch that fails with one error of the catalog."""
    return (Failed.model_construct(errors=(FailedWith(error=error),)),)


class Completed(Step):
    """The run is done. Without `output`, one is made from the task's `output_schema`."""

    word = "completed"
    kinds = ("task_run",)
    output: dict[str, Any] | None = None

    def enter(self, stage: Stage) -> Wait | None:
        """Finish."""
        if self.output is not None:
            stage.complete(self.output)
        else:
            stage.complete(make_output(stage.output_schema, stage.world.seed, stage.story.owner))
        return None


class Pending(Step):
    """A person must approve. With a duration it is approved when that is over."""

    word = "pending"
    kinds = ("task_run",)
    shorthand = "for"
    length: SpanField | None = Field(default=None, alias="for")
    on_rejected: Annotated[tuple["RunStep", ...], Many] = _fails("task/review_rejected")

    @property
    def branches(self) -> Mapping[str, tuple[story.Step, ...]]:
        """What follows a rejection."""
        return {"on_rejected": self.on_rejected}

    def enter(self, stage: Stage) -> Wait | None:
        """Wait for the person."""
        stage.move(self.word)
        return Wait(None if self.length is None else stage.draw(self.length))

    def hear(self, stage: Stage, word: str, value: Any) -> str:
        """Go on when approved, by a person or by time."""
        return "on_rejected" if word == "reject" else GO_ON


class AskedField(Strict):
    """One field of the form that the interaction shows."""

    name: str = Field(min_length=1)
    type: str = "string"
    label: str | None = None


class _Interaction(Step):
    """The source asks the user something."""

    word = "interaction_required"
    shorthand = "type"
    type: str = Field(default="mfa", min_length=1)
    message: str | None = None
    fields: Annotated[tuple[AskedField, ...], Many] = ()
    accept: tuple[dict[str, Any], ...] = ()
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
    def branches(self) -> Mapping[str, tuple[story.Step, ...]]:
        """What follows the last wrong answer, and no answer."""
        return {"on_rejected": self.on_rejected, "on_timeout": self.on_timeout}

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
    def right_answer(self) -> dict[str, str]:
        """An answer that is accepted."""
        wanted = self.accept[0] if self.accept else {}
        return {
            field["name"]: _matching(_text(wanted.get(field["name"], "*")))
            for field in self.prompt["fields"]
        }

    def _accepts(self, inputs: Mapping[str, Any]) -> bool:
        return not self.accept or any(
            all(fnmatchcase(_text(inputs[name]), _text(want)) for name, want in answer.items())
            for answer in self.accept
        )


class ConnectionInteraction(_Interaction):
    """The source asks while the connection is opened."""

    kinds = ("connection",)
    on_rejected: Annotated[tuple["ConnectionStep", ...], Many] = (Invalid.model_construct(),)
    on_timeout: Annotated[tuple["ConnectionStep", ...], Many] = (Disconnected.model_construct(),)


class RunInteraction(_Interaction):
    """The source asks during the run."""

    kinds = ("task_run",)
    on_rejected: Annotated[tuple["RunStep", ...], Many] = _fails("auth/mfa_invalid")
    on_timeout: Annotated[tuple["RunStep", ...], Many] = _fails("interaction/interaction_timeout")


def _matching(glob: str) -> str:
    """A text that matches `glob`."""
    return re.sub(r"\[.[^]]*\]|\?|\*", _matching_part, glob)


def _matching_part(wild: re.Match[str]) -> str:
    candidates = (c for c in ("anything", *string.printable) if fnmatchcase(c, wild[0]))
    return next(candidates, wild[0])


def _text(value: Any) -> str:
    """A value as answers are compared: as text."""
    return str(value).lower() if isinstance(value, bool) else str(value)


def _word(item: Any) -> Any:
    """The word that tells which step an item of a script is."""
    if isinstance(item, dict) and item:
        return next(iter(item))
    return item if isinstance(item, str) else getattr(item, "word", None)


def words(kind: str) -> tuple[str, ...]:
    """The steps that a script of this kind may have."""
    return tuple(word for of, word in REGISTRY if of == kind)


def _union(kind: str) -> Any:
    members = [Annotated[REGISTRY[kind, word], Tag(word)] for word in words(kind)]
    union: Any = members[0]
    for member in members[1:]:
        union = union | member
    return Annotated[union, Discriminator(_word)]


if TYPE_CHECKING:
    ConnectionStep = Step
    RunStep = Step
else:
    ConnectionStep = _union("connection")
    RunStep = _union("task_run")
for _class in set(REGISTRY.values()):
    _class.model_rebuild()
