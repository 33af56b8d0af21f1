"""What every step of a script is: how it is written, described and filed; and how its texts are
computed.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping
from typing import Any, ClassVar

from pydantic import GetJsonSchemaHandler, model_validator

from deck_sim.base.durations import Span
from deck_sim.base.errors import listed
from deck_sim.base.validation import show, spell_path
from deck_sim.contract.editions import EDITIONS
from deck_sim.contract.statuses import Machine
from deck_sim.engine.stage import Stage
from deck_sim.engine.story import GO_ON, ScriptError, Story, Wait
from deck_sim.scenario.expressions.templates import ExpressionError, has_template, names_at, render
from deck_sim.scenario.fields import Strict, value_error

MOST_SHOWN = 60
REGISTRY: dict[tuple[str, str], type[Step]] = {}  # (kind of script, word) -> class


class Step(Strict):
    """A step: `word` alone, `word: value`, or `word: {key: value, …}`.

    Subclasses set `word`, the `kinds` of script it is for, and `shorthand`, the key that a value
    which is no mapping stands for. `ends` says that the script is over with it, and `lasts` that it
    may go on with a status which is there already. A step that is no status is an effect, and takes
    no time.
    """

    word: ClassVar[str]
    kinds: ClassVar[tuple[str, ...]] = ()
    shorthand: ClassVar[str | None] = None
    ends: ClassVar[bool] = False
    lasts: ClassVar[bool] = False
    is_status: ClassVar[bool] = True

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
            raise value_error(
                f"a step is one word with its value, and here are {keys}; begin each with `- `,"
                " and indent what belongs to a word further than it"
            )
        value = item[cls.word] if isinstance(item, dict) else None
        if value is None:
            return cls._alone()
        if isinstance(value, dict) and not cls._is_value(value):
            return value
        if cls.shorthand is not None:
            return {cls.shorthand: value}
        if not cls.model_fields:
            raise value_error(f"`{cls.word}` takes no value; write it alone")
        keys = listed(cls.model_fields)
        raise value_error(
            f"`{cls.word}` takes an object with {keys}, or nothing, not {show(value)}"
        )

    @classmethod
    def _alone(cls) -> dict[str, Any]:
        """What the word means without a value."""
        for field in cls.model_fields.values():
            if field.is_required():
                value = f"{field.description}".rstrip(".")
                raise value_error(f"`{cls.word}` needs a value: {value[0].lower()}{value[1:]}")
        return {}

    @classmethod
    def _is_value(cls, value: dict[str, Any]) -> bool:
        """Whether a mapping is the value of the shorthand rather than the step's keys."""
        return False

    @classmethod
    def __get_pydantic_json_schema__(cls, core: Any, handler: GetJsonSchemaHandler) -> Any:
        """Describe the ways to write the step, where pydantic would describe the mapping alone."""
        reference = handler(core)
        described = handler.resolve_ref_schema(reference)
        keys = {**described}
        about = {"title": cls.word, "description": keys.pop("description", "")}
        described.clear()
        described.update(about | {"anyOf": cls._ways(keys)})
        return reference

    @classmethod
    def _ways(cls, keys: dict[str, Any]) -> list[dict[str, Any]]:
        """The schemas of the ways to write the step; `keys` is that of its mapping."""
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
        """The schema of the one value that may stand for the keys; `value` is that of its key."""
        return value

    @classmethod
    def status(cls, machine: Machine) -> str:
        """The status that the step enters, of a machine that may have its own word for it."""
        return cls.word

    @property
    def fails_with(self) -> tuple[str, ...]:
        """The errors of the catalog that the step names."""
        return ()

    @property
    def unreachable_keys(self) -> Mapping[str, str]:
        """The keys that are written here and can never matter, and why."""
        return {}

    @property
    def waits(self) -> Mapping[str, Span]:
        """The keys that say how long it lasts while nothing happens, and what they say."""
        return {}

    @property
    def branches(self) -> Mapping[str, tuple[Step, ...]]:
        """The branches that may follow instead of the next step."""
        return {}

    @property
    def is_stuck(self) -> bool:
        """Whether the script never goes on behind it."""
        return False

    @abstractmethod
    def enter(self, stage: Stage) -> Wait | None:
        """Do what the step does; None goes on to the next at once."""

    def react(self, stage: Stage, word: str, value: Any) -> str:
        """Answer a word from outside, or that the wait is over."""
        return GO_ON


def words(kind: str) -> tuple[str, ...]:
    """The steps that a script of this kind may have: statuses, then effects."""
    found = [word for of, word in REGISTRY if of == kind]
    order = [status for e in EDITIONS.values() for status in e.statuses(kind)]
    order += found
    return tuple(
        sorted(found, key=lambda word: (not REGISTRY[kind, word].is_status, order.index(word)))
    )


def compute(stage: Stage, value: Any) -> Any:
    """`value` with its expressions computed.

    Raises:
        ScriptFault: if one cannot be; says which step, and which text in it.

    """
    if not has_template(value):
        return value
    try:
        return render(value, names_at(stage.world.now, **stage.names))
    except ExpressionError as error:
        raise script_error(stage, f"{_quoted(error.found_in)}{error}") from None


def _quoted(text: str) -> str:
    """A text in one line, to find its place by: a step may have many."""
    line = " ".join(text.split())
    return f"`{line if len(line) <= MOST_SHOWN else f'{line[:MOST_SHOWN]}…'}`: " if line else ""


def script_error(stage: Stage, text: str) -> ScriptError:
    """What is wrong with the step that is played; says which."""
    place = spell_path(_written(stage.story))
    return ScriptError(f"scenario `{stage.story.script.scenario}`, {place}: {text}")


def _written(story: Story) -> tuple[int | str, ...]:
    """Where in its file a story is: a branch stands below the word of the step that has it."""
    script, found = story.script, list[int | str]()
    for end, part in enumerate(story.path):
        branching = script.at(story.path[:end]) if isinstance(part, str) else None
        found += [branching.word, part] if branching else [part]
    return (script.kind, *found)
