"""What all models of scenario files are made of, and the types that pydantic does not know."""

import re
import string
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Annotated, Any, Literal

from pydantic import (
    BeforeValidator,
    GetCoreSchemaHandler,
    GetJsonSchemaHandler,
    PlainValidator,
    WithJsonSchema,
)
from pydantic_core import core_schema

from deck_sim.base.durations import DURATION_PATTERN, HOW_TO_WRITE, Span, parse_span
from deck_sim.base.errors import nearest
from deck_sim.base.validation import (
    Many,
    Strict,
    Whole,
    field_errors,
    read_whole,
    show,
    value_error,
)
from deck_sim.contract.error_catalog import CATALOG, run_errors

__all__ = [
    "Many",
    "Strict",
    "Whole",
    "field_errors",
    "value_error",
]  # what scenario files share with others


def _read_span(value: Any) -> Any:
    if value == "stuck":
        raise value_error(f"cannot be `stuck`; {HOW_TO_WRITE}")
    if not isinstance(value, str):
        raise value_error(f"must be a duration, not {show(value)}; {HOW_TO_WRITE}{_RANGE}")
    if len(value) > _LONG:
        raise value_error(f"{show(value)} is not a duration; {HOW_TO_WRITE}{_RANGE}")
    try:
        return parse_span(value)
    except ValueError as error:
        raise value_error(f"{error}{'' if '..' in value else _RANGE}") from None


_LONG = 60  # characters; longer texts are not shown whole
_RANGE = "; a range like `2s..8s`"


def _read_length(value: Any) -> Any:
    if value == "stuck":
        return value
    if isinstance(value, str) and (hint := nearest(value, ["stuck"])):
        raise value_error(f"{value!r} is not a duration{hint}")
    return _read_span(value)


def _read_error_name(value: Any) -> Any:
    if not isinstance(value, str):
        raise value_error(f"must be text, not {show(value)}{_INSTEAD}")
    if value in run_errors():
        return value
    if value in CATALOG:
        raise value_error(f"{value!r} is the answer to a wrong call{_INSTEAD}")
    named = repr(value) if len(value) <= _LONG else show(value)
    raise value_error(f"unknown error {named}{nearest(value, run_errors()) or _INSTEAD}")


_INSTEAD = "; write the `type/code` of a run's error, such as `task/task_failed`"


def _read_wanted(value: Any) -> str:
    """Read an answer as it will be compared. A decimal has lost its spelling: 1.50 was read 1.5."""
    if isinstance(value, str):
        return value
    if isinstance(value, int):
        return show(value)
    advice = _ADVICE.get(type(value), 'for any text, write `"*"`')
    raise value_error(f"must be text, not {show(value)}; {advice}")


_ADVICE: dict[type, str] = {
    float: "answers are compared as text, so quote it",
    list: "for several right answers, give `accept` a list of mappings",
}


_WILD = re.compile(r"\[!?\]?[^]]*\]|[?*]")


def matching(glob: str) -> str:
    """A text that matches `glob`."""
    return _WILD.sub(_fill, glob)


def _fill(wild: re.Match[str]) -> str:
    fits = (text for text in ("anything", *string.printable) if fnmatchcase(text, wild[0]))
    return next(fits, wild[0])


_SPAN = f"(?:{DURATION_PATTERN})(?:\\.\\.(?:{DURATION_PATTERN}))?"


def one_or_many(value: Any) -> Any:
    """Read a value, or a list of them, as several."""
    return tuple(value) if isinstance(value, list) else (value,)


@dataclass(frozen=True, slots=True)
class OneOrMany:
    """Marks a field that takes a value or a list of them, `least` at least; the schema says so."""

    least: int = 0
    """How many a list has at least."""

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> Any:
        """Read one as several."""
        return core_schema.no_info_before_validator_function(one_or_many, handler(source))

    def __get_pydantic_json_schema__(self, core: Any, handler: GetJsonSchemaHandler) -> Any:
        """Describe both ways to write it."""
        many = handler(core)
        return {"anyOf": [many["items"], {**many, "minItems": self.least}]}


def _read_version(value: Any) -> Any:
    if value is True:  # which Python takes for 1
        raise value_error("must be 1, not true")
    return read_whole(value)


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
Version = Annotated[Literal[1], BeforeValidator(_read_version)]
ErrorName = Annotated[
    str, PlainValidator(_read_error_name), WithJsonSchema({"enum": [*run_errors()]})
]
Wanted = Annotated[
    str, PlainValidator(_read_wanted), WithJsonSchema({"type": ["string", "integer", "boolean"]})
]
