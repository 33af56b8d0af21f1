"""Effects: steps that are not statuses. They take no time."""

import re
from typing import Annotated, Any, Literal, NamedTuple

from pydantic import AfterValidator, Field

from deck_sim.base.validation import format_path, show, value_error
from deck_sim.engine.files import keep_file, take_screenshot
from deck_sim.engine.json_schema import violations
from deck_sim.engine.stage import Stage
from deck_sim.engine.story import KINDS, Wait
from deck_sim.scenario.expressions.templates import is_template
from deck_sim.scenario.steps.step import Step, compute, script_error
from deck_sim.scenario.synthesis.outputs import NOTHING_FITS, NoValidOutput, make_output


class _Rule(NamedTuple):
    """A check of a text, with its description."""

    pattern: str
    message: str

    def check(self, text: str) -> str:
        # A text with expressions is checked once they are computed.
        if not is_template(text) and not re.fullmatch(self.pattern, text):
            raise value_error(self.message.format(show(text)))
        return text

    def compute(self, stage: Stage, key: str, value: str) -> str:
        text = str(compute(stage, value))
        if not re.fullmatch(self.pattern, text):
            raise script_error(stage, f"`{key}` {self.message.format(show(text))}")
        return text


_LINE = _Rule(
    r"[^\x00-\x1f\x7f-\x9f\u2028\u2029]+",
    "must be one line of text, without control characters, not {}",
)
_TOKEN = "[A-Za-z0-9!#$&^_.+-]+"
_MEDIA_TYPE = _Rule(
    # Safe in a header.
    rf"""{_TOKEN}/{_TOKEN}( *; *{_TOKEN}=({_TOKEN}|"[ !#-\[\]-~]*"))*""",
    "must be a media type like `text/csv`, not {}",
)
Line = Annotated[str, AfterValidator(_LINE.check)]
MediaType = Annotated[str, AfterValidator(_MEDIA_TYPE.check)]


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
        type_, resource = _LINE.compute(stage, "type", self.type), stage.resource
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
    """The data extracted from it, shown if the task extracts. If omitted, it is generated from the
    task's `extraction_schema`; data that breaks the schema fails the run."""
    result: Literal["success", "failure"] = "success"
    """The result of the download. Only edition `credentials` shows it."""

    def enter(self, stage: Stage) -> Wait | None:
        name = _LINE.compute(stage, "name", self.name)
        type_ = _MEDIA_TYPE.compute(stage, "type", self.type)
        content = str(compute(stage, self.content)).encode()
        extraction = compute(stage, self.extraction)
        schema = stage.extraction_schema
        if schema is not None and self.result == "success":
            try:
                if extraction is None:
                    world, path = stage.world, format_path(stage.story.path)
                    place = f"{stage.story.owner}/{path}"  # differs for each file of a run
                    extraction = make_output(schema, world.seed, place, world.now, "extraction")
            except NoValidOutput as error:
                why = NOTHING_FITS.format(name="extraction", step=self.word)
                stage.reject(_FAILED, error.problems, why)
                return None
            if broken := violations(schema, extraction, "extraction"):
                stage.reject(_FAILED, broken)
                return None
        keep_file(stage.world, stage.resource, name, type_, content, extraction, self.result)
        return None


_FAILED = "storage/extraction_failed"


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
        name = _LINE.compute(stage, "name", self.name)
        take_screenshot(stage.world, stage.resource, name, str(compute(stage, self.reasoning)))
        return None
