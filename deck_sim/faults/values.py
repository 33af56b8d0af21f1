"""The types of the fields of faults."""

import json
import re
from collections import Counter
from datetime import timedelta
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    Field,
    PlainSerializer,
    PlainValidator,
    TypeAdapter,
    WithJsonSchema,
)

from deck_sim.base.call_pattern import CallPattern
from deck_sim.base.durations import format_duration
from deck_sim.base.errors import nearest, nearest_type, quote
from deck_sim.base.validation import PositiveDuration, Strict, Whole, show, value_error
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
    if likely := nearest_type(text, every_event_type()):
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
EventName = Annotated[str, Field(min_length=1)]
EventType = Annotated[EventName, AfterValidator(_read_event)]
AnswerError = Annotated[str, PlainValidator(_read_error), WithJsonSchema({"enum": [*_CALL_ERRORS]})]
OnlyTrue = Annotated[
    bool, PlainValidator(_read_true), WithJsonSchema({"const": True}), Field(description="`true`.")
]
RetryAfter = Annotated[
    int,
    Field(ge=0, description="Seconds in the header `Retry-After`. Default: no header."),
    Whole,
]
Duration = Annotated[PositiveDuration, PlainSerializer(format_duration)]


class RealWait(Strict):
    """A delay in real time, whatever the world's clock does."""

    length: PositiveDuration = Field(alias="for")
    """How long."""
    wait: Literal["real"]
    """`real`: the answer is held back for that long in real time."""


_DURATION: TypeAdapter[timedelta] = TypeAdapter(PositiveDuration)


def _read_answer_delay(value: Any) -> timedelta | RealWait:
    if isinstance(value, dict):
        return RealWait.model_validate(value)
    return _DURATION.validate_python(value)


def _print_answer_delay(delay: timedelta | RealWait) -> Any:
    if isinstance(delay, timedelta):
        return format_duration(delay)
    return {"for": format_duration(delay.length), "wait": delay.wait}


AnswerDelay = Annotated[
    timedelta | RealWait,
    PlainValidator(_read_answer_delay),
    PlainSerializer(_print_answer_delay),
    WithJsonSchema({"anyOf": [_DURATION.json_schema(), RealWait.model_json_schema()]}),
]

# Answers of one's own

_TOKEN = "[!#$%&'*+.^_`|~0-9A-Za-z-]+"
_VALUE = r"(?:[!-~\x80-\xff](?:[\t -~\x80-\xff]*[!-~\x80-\xff])?)?"
# Headers that say how the server sends the answer: HTTP breaks if they are wrong.
_OF_THE_SERVER = (
    *("connection", "content-length", "date", "keep-alive", "proxy-connection", "te", "trailer"),
    *("transfer-encoding", "upgrade"),
)
_OURS = "deck-sim-"


def _read_header_name(name: str) -> str:
    if not re.fullmatch(_TOKEN, name):
        raise value_error(
            f"cannot be sent as the name of a header; write letters, digits and hyphens,"
            f" like `X-Cache`, not {show(name)}"
        )
    if name.lower() in _OF_THE_SERVER:
        raise value_error(
            f"{quote(name)} is set by the server that sends the answer; leave it out. For an"
            " answer that breaks off, use the fault `truncate`, `empty` or `reset`"
        )
    if name.lower().startswith(_OURS):
        raise value_error(f"{quote(name)} is a header of deck-sim itself; leave it out")
    return name


def _read_header_text(value: Any) -> str:
    if isinstance(value, int) and not isinstance(value, bool):
        value = f"{value}"
    if not isinstance(value, str):
        raise value_error(f"must be text, a whole number or a list of them, not {show(value)}")
    if not re.fullmatch(_VALUE, value):
        raise value_error(
            "cannot be sent in a header: a value is one line of Latin-1 characters, without"
            f" control characters and without spaces at its ends, not {show(value)}"
        )
    return value


def _read_header_value(value: Any) -> str | list[str]:
    if isinstance(value, list | tuple) and value:
        return [_read_header_text(one) for one in value]
    return _read_header_text(value)


def _check_names(headers: dict[str, Any]) -> dict[str, Any]:
    counts = Counter(map(str.lower, headers))
    for name in headers:
        if counts[name.lower()] > 1:
            raise value_error(f"has {quote(name)} twice; give it once, with a list of values")
    return headers


_TEXT = {"anyOf": [{"type": "string"}, {"type": "integer"}]}
_HeaderName = Annotated[str, AfterValidator(_read_header_name)]
_HeaderValue = Annotated[
    Any,
    PlainValidator(_read_header_value),
    WithJsonSchema({"anyOf": [*_TEXT["anyOf"], {"type": "array", "minItems": 1, "items": _TEXT}]}),
]
AnswerHeaders = Annotated[
    dict[_HeaderName, _HeaderValue],
    Field(json_schema_extra={"propertyNames": {"pattern": f"^{_TOKEN}$"}}),
    AfterValidator(_check_names),
]
ContentType = Annotated[str, Field(min_length=1), AfterValidator(_read_header_text)]


def encode_body(body: Any) -> bytes:
    """The bytes of a body: text as it is, everything else as JSON."""
    text = body if isinstance(body, str) else json.dumps(body, ensure_ascii=False)
    return text.encode()


def _check_body(body: Any) -> Any:
    try:
        encode_body(body)
    except UnicodeEncodeError:
        raise value_error("is not Unicode: it contains half of a surrogate pair") from None
    return body


AnswerBody = Annotated[Any, AfterValidator(_check_body), WithJsonSchema({})]
ErrorMessage = Annotated[str, Field(min_length=1)]
ErrorField = Annotated[str, Field(min_length=1)]
