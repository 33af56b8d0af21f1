"""Effects: steps that are not statuses. They take no time."""

from typing import Any, Literal

from pydantic import Field

from deck_sim.base.errors import format_path
from deck_sim.contract.error_catalog import Problem
from deck_sim.contract.json_schema import violations
from deck_sim.engine.files import keep_file, take_screenshot
from deck_sim.engine.script import SCRIPT_KINDS
from deck_sim.engine.step_context import StepContext
from deck_sim.scenario.outputs import NOTHING_FITS, NoValidOutput, make_output
from deck_sim.scenario.steps.step import Step, compute


class Emit(Step):
    """Emits an event of any type. Deck adds event types without a new version (documented), so a
    client must accept unknown types.
    """

    word = "event"
    kinds = SCRIPT_KINDS
    is_status = False
    shorthand = "type"
    type: str = Field(min_length=1)
    """The event type, like `task_run.completed`, or one that Deck does not have."""

    def enter(self, context: StepContext) -> None:
        type_, resource = str(compute(context, self.type)), context.resource
        context.check_holds(type_)
        context.world.note(resource.kind, resource.id, f"event {type_}")
        context.world.emit(type_, resource)


class KeepFile(Step):
    """The agent downloads a file, which becomes a storage item if the task's storage is enabled."""

    word = "file"
    kinds = ("task_run",)
    is_status = False
    shorthand = "name"
    name: str = Field(min_length=1)
    """The name of the file, like `invoice.csv`."""
    type: str = "text/plain"
    """The media type of the file, like `text/csv`."""
    content: str = ""
    """The text of the file, which the item's `url` serves."""
    extraction: Any = None
    """The extracted data, shown if the task's storage extracts data. If omitted, it is generated
    from the `extraction_schema`. Data that breaks the schema makes the result a `failure`."""
    metadata: dict[str, Any] | None = None
    """Data that the API shows with the item, like `{year: 2025}`."""
    result: Literal["success", "failure"] = "success"
    """The result of the extraction: a `failure` keeps the file without its data. Only the edition
    `credentials` shows the result."""

    def enter(self, context: StepContext) -> None:
        name, type_, content = (
            str(compute(context, text)) for text in (self.name, self.type, self.content)
        )
        extraction, metadata = compute(context, self.extraction), compute(context, self.metadata)
        schema, result, broken, why = context.extraction_schema, self.result, list[Problem](), ""
        if schema is not None and result == "success":
            try:
                if extraction is None:
                    world, path = context.world, format_path(context.story.path)
                    place = f"{context.story.owner}/{path}"  # differs for each file of a run
                    extraction = make_output(schema, world.seed, place, world.now, "extraction")
                broken = violations(schema, extraction, "extraction")
            except NoValidOutput as error:
                why = NOTHING_FITS.format(name="extraction", step=self.word)
                broken = error.problems
        for problem in broken:
            context.world.note("task_run", context.resource.id, f"{why}{problem.message}")
            result = "failure"
        if schema is None or result == "failure":
            extraction = None
        attributes = {"extraction": extraction, "metadata": metadata, "result": result}
        keep_file(context.world, context.resource, name, type_, content.encode(), **attributes)


class TakeScreenshot(Step):
    """The agent takes a screenshot, which the API lists for the run. Its picture is empty."""

    word = "screenshot"
    kinds = ("task_run",)
    is_status = False
    shorthand = "name"
    name: str = "screenshot.png"
    """The name of the file, like `login.png`."""
    reasoning: str = ""
    """What the agent saw and chose, as the API shows it, like `The login page is open`. If omitted,
    a sentence about the page and the task."""

    def enter(self, context: StepContext) -> None:
        name, reasoning = (str(compute(context, text)) for text in (self.name, self.reasoning))
        take_screenshot(context.world, context.resource, name, reasoning)
