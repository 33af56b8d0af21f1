"""The steps that are no status: what else the agent does on the way. They take no time."""

from collections.abc import Callable
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field, WithJsonSchema

from deck_sim.base.validation import show
from deck_sim.engine.files import (
    LINE,
    MEDIA_TYPE,
    is_line,
    is_media_type,
    keep_file,
    take_screenshot,
)
from deck_sim.engine.stage import Stage
from deck_sim.engine.story import Wait
from deck_sim.scenario.expressions.templates import is_template
from deck_sim.scenario.fields import value_error
from deck_sim.scenario.steps.step import Step, compute, script_error

_NO_LINE = "must be one line of text, without control characters, not {}"
_NO_MEDIA_TYPE = "must be a media type like `text/csv`, not {}"


def _ruled(holds: Callable[[str], bool], otherwise: str) -> AfterValidator:
    """Checks a text that has no expressions; one that has is checked when they are computed."""

    def check(text: str) -> str:
        if not is_template(text) and not holds(text):
            raise value_error(otherwise.format(show(text)))
        return text

    return AfterValidator(check)


def _described(pattern: str) -> WithJsonSchema:
    return WithJsonSchema(
        {"type": "string", "anyOf": [{"pattern": pattern}, {"pattern": r"\{[{%#]"}]}
    )


Line = Annotated[str, _ruled(is_line, _NO_LINE), _described(LINE)]
MediaType = Annotated[str, _ruled(is_media_type, _NO_MEDIA_TYPE), _described(MEDIA_TYPE)]


def _line(stage: Stage, key: str, value: str) -> str:
    """A text of the step, computed."""
    text = str(compute(stage, value))
    if not is_line(text):
        raise script_error(stage, f"`{key}` {_NO_LINE.format(show(text))}")
    return text


def _media_type(stage: Stage, value: str) -> str:
    text = str(compute(stage, value))
    if not is_media_type(text):
        raise script_error(stage, f"`type` {_NO_MEDIA_TYPE.format(show(text))}")
    return text


class Emit(Step):
    """An event of a type that the API does not document, about what plays the script.

    Deck adds event types without a new version (documented), so a client must put up with one.
    """

    word = "event"
    kinds = ("connection", "session", "task_run")
    is_status = False
    shorthand = "type"
    type: Line = Field(min_length=1)
    """The event's type."""

    def enter(self, stage: Stage) -> Wait | None:
        """Emit it."""
        type_, resource = _line(stage, "type", self.type), stage.resource
        stage.check_holds(type_)
        stage.world.note(resource.kind, resource.id, f"event {type_}")
        stage.world.emit(type_, resource)
        return None


class KeepFile(Step):
    """The agent downloads a file. It becomes a storage item if the task's storage is enabled."""

    word = "file"
    kinds = ("task_run",)
    is_status = False
    shorthand = "name"
    name: Line = Field(min_length=1)
    """The file's name."""
    type: MediaType = "text/plain"
    """Its media type."""
    content: str = ""
    """Its text, which is what the item's `url` serves."""
    extraction: Any = None
    """What was extracted from it; shown if the task extracts."""
    result: Literal["success", "failure"] = "success"
    """How it went; only the `credentials` edition shows it."""

    def enter(self, stage: Stage) -> Wait | None:
        """Keep the file."""
        name, type_ = _line(stage, "name", self.name), _media_type(stage, self.type)
        content = str(compute(stage, self.content)).encode()
        extraction = compute(stage, self.extraction)
        keep_file(stage.world, stage.resource, name, type_, content, extraction, self.result)
        return None


class TakeScreenshot(Step):
    """The agent takes a screenshot."""

    word = "screenshot"
    kinds = ("task_run",)
    is_status = False
    shorthand = "name"
    name: Line = "screenshot.png"
    """The file's name."""
    reasoning: str = ""
    """Why the agent took it."""

    def enter(self, stage: Stage) -> Wait | None:
        """Take it."""
        name, why = _line(stage, "name", self.name), str(compute(stage, self.reasoning))
        take_screenshot(stage.world, stage.resource, name, why)
        return None
