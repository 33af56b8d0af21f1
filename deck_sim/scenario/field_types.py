"""The types of fields in scenario files that pydantic does not provide."""

from functools import partial
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, PlainValidator, WithJsonSchema

from deck_sim.base.durations import DURATION_PATTERN, Span, parse_span
from deck_sim.base.errors import nearest, quote, show
from deck_sim.base.validation import Whole, read_duration
from deck_sim.contract.error_catalog import CATALOG, run_errors

_read_span = partial(read_duration, parse=parse_span)


def _read_length(value: Any) -> Any:
    if value == "stuck":
        return value
    if isinstance(value, str) and (hint := nearest(value, ["stuck"])):
        raise ValueError(f"{value!r} is not a duration{hint}")
    return _read_span(value)


def _read_error_name(value: str) -> str:
    if value in run_errors():
        return value
    if value in CATALOG:
        raise ValueError(f"{quote(value)} is an error of calls, not runs; use the step `refused`")
    raise ValueError(f"unknown error {quote(value)}{nearest(value, run_errors()) or _EXAMPLE}")


# The catalog is too long for a message.
_EXAMPLE = (
    "; write `type/code`, like `source/source_not_available`; `deck-sim schema` lists every error"
)


def one_or_many(item: Any) -> BeforeValidator:
    """Return the validator of a field that takes one item or a list of items."""
    return BeforeValidator(
        lambda value: value if isinstance(value, list | tuple) else (value,),
        json_schema_input_type=item | list[item],
    )


_SPAN = f"(?:{DURATION_PATTERN})(?:\\.\\.(?:{DURATION_PATTERN}))?"


def _described(pattern: str, *examples: str) -> WithJsonSchema:
    return WithJsonSchema(
        {"type": "string", "pattern": f"^(?:{pattern})$", "examples": [*examples]}
    )


SpanField = Annotated[Span, PlainValidator(_read_span), _described(_SPAN, "2s", "5m", "2s..8s")]
StepLength = Annotated[
    Span | Literal["stuck"],
    PlainValidator(_read_length),
    _described(f"stuck|{_SPAN}", "2s", "5m", "2s..8s", "stuck"),
]
Version = Annotated[Literal[1], Whole]
RunErrorName = Annotated[
    str, AfterValidator(_read_error_name), WithJsonSchema({"enum": [*run_errors()]})
]
AcceptedText = Annotated[
    str,
    # A decimal is refused, since its spelling is lost: 1.50 was read as 1.5.
    BeforeValidator(lambda value: show(value) if isinstance(value, int) else value),
    WithJsonSchema({"type": ["string", "integer", "boolean"]}),
]
