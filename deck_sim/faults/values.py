"""The types of the fields of faults."""

from fnmatch import fnmatchcase
from typing import Annotated, Any

from pydantic import AfterValidator, Field, PlainSerializer, PlainValidator, WithJsonSchema

from deck_sim.base.call_pattern import CallPattern
from deck_sim.base.durations import format_duration
from deck_sim.base.errors import nearest, nearest_type, quote
from deck_sim.base.validation import PositiveDuration, Whole, show, value_error
from deck_sim.contract.editions import every_event_type
from deck_sim.contract.error_catalog import CATALOG, IN_RUN_ONLY

_CALL_ERRORS = tuple(row.name for row in CATALOG.values() if row.status != IN_RUN_ONLY)


def _read_match(text: str) -> str:
    try:
        CallPattern.read(text)
    except ValueError as error:
        raise value_error(f"{error}") from None
    return text


def _read_event(text: str) -> str:
    is_meant = any(fnmatchcase(type_, text) for type_ in every_event_type())
    if not is_meant and (likely := nearest_type(text, every_event_type())):
        raise value_error(f"unknown event type {quote(text)}{likely}")
    return text


def _read_error(value: Any) -> str:
    if value in _CALL_ERRORS:
        return str(value)
    name = value if isinstance(value, str) else ""
    if name in CATALOG:
        raise value_error(f"{quote(name)} is an error of failed runs; no call is answered with it")
    near = nearest(name, _CALL_ERRORS)
    advice = near or "; write `type/code`, like `rate_limit/rate_limit_exceeded`"
    raise value_error(f"must be an error that a call is answered with, not {show(value)}{advice}")


def _read_true(value: Any) -> bool:
    if value is not True:
        raise value_error(f"must be true, not {show(value)}")
    return True


Match = Annotated[str, AfterValidator(_read_match)]
EventType = Annotated[str, AfterValidator(_read_event)]
AnswerError = Annotated[str, PlainValidator(_read_error), WithJsonSchema({"enum": [*_CALL_ERRORS]})]
OnlyTrue = Annotated[
    bool, PlainValidator(_read_true), WithJsonSchema({"const": True}), Field(description="`true`.")
]
RetryAfter = Annotated[
    int,
    Field(ge=0, le=86_400, description="Seconds in the header `Retry-After`. Default: no header."),
    Whole,
]
Delay = Annotated[PositiveDuration, PlainSerializer(format_duration)]
