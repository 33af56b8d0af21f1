"""The types of fields in scenario files that pydantic does not know."""

from functools import partial
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    BeforeValidator,
    GetCoreSchemaHandler,
    GetJsonSchemaHandler,
    PlainValidator,
    WithJsonSchema,
)
from pydantic_core import core_schema

from deck_sim.base.durations import DURATION_PATTERN, Span, parse_span
from deck_sim.base.errors import nearest, quote
from deck_sim.base.validation import Whole, read_duration, show, value_error
from deck_sim.contract.error_catalog import run_errors

_read_span = partial(read_duration, parse=parse_span)


def _read_length(value: Any) -> Any:
    if value == "stuck":
        return value
    if isinstance(value, str) and (hint := nearest(value, ["stuck"])):
        raise value_error(f"{value!r} is not a duration{hint}")
    return _read_span(value)


def _read_error_name(value: str) -> str:
    if value in run_errors():
        return value
    raise value_error(f"unknown error {quote(value)}{nearest(value, run_errors()) or _EXAMPLE}")


# The catalog is too long for a message.
_EXAMPLE = (
    "; write `type/code`, like `source/source_not_available`; `deck-sim schema` lists every error"
)


class OneOrMany:
    """Marks a field that takes a value or a list."""

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> Any:
        """Read a single value as a list of one."""
        return core_schema.no_info_before_validator_function(
            lambda value: value if isinstance(value, list | tuple) else (value,), handler(source)
        )

    def __get_pydantic_json_schema__(self, core: Any, handler: GetJsonSchemaHandler) -> Any:
        """Describe the single value and the list."""
        many = handler(core)
        return {"anyOf": [many["items"], many]}


_SPAN = f"(?:{DURATION_PATTERN})(?:\\.\\.(?:{DURATION_PATTERN}))?"


def _described(pattern: str, *examples: str) -> WithJsonSchema:
    return WithJsonSchema(
        {"type": "string", "pattern": f"^(?:{pattern})$", "examples": [*examples]}
    )


SpanField = Annotated[Span, PlainValidator(_read_span), _described(_SPAN, "2s", "5m", "2s..8s")]
Length = Annotated[
    Span | Literal["stuck"],
    PlainValidator(_read_length),
    _described(f"stuck|{_SPAN}", "2s", "5m", "2s..8s", "stuck"),
]
Version = Annotated[Literal[1], Whole]
ErrorName = Annotated[
    str, AfterValidator(_read_error_name), WithJsonSchema({"enum": [*run_errors()]})
]
AcceptedText = Annotated[
    str,
    # A decimal has lost its spelling: 1.50 was read as 1.5.
    BeforeValidator(lambda value: show(value) if isinstance(value, int) else value),
    WithJsonSchema({"type": ["string", "integer", "boolean"]}),
]
