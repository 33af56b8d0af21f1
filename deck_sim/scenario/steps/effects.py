"""Effects: steps that are not statuses. They take no time."""

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
from deck_sim.engine.story import KINDS, Wait
from deck_sim.scenario.expressions.templates import is_template
from deck_sim.scenario.fields import value_error
from deck_sim.scenario.steps.step import Step, compute, script_error

_NOT_A_LINE = "must be one line of text, without control characters, not {}"
_NOT_A_MEDIA_TYPE = "must be a media type like `text/csv`, not {}"


def _checked(holds: Callable[[str], bool], message: str) -> AfterValidator:
    # A text with expressions is checked once they are computed.
    def check(text: str) -> str:
        if not is_template(text) and not holds(text):
            raise value_error(message.format(show(text)))
        return text

    return AfterValidator(check)


def _described(pattern: str) -> WithJsonSchema:
    return WithJsonSchema(
        {"type": "string", "anyOf": [{"pattern": pattern}, {"pattern": r"\{[{%#]"}]}
    )


Line = Annotated[str, _checked(is_line, _NOT_A_LINE), _described(LINE)]
MediaType = Annotated[str, _checked(is_media_type, _NOT_A_MEDIA_TYPE), _described(MEDIA_TYPE)]


def _line(stage: Stage, key: str, value: str) -> str:
    text = str(compute(stage, value))
    if not is_line(text):
        raise script_error(stage, f"`{key}` {_NOT_A_LINE.format(show(text))}")
    return text


class Emit(Step):
    """Emits an event of an undocumented type. Deck adds event types without a new version
    (documented), so a client must accept unknown ones.
    """

    word = "event"
    kinds = KINDS
    is_status = False
    shorthand = "type"
    type: Line = Field(min_length=1)
    """The type of the event."""

    def enter(self, stage: Stage) -> Wait | None:
        """Emit the event."""
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
    """The name of the file."""
    type: MediaType = "text/plain"
    """Its media type."""
    content: str = ""
    """Its text, which the item's `url` serves."""
    extraction: Any = None
    """The data extracted from it. Shown if the task extracts."""
    result: Literal["success", "failure"] = "success"
    """The result of the download. Only edition `credentials` shows it."""

    def enter(self, stage: Stage) -> Wait | None:
        """Keep the file."""
        name, type_ = _line(stage, "name", self.name), str(compute(stage, self.type))
        if not is_media_type(type_):
            raise script_error(stage, f"`type` {_NOT_A_MEDIA_TYPE.format(show(type_))}")
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
    """The name of the file."""
    reasoning: str = ""
    """The reason why the agent takes it."""

    def enter(self, stage: Stage) -> Wait | None:
        """Take the screenshot."""
        name, why = _line(stage, "name", self.name), str(compute(stage, self.reasoning))
        take_screenshot(stage.world, stage.resource, name, why)
        return None
