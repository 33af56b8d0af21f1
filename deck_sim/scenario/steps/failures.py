"""The step that fails a run, and the step that refuses the call which would start the script."""

from typing import Annotated, Any

from pydantic import AfterValidator, ConfigDict, WithJsonSchema, model_validator

from deck_sim.base.errors import nearest, quote
from deck_sim.base.validation import Many, Strict
from deck_sim.contract.error_catalog import CATALOG, run_errors
from deck_sim.engine.script import SCRIPT_KINDS
from deck_sim.engine.step_context import StepContext
from deck_sim.faults.fault_fields import ErrorAnswer
from deck_sim.scenario.steps.step import Step, compute, one_or_many

# The catalog is too long for a message.
_EXAMPLE = (
    "; write `type/code`, like `source/source_not_available`; `deck-sim schema` lists every error"
)


def _read_error_name(value: str) -> str:
    if value in run_errors():
        return value
    if value in CATALOG:
        raise ValueError(f"{quote(value)} is an error of calls, not runs; use the step `refused`")
    raise ValueError(f"unknown error {quote(value)}{nearest(value, run_errors()) or _EXAMPLE}")


def _allow_name(schema: dict[str, Any]) -> None:
    mapping = {**schema}
    schema.clear()
    schema["anyOf"] = [mapping["properties"]["error"], mapping]


class FailedWith(Strict):
    """One error of a failed run: its name, message and field."""

    model_config = ConfigDict(json_schema_extra=_allow_name)
    error: Annotated[
        str, AfterValidator(_read_error_name), WithJsonSchema({"enum": [*run_errors()]})
    ]
    """The `type/code` of the error in Deck's catalog, like `auth/auth_locked`."""
    message: str | None = None
    """The error's message. If omitted, that of the error in Deck's catalog."""
    field: str | None = None
    """The field that the error is about, like `output`."""

    @model_validator(mode="before")
    @classmethod
    def _by_name(cls, value: Any) -> Any:
        return value if isinstance(value, dict) else {"error": value}


class Failed(Step):
    """The run ends as `failed`, with one error of Deck's catalog or several."""

    word = "failed"
    kinds = ("task_run",)
    shorthand = "errors"
    may_be_mapping = True
    ends = True
    errors: Annotated[tuple[FailedWith, ...], Many, one_or_many(FailedWith)]
    """A `type/code` of the error catalog, `{error, message, field}`, or a list of these."""

    @property
    def fails_with(self) -> tuple[str, ...]:
        return tuple(failure.error for failure in self.errors)

    def enter(self, context: StepContext) -> None:
        errors = (
            (e.error, compute(context, e.message), compute(context, e.field)) for e in self.errors
        )
        context.fail(*(context.problem(*error) for error in errors))


def fails(error: str) -> tuple[Failed, ...]:
    """Return the branch that fails a run with this error."""
    return (Failed.model_construct(errors=(FailedWith(error=error),)),)


class Refused(ErrorAnswer, Step):
    """The call is refused, so the resource is not created. The script can have no other step."""

    word = "refused"
    kinds = SCRIPT_KINDS
    shorthand = "error"
    is_status = False
    is_alone = True
    ends = True

    @property
    def fails_with(self) -> tuple[str, ...]:
        return (self.error,)

    def enter(self, context: StepContext) -> None:
        raise self.refusal
