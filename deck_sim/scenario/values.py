"""What all models of scenario files are made of, and the types that pydantic does not know."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, PlainValidator, WithJsonSchema
from pydantic_core import PydanticCustomError

from deck_sim.complaints import show
from deck_sim.durations import Span, parse_span
from deck_sim.errors import RUN_ERRORS, listed, nearest

Many = Field(strict=False)  # a list in the file is a tuple in the model, which nothing can change


class Strict(BaseModel):
    """A mapping of known keys."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)


def fault(text: str) -> PydanticCustomError:
    """An error whose text is already a sentence."""
    return PydanticCustomError("scenario", "{text}", {"text": text})


def _read_span(value: Any) -> Any:
    if isinstance(value, Span):
        return value
    try:
        return parse_span(value if isinstance(value, str) else show(value))
    except ValueError as error:
        raise fault(f"{error}") from None


_INSTEAD = f"; a run can fail with {listed(RUN_ERRORS, last='or')}"


def _read_error_name(value: Any) -> Any:
    if value not in RUN_ERRORS:
        value = value if isinstance(value, str) else show(value)
        raise fault(f"unknown error {value!r}{nearest(value, RUN_ERRORS) or _INSTEAD}")
    return value


def _read_length(value: Any) -> Any:
    return value if value == "stuck" else _read_span(value)


_DURATION = {"type": "string", "examples": ["2s", "5m", "2s..8s"]}
SpanField = Annotated[Span, PlainValidator(_read_span), WithJsonSchema(_DURATION)]
Length = Annotated[Span | Literal["stuck"], PlainValidator(_read_length), WithJsonSchema(_DURATION)]
ErrorName = Annotated[
    str, PlainValidator(_read_error_name), WithJsonSchema({"enum": [*RUN_ERRORS]})
]
