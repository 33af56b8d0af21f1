"""The base class of steps: the written form, registration, JSON Schema and expressions."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Annotated, Any, ClassVar, Literal

from pydantic import BeforeValidator, ConfigDict, PlainValidator, WithJsonSchema, model_validator

from deck_sim.base.durations import DURATION_PATTERN, Span, parse_span
from deck_sim.base.errors import format_path, listed, nearest, show
from deck_sim.base.validation import Strict, read_duration
from deck_sim.contract.editions import EDITIONS
from deck_sim.contract.machines import Machine
from deck_sim.engine import script
from deck_sim.engine.script import ScriptError
from deck_sim.engine.step_context import StepContext
from deck_sim.scenario.expressions import ExpressionError, names_at, render

BRANCHES = ("on_rejected", "on_timeout")
STEP_CLASSES: dict[tuple[str, str], type[Step]] = {}  # (kind of script, word) -> class

_SPAN = f"(?:{DURATION_PATTERN})(?:\\.\\.(?:{DURATION_PATTERN}))?"
_read_span = partial(read_duration, parse=parse_span)


def _read_length(value: Any) -> Any:
    if value == "stuck":
        return value
    if isinstance(value, str) and (hint := nearest(value, ["stuck"])):
        raise ValueError(f"{value!r} is not a duration{hint}")
    return _read_span(value)


def _described(pattern: str, *examples: str) -> WithJsonSchema:
    schema = {"type": "string", "pattern": f"^(?:{pattern})$", "examples": [*examples]}
    return WithJsonSchema(schema)


SpanField = Annotated[Span, PlainValidator(_read_span), _described(_SPAN, "2s", "5m", "2s..8s")]
StepLength = Annotated[
    Span | Literal["stuck"],
    PlainValidator(_read_length),
    _described(f"stuck|{_SPAN}", "2s", "5m", "2s..8s", "stuck"),
]


def one_or_many(item: Any) -> BeforeValidator:
    """Return the validator of a field that takes one item or a list of items."""
    return BeforeValidator(
        lambda value: value if isinstance(value, list | tuple) else (value,),
        json_schema_input_type=item | list[item],
    )


def _describe(schema: dict[str, Any], step: type[Step]) -> None:
    """Describe every way to write a step in its JSON Schema; pydantic knows only the mapping."""
    keys = {**schema}
    about = {"title": step.word, "description": keys.pop("description", "")}
    values, ways = [keys], list[dict[str, Any]]()
    if step.shorthand:
        values.append(keys["properties"][step.shorthand])
    if "required" not in keys:
        values.append({"type": "null"})
        ways.append({"const": step.word})
    ways.append(
        {
            "type": "object",
            "properties": {step.word: {"anyOf": values}},
            "required": [step.word],
            "additionalProperties": False,
        }
    )
    schema.clear()
    schema.update(about | {"anyOf": ways})


class Step(Strict, script.Step):
    """A step, written as `word`, `word: value` or `word: {key: value, …}`. A subclass with `kinds`
    is registered under its `word`.
    """

    model_config = ConfigDict(json_schema_extra=_describe)
    word: ClassVar[str]
    kinds: ClassVar[tuple[str, ...]] = ()  # the kinds of script that may have it
    shorthand: ClassVar[str | None] = None  # the key for a value that is not a mapping
    may_be_mapping: ClassVar[bool] = False  # whether the value of `shorthand` may be a mapping
    ends: ClassVar[bool] = False  # whether the script ends with it
    lasts: ClassVar[bool] = False  # whether it may follow itself
    is_status: ClassVar[bool] = True  # otherwise it is an effect, which takes no time
    is_alone: ClassVar[bool] = False  # whether it must be the only step of its script
    shows: ClassVar[tuple[str, ...]] = ()  # keys that set an attribute of the resource

    @classmethod
    def __pydantic_init_subclass__(cls, **_: Any) -> None:
        for kind in cls.kinds:
            STEP_CLASSES[kind, cls.word] = cls

    @model_validator(mode="before")
    @classmethod
    def _unwrap(cls, item: Any) -> Any:
        if isinstance(item, dict) and len(item) > 1:
            raise ValueError(
                f"a step has one name, not {len(item)}: {listed(item)}; start each step with `- `,"
                " and indent the keys of a step below its name"
            )
        value = item[cls.word] if isinstance(item, dict) else None
        if value is None:
            if any(field.is_required() for field in cls.model_fields.values()):
                text = f"`{cls.word}` needs a value; write `{cls.word}:` and its `{cls.shorthand}`"
                raise ValueError(text)
            return {}
        if isinstance(value, dict) and not (cls.may_be_mapping and cls.shorthand not in value):
            return value
        if cls.shorthand is None:
            text = f"takes only the keys {listed(cls.model_fields)}, not {show(value)}"
            text = text if cls.model_fields else f"takes no value; leave out {show(value)}"
            raise ValueError(f"`{cls.word}` {text}")
        return {cls.shorthand: value}

    @classmethod
    def status(cls, machine: Machine) -> str:
        return cls.word

    @property
    def fails_with(self) -> tuple[str, ...]:
        """The errors, as `type/code`, with which the step fails a run or refuses a call."""
        return ()

    @property
    def branches(self) -> Mapping[str, tuple[Step, ...]]:
        names = (name for name in BRANCHES if name in type(self).model_fields)
        return {name: getattr(self, name) for name in names}


def step_words(kind: str) -> tuple[str, ...]:
    """Return the words of all steps that a kind of script may have: statuses, then effects."""
    words = [word for of, word in STEP_CLASSES if of == kind]
    order = [*(status for e in EDITIONS.values() for status in e.statuses(kind)), *words]
    words.sort(key=lambda word: (not STEP_CLASSES[kind, word].is_status, order.index(word)))
    return tuple(words)


def status_steps(kind: str, machine: Machine) -> dict[str, type[Step]]:
    """Return the step that enters each status; of several, the one named like the status."""
    classes = (STEP_CLASSES[kind, word] for word in step_words(kind))
    steps = [step for step in classes if step.is_status]
    steps.sort(key=lambda step: step.word in machine.statuses)
    return {step.status(machine): step for step in steps}


def compute(context: StepContext, value: Any) -> Any:
    """Compute the expressions in a value of the step that is played, or raise `ScriptError`."""
    try:
        return render(value, names_at(context.world.now, **context.variables))
    except ExpressionError as error:
        script, story_path = context.story.script, context.story.path
        # In a file, a branch stands below the word of its step; in a story's path, it does not.
        path: list[int | str] = [script.kind, *script.head]
        for end, part in enumerate(story_path):
            branching = script.positions[story_path[:end]].step if isinstance(part, str) else None
            path += [branching.word, part] if branching else [part]
        text = f"scenario `{script.scenario}`, {format_path(tuple(path))}: {error}"
        raise ScriptError(text) from None
