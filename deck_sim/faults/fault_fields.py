"""The checked types of the fields of faults: call patterns, event types, errors, headers."""

import re
from collections import defaultdict
from collections.abc import Callable
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
    PlainValidator,
    WithJsonSchema,
)

from deck_sim.base.durations import format_duration
from deck_sim.base.errors import nearest, quote, show
from deck_sim.base.validation import (
    PositiveDuration,
    Strict,
    Whole,
    read_positive_duration,
)
from deck_sim.contract.editions import explain_misspelt_event, explain_unknown_call
from deck_sim.contract.error_catalog import CATALOG, IN_RUN_ONLY, ApiError, refuse

_CALL_ERRORS = tuple(row.name for row in CATALOG.values() if row.status != IN_RUN_ONLY)


def _checked_by(explain: Callable[[str], str | None]) -> AfterValidator:
    def check(text: str) -> str:
        if why := explain(text):
            raise ValueError(why)
        return text

    return AfterValidator(check)


def _read_error(value: Any) -> str:
    if value in _CALL_ERRORS:
        return str(value)
    name = value if isinstance(value, str) else ""
    if name in CATALOG:
        raise ValueError(f"{quote(name)} is an error of runs, not calls; use the step `failed`")
    near = nearest(name, _CALL_ERRORS)
    advice = near or "; write `type/code`, like `rate_limit/rate_limit_exceeded`"
    raise ValueError(f"must be an error that answers a call, not {show(value)}{advice}")


def _read_true(value: Any) -> bool:
    if value is not True:
        raise ValueError(f"must be true, not {show(value)}")
    return True


Match = Annotated[str, _checked_by(explain_unknown_call)]
EventName = Annotated[str, Field(min_length=1)]
EventType = Annotated[EventName, _checked_by(explain_misspelt_event)]
AnswerError = Annotated[str, PlainValidator(_read_error), WithJsonSchema({"enum": [*_CALL_ERRORS]})]
OnlyTrue = Annotated[
    bool, PlainValidator(_read_true), WithJsonSchema({"const": True}), Field(description="`true`.")
]
RetryAfter = Annotated[int, Field(ge=0), Whole]


class ErrorAnswer(Strict):
    """An error that answers a call, given by a fault or by the step `refused`."""

    error: AnswerError
    """The `type/code` of the error, like `rate_limit/rate_limit_exceeded`."""
    message: str | None = None
    """The message. Default: the text of this error in Deck's catalog."""
    field: str | None = None
    """The field of the body that the error is about."""
    retry_after: RetryAfter | None = None
    """The header `Retry-After`, in seconds. If omitted, the header is not sent."""

    @property
    def refusal(self) -> ApiError:
        words = defaultdict(lambda: "…", field=self.field or "…")  # other values are not known
        text = self.message or CATALOG[self.error].message.format_map(words)
        error = refuse(self.error, text, field=self.field)
        if self.retry_after is not None:
            error.headers["Retry-After"] = f"{self.retry_after}"
        return error


FaultDuration = Annotated[PositiveDuration, PlainSerializer(format_duration)]


class RealWait(Strict):
    """A delay in real time, even if the world's clock is frozen."""

    model_config = ConfigDict(serialize_by_alias=True)
    length: FaultDuration = Field(alias="for")
    """The length of the delay, like `3s`."""
    wait: Literal["real"]
    """Always `real`: the delay passes in real time, not on the world's clock."""


AnswerDelay = Annotated[
    FaultDuration | RealWait,
    BeforeValidator(
        lambda value: (
            RealWait.model_validate(value)
            if isinstance(value, dict)
            else read_positive_duration(value)
        )
    ),
]

# Names and values of headers

_TOKEN = r"[!#$%&'*+.^_`|~0-9A-Za-z-]+"
_LINE = r"(?:[!-~\x80-\xff](?:[\t -~\x80-\xff]*[!-~\x80-\xff])?)?"
# Headers that say how the server sends the answer: HTTP breaks if they are wrong.
_OF_THE_SERVER = (
    *("connection", "content-length", "date", "keep-alive", "proxy-connection", "te", "trailer"),
    *("transfer-encoding", "upgrade"),
)


def _read_header_name(name: str) -> str:
    if not re.fullmatch(_TOKEN, name):
        raise ValueError(f"{quote(name)} is not the name of a header; use letters, digits and `-`")
    if name.lower() in _OF_THE_SERVER:
        raise ValueError(f"{quote(name)} is set by the server that sends the answer; leave it out")
    return name


def _read_header_text(value: Any) -> str:
    text = f"{value}" if type(value) is int else value
    if not isinstance(text, str) or not re.fullmatch(_LINE, text):
        raise ValueError(
            "must be a whole number, or one line of Latin-1 text without a space at its beginning"
            f" or end, not {show(value)}"
        )
    return text


def _read_header_value(value: Any) -> str | list[str]:
    if isinstance(value, list | tuple) and value:
        return [_read_header_text(item) for item in value]
    return _read_header_text(value)


_HeaderName = Annotated[
    str,
    AfterValidator(_read_header_name),
    WithJsonSchema({"type": "string", "pattern": f"^{_TOKEN}$"}),
]
_HeaderValue = Annotated[
    Any,
    PlainValidator(_read_header_value, json_schema_input_type=str | int | list[str | int]),
]
AnswerHeaders = dict[_HeaderName, _HeaderValue]
ContentType = Annotated[str, Field(min_length=1), AfterValidator(_read_header_text)]
