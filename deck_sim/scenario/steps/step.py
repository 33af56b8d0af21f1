"""The base of every step: how it is written, registered and described, and how its texts are
computed.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping
from typing import Any, ClassVar

from pydantic import GetJsonSchemaHandler, model_validator

from deck_sim.base.durations import Span
from deck_sim.base.errors import listed
from deck_sim.base.validation import format_path, show
from deck_sim.contract.editions import EDITIONS
from deck_sim.contract.statuses import Machine
from deck_sim.engine.stage import Stage
from deck_sim.engine.story import GO_ON, ScriptError, Story, Wait
from deck_sim.scenario.expressions.templates import ExpressionError, has_template, names_at, render
from deck_sim.scenario.fields import Strict, value_error

_LONGEST_QUOTE = 60  # characters
REGISTRY: dict[tuple[str, str], type[Step]] = {}  # (kind of script, word) -> class


class Step(Strict):
    """A step, written as `word`, `word: value` or `word: {key: value, …}`. A subclass with `kinds`
    is registered under its `word`.
    """

    word: ClassVar[str]
    kinds: ClassVar[tuple[str, ...]] = ()  # the kinds of script that it belongs to
    shorthand: ClassVar[str | None] = None  # the key of a value that is not a mapping
    ends: ClassVar[bool] = False  # whether the script ends with it
    lasts: ClassVar[bool] = False  # whether it may follow itself
    is_status: ClassVar[bool] = True  # an effect otherwise, which takes no time

    @classmethod
    def __pydantic_init_subclass__(cls, **_: Any) -> None:
        """Register the class."""
        for kind in cls.kinds:
            other = REGISTRY.setdefault((kind, cls.word), cls)
            if other is not cls:
                text = f"{cls.word!r} is registered for {other.__name__}; rename {cls.__name__}"
                raise TypeError(text)

    @model_validator(mode="before")
    @classmethod
    def _unwrap(cls, item: Any) -> Any:
        if isinstance(item, dict) and len(item) > 1:
            raise value_error(
                f"a step has one name, not {len(item)}: {listed(item)}; start each step with `- `,"
                " and indent the keys of a step below its name"
            )
        value = item[cls.word] if isinstance(item, dict) else None
        if value is None:
            required = (f for f in cls.model_fields.values() if f.is_required())
            for text in (f"{field.description}".rstrip(".") for field in required):
                raise value_error(f"`{cls.word}` needs a value: {text[0].lower()}{text[1:]}")
            return {}
        if isinstance(value, dict) and not cls._is_value(value):
            return value
        if cls.shorthand is not None:
            return {cls.shorthand: value}
        if not cls.model_fields:
            raise value_error(f"`{cls.word}` takes no value; write the name alone")
        keys = listed(cls.model_fields)
        text = f"`{cls.word}` takes an object with {keys}, or nothing, not {show(value)}"
        raise value_error(text)

    @classmethod
    def _is_value(cls, value: dict[str, Any]) -> bool:
        """Whether a mapping is the value of `shorthand` rather than the step's keys."""
        return False

    @classmethod
    def __get_pydantic_json_schema__(cls, core: Any, handler: GetJsonSchemaHandler) -> Any:
        """Describe every way to write the step; pydantic knows only the mapping."""
        reference = handler(core)
        described = handler.resolve_ref_schema(reference)
        keys = {**described}
        about = {"title": cls.word, "description": keys.pop("description", "")}
        described.clear()
        described.update(about | {"anyOf": cls._ways(keys)})
        return reference

    @classmethod
    def _ways(cls, keys: dict[str, Any]) -> list[dict[str, Any]]:
        """One schema for each way to write the step; `keys` is the schema of the mapping."""
        short = [cls._short(keys["properties"][cls.shorthand])] if cls.shorthand else []
        bare = "required" not in keys
        value = {"anyOf": [keys, *short, *([{"type": "null"}] if bare else [])]}
        written = {
            "type": "object",
            "properties": {cls.word: value},
            "required": [cls.word],
            "additionalProperties": False,
        }
        return [*([{"const": cls.word}] if bare else []), written]

    @classmethod
    def _short(cls, value: dict[str, Any]) -> dict[str, Any]:
        """The schema of a value for `shorthand`; `value` is the schema of that key."""
        return value

    @classmethod
    def status(cls, machine: Machine) -> str:
        """The status that the step enters in this state machine."""
        return cls.word

    @property
    def fails_with(self) -> tuple[str, ...]:
        """The errors that a run fails with, as `type/code`."""
        return ()

    @property
    def unreachable_keys(self) -> Mapping[str, str]:
        """The written keys that have no effect, and why."""
        return {}

    @property
    def waits(self) -> Mapping[str, Span]:
        """The keys that give a time without activity, and that time."""
        return {}

    @property
    def branches(self) -> Mapping[str, tuple[Step, ...]]:
        """The branches that may follow instead of the next step."""
        return {}

    @property
    def is_stuck(self) -> bool:
        """Whether no later step is reached."""
        return False

    @abstractmethod
    def enter(self, stage: Stage) -> Wait | None:
        """Do what the step does. None: the next step follows at once."""

    def react(self, stage: Stage, word: str, value: Any) -> str:
        """The turn to take when the wait ends (`due`) or a call arrives."""
        return GO_ON


def step_words(kind: str) -> tuple[str, ...]:
    """The words of the steps of a kind of script: statuses, then effects."""
    found = [word for of, word in REGISTRY if of == kind]
    order = [status for e in EDITIONS.values() for status in e.statuses(kind)]
    order += found
    return tuple(
        sorted(found, key=lambda word: (not REGISTRY[kind, word].is_status, order.index(word)))
    )


def compute(stage: Stage, value: Any) -> Any:
    """Compute the expressions in a value of the step that is played.

    Raises:
        ScriptError: names the step and the text that cannot be computed.

    """
    if not has_template(value):
        return value
    try:
        return render(value, names_at(stage.world.now, **stage.names))
    except ExpressionError as error:
        raise script_error(stage, f"{_quoted(error.found_in)}{error}") from None


def _quoted(text: str) -> str:
    line = " ".join(text.split())
    shown = line if len(line) <= _LONGEST_QUOTE else f"{line[:_LONGEST_QUOTE]}…"
    return f"`{shown}`: " if line else ""


def script_error(stage: Stage, text: str) -> ScriptError:
    """An error that names the scenario and the step that is played."""
    place = format_path(_path_in_file(stage.story))
    return ScriptError(f"scenario `{stage.story.script.scenario}`, {place}: {text}")


def _path_in_file(story: Story) -> tuple[int | str, ...]:
    # In a file, a branch stands below the word of its step; in a story's path, it does not.
    script, found = story.script, list[int | str]()
    for end, part in enumerate(story.path):
        branching = script.at(story.path[:end]) if isinstance(part, str) else None
        found += [branching.word, part] if branching else [part]
    return (script.kind, *found)
