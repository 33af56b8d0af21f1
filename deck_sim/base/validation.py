"""A base class of pydantic models, types of fields, and the messages for pydantic's errors.

Messages name what was found, what is allowed, and the nearest spelling.
"""

import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from types import UnionType
from typing import Annotated, Any, TypeVar, Union, get_args, get_origin

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainValidator,
    RootModel,
    Tag,
    WithJsonSchema,
)
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails, InitErrorDetails, ValidationError

from deck_sim.base.durations import DURATION_PATTERN, HOW_TO_WRITE, parse_duration
from deck_sim.base.errors import nearest, quote, show, suggest

Parsed = TypeVar("Parsed")

Many = Field(strict=False)  # lets a field that is a tuple accept a list


class Strict(BaseModel):
    """A frozen model that refuses unknown keys and does not convert types."""

    model_config = ConfigDict(
        strict=True, extra="forbid", frozen=True, use_attribute_docstrings=True
    )


def field_errors(*errors: tuple[str, str]) -> ValidationError:
    """Make one ValidationError from pairs of a key and its message."""
    details = [
        InitErrorDetails(type="value_error", loc=(key,), input=text, ctx={"error": text})
        for key, text in errors
    ]
    return ValidationError.from_exception_data("value", details)


# 3.0 is read as 3, since both are integers in JSON Schema.
Whole = BeforeValidator(
    lambda value: int(value) if isinstance(value, float) and value.is_integer() else value
)


def read_duration(value: Any, parse: Callable[[str], Parsed]) -> Parsed:
    """Read a duration, or a range of durations, with `parse_duration` or `parse_span`."""
    if not isinstance(value, str):
        raise ValueError(f"must be a duration, not {show(value)}; {HOW_TO_WRITE}")
    return parse(value)


def read_positive_duration(value: Any) -> timedelta:
    length = value if isinstance(value, timedelta) else read_duration(value, parse_duration)
    if not length:
        raise ValueError("must be longer than zero")
    return length


PositiveDuration = Annotated[
    timedelta,
    PlainValidator(read_positive_duration),
    WithJsonSchema({"type": "string", "pattern": f"^(?:{DURATION_PATTERN})$", "examples": ["3s"]}),
]


UNKNOWN_KEY = "unknown key"  # the first words of the message about one

_TEXTS = {
    "missing": "is required",
    "string_type": "must be text, not {found}",
    "string_too_short": "must not be empty",
    "string_too_long": "must be at most {max_length} characters long, not {length}",
    "string_pattern_mismatch": "must match {pattern}, and {found} does not",
    "int_type": "must be a whole number, not {found}",
    "float_type": "must be a number, not {found}",
    "bool_type": "must be true or false, not {found}",
    "dict_type": "must be an object, not {found}",
    "model_type": "must be an object, not {found}",
    "list_type": "must be a list, not {found}",
    "tuple_type": "must be a list, not {found}",
    "too_long": "must have at most {max_length} item{s}{size}",
    "too_short": "must have at least {min_length} item{s}{size}",
    "literal_error": "must be {expected}, not {found}{nearest}",
    "greater_than": "must be more than {gt:.12g}, not {found}",
    "greater_than_equal": "must be at least {ge}, not {found}",
    "less_than_equal": "must be at most {le:.12g}, not {found}",
    "union_tag_not_found": "must be a step, not {found}",
    "value_error": "{error}",  # pydantic's own text begins with "Value error, "
}


def error_message(error: ErrorDetails, root: type[BaseModel]) -> str:
    """Return the message for an error of the model `root`, without the error's location."""
    if error["type"] == "extra_forbidden":
        *place, name = error["loc"]
        allowed = sorted({key for key, _ in _fields(root, tuple(place))})
        return f"{UNKNOWN_KEY} {quote(str(name))}{suggest(str(name), allowed)}"
    text = _TEXTS.get(error["type"], "{msg}")
    value = error.get("input")
    length = len(value) if isinstance(value, str) else 0
    size = f", not {len(value)}" if isinstance(value, list | tuple) else ""
    bounds = error.get("ctx", {})
    plural = "" if 1 in (bounds.get("min_length"), bounds.get("max_length")) else "s"
    allowed = re.findall("'([^']*)'", bounds.get("expected", ""))
    near = nearest(value, allowed) if isinstance(value, str) else ""
    words = {"found": show(value), "length": length, "size": size, "nearest": near, **bounds}
    return text.format(msg=error["msg"], s=plural, **words)


def is_optional(root: type[BaseModel], loc: tuple[int | str, ...]) -> bool:
    """Whether the key at this location in the model `root` may be left out."""
    *place, key = loc
    fields = _fields(root, tuple(place))
    return any(name == key and not info.is_required() for name, info in fields)


def _fields(annotation: Any, loc: tuple[int | str, ...]) -> Iterator[tuple[str, FieldInfo]]:
    origin = get_origin(annotation)
    if origin in (Union, UnionType):
        for member in get_args(annotation):
            yield from _fields(member, loc)
    elif origin is Annotated:
        inner, *marks = get_args(annotation)
        tagged = [mark.tag for mark in marks if isinstance(mark, Tag)] == [*loc[:1]]
        yield from _fields(inner, loc[1:] if tagged and loc else loc)
    elif origin in (list, tuple) and loc and isinstance(loc[0], int):
        yield from _fields(get_args(annotation)[0], loc[1:])
    elif origin is dict and loc:
        yield from _fields(get_args(annotation)[1], loc[1:])
    elif isinstance(annotation, type) and issubclass(annotation, BaseModel):
        fields = {info.alias or name: info for name, info in annotation.model_fields.items()}
        if issubclass(annotation, RootModel):  # has no keys of its own
            info = fields["root"]
            yield from _fields(Annotated[(info.annotation, *info.metadata, None)], loc)
            return
        if loc[:1] == (getattr(annotation, "word", annotation.__name__),):
            loc = loc[1:]  # pydantic adds the chosen member of a union to the location
        if not loc:
            yield from fields.items()
        elif loc[0] in fields:
            yield from _fields(fields[str(loc[0])].annotation, loc[1:])
