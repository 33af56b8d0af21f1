"""The types of values in scenario files that pydantic does not know: durations, errors."""

import re
import string
from fnmatch import fnmatchcase
from typing import Annotated, Any, Literal

from pydantic import PlainValidator, WithJsonSchema
from pydantic_core import PydanticCustomError

from deck_sim.complaints import show
from deck_sim.durations import Span, parse_span
from deck_sim.errors import RUN_ERRORS, listed, nearest, quote


def fault(text: str) -> PydanticCustomError:
    """An error whose text is already a sentence."""
    return PydanticCustomError("scenario", "{text}", {"text": text})


def _read_span(value: Any) -> Any:
    try:
        return parse_span(value if isinstance(value, str) else show(value))
    except ValueError as error:
        raise fault(f"{error}") from None


_INSTEAD = f"; a run can fail with {listed(RUN_ERRORS, last='or')}"


def _read_error_name(value: Any) -> Any:
    if value not in RUN_ERRORS:
        value = value if isinstance(value, str) else show(value)
        raise fault(f"unknown error {quote(value)}{nearest(value, RUN_ERRORS)}{_INSTEAD}")
    return value


def _read_length(value: Any) -> Any:
    return value if value == "stuck" else _read_span(value)


def _read_wanted(value: Any) -> str:
    """Read an answer as it will be compared. A decimal has lost its spelling: 1.50 was read 1.5."""
    if isinstance(value, str):
        return value
    if not isinstance(value, int):
        raise fault(f"must be text, not {show(value)}; answers are compared as text, so quote it")
    return show(value)


_WILD = re.compile(r"\[!?\]?[^]]*\]|[?*]")


def matching(glob: str) -> str:
    """A text that matches `glob`."""
    return _WILD.sub(_fill, glob)


def _fill(wild: re.Match[str]) -> str:
    fits = (text for text in ("anything", *string.printable) if fnmatchcase(text, wild[0]))
    return next(fits, wild[0])


_DURATION = {"type": "string", "examples": ["2s", "5m", "2s..8s"]}
SpanField = Annotated[Span, PlainValidator(_read_span), WithJsonSchema(_DURATION)]
Length = Annotated[Span | Literal["stuck"], PlainValidator(_read_length), WithJsonSchema(_DURATION)]
ErrorName = Annotated[
    str, PlainValidator(_read_error_name), WithJsonSchema({"enum": [*RUN_ERRORS]})
]
Wanted = Annotated[str, PlainValidator(_read_wanted), WithJsonSchema({"type": "string"})]
