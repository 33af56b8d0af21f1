"""The steps that are no status: what else the agent does on the way. They take no time."""

from typing import Any

from pydantic import Field

from deck_sim.engine.files import keep_file, take_screenshot
from deck_sim.engine.stage import Stage
from deck_sim.engine.story import Wait
from deck_sim.scenario.step import Step, compute


class Emit(Step):
    """An event of a type that the API does not document, about what plays the script.

    Deck adds event types without a new version (documented), so a client must put up with one.
    """

    word = "event"
    kinds = ("connection", "session", "task_run")
    is_status = False
    shorthand = "type"
    type: str = Field(min_length=1)
    """The event's type."""

    def enter(self, stage: Stage) -> Wait | None:
        """Emit it."""
        type_, resource = str(compute(stage, self.type)), stage.resource
        stage.world.note(resource.kind, resource.id, f"event {type_}")
        stage.world.emit(type_, resource)
        return None


class KeepFile(Step):
    """The agent downloads a file. It becomes a storage item if the task's storage is enabled."""

    word = "file"
    kinds = ("task_run",)
    is_status = False
    shorthand = "name"
    name: str = Field(min_length=1)
    """The file's name."""
    type: str = "text/plain"
    """Its media type."""
    content: str = ""
    """Its text, which is what the item's `url` serves."""
    extraction: Any = None
    """What was extracted from it; shown if the task extracts."""

    def enter(self, stage: Stage) -> Wait | None:
        """Keep the file."""
        name, type_ = str(compute(stage, self.name)), str(compute(stage, self.type))
        content = str(compute(stage, self.content)).encode()
        extraction = compute(stage, self.extraction)
        keep_file(stage.world, stage.resource, name, type_, content, extraction)
        return None


class TakeScreenshot(Step):
    """The agent takes a screenshot."""

    word = "screenshot"
    kinds = ("task_run",)
    is_status = False
    shorthand = "name"
    name: str = "screenshot.png"
    """The file's name."""
    reasoning: str = ""
    """Why the agent took it."""

    def enter(self, stage: Stage) -> Wait | None:
        """Take it."""
        name, why = str(compute(stage, self.name)), str(compute(stage, self.reasoning))
        take_screenshot(stage.world, stage.resource, name, why)
        return None
