"""Limits of expressions: they make plain data, and a bounded amount of it.

Operators and filters that multiply are measured before they are computed. Measuring stops at the
limit, so larger values cost no more.
"""

import json
from collections.abc import Callable, Iterable, Mapping
from itertools import chain
from math import prod
from typing import Any

MOST_CHARACTERS = 64 * 1024  # of one expression, or a text with several
MOST_IN_ALL = 1024 * 1024  # of the expressions of one step
MOST_DIGITS = 1000
MOST_LEVELS = 200  # of nested lists and mappings
_TOO_MUCH = f"it makes more than {MOST_CHARACTERS // 1024} KiB"


class ExpressionError(Exception):
    """An expression that cannot be read or computed."""


def size(value: Any) -> int:
    """The characters of a value, or any number over the limit if there are more.

    Raises `ExpressionError` if lists and mappings are nested too deeply.
    """
    found, levels = 0, [iter([value])]  # what is left to measure, level by level
    while levels and found <= MOST_CHARACTERS:
        part = next(levels[-1], levels)
        if part is levels:
            levels.pop()
            continue
        if len(levels) > MOST_LEVELS:
            raise ExpressionError("it cannot be computed: it is nested too deeply")
        found += _characters(part)
        if isinstance(part, Mapping):
            levels.append(chain.from_iterable(part.items()))
        elif isinstance(part, list | tuple):
            levels.append(iter(part))
    return found


def _characters(part: Any) -> int:
    if isinstance(part, str):
        return len(part) or 1
    return _digits(part) if isinstance(part, int) else 1


def _digits(number: int) -> int:
    return number.bit_length() // 3 + 1  # an estimate that is never too low


def as_plain_data(value: Any) -> Any:
    """A copy of a value that is plain JSON data."""
    text = as_text(value)
    return text if isinstance(value, str) else json.loads(text)


def as_text(value: Any) -> str:
    """A value as part of a longer text; raises `ExpressionError` if it is no plain data, or too
    large.
    """
    if size(value) > MOST_CHARACTERS:
        raise ExpressionError(_TOO_MUCH)
    text = value if isinstance(value, str) else _as_json(value)
    if any("\ud800" <= character <= "\udfff" for character in text):
        raise ExpressionError("it makes an unpaired surrogate, which is not a character")
    return text


def _as_json(value: Any) -> str:
    try:
        return json.dumps(value, ensure_ascii=False, allow_nan=False, default=_refuse)
    except ValueError:
        raise ExpressionError("it makes a number that is infinite or not a number") from None


def _refuse(value: Any) -> Any:
    str(value)  # an undefined value raises its own message
    raise ExpressionError("it makes something that is not text, a number, a list or an object")


# Operators


def _sum(left: Any, right: Any) -> None:
    if size(left) + size(right) > MOST_CHARACTERS:
        raise ExpressionError("`+` would make too much")


def _product(left: Any, right: Any) -> None:
    numbers = [abs(part) for part in (left, right) if isinstance(part, int)]
    sizes = [size(part) for part in (left, right) if isinstance(part, str | list | tuple)]
    if sizes and prod(numbers + sizes) > MOST_CHARACTERS:
        raise ExpressionError("`*` would make too much")
    if sum(map(_digits, numbers)) > MOST_DIGITS:
        raise ExpressionError("`*` would make too large a number")


def _power(left: Any, right: Any) -> None:
    if isinstance(left, int) and isinstance(right, int) and _digits(left) * right > MOST_DIGITS:
        raise ExpressionError("`**` would make too large a number")


def _remainder(left: Any, right: Any) -> None:
    if isinstance(left, str):
        raise ExpressionError("`%` is for numbers")


# Each raises if its operator must not be used with the operands.
OPERATORS: dict[str, Callable[[Any, Any], None]] = {
    "+": _sum,
    "*": _product,
    "**": _power,
    "%": _remainder,
}


# Filters


def concat(parts: Iterable[str]) -> str:
    """Join texts; raises `ExpressionError` as soon as they are too large."""
    made, found = list[str](), 0
    for part in parts:
        made.append(part)
        found += len(part)
        if found > MOST_CHARACTERS:
            raise ExpressionError(_TOO_MUCH)
    return "".join(made)


def _join(value: Iterable[Any], between: str = "") -> str:
    return concat(part for item in value for part in (between, as_text(item)))[len(between) :]


def _replace(text: Any, old: str, new: str) -> str:
    whole = as_text(text)
    if whole.count(old) * len(new) > MOST_CHARACTERS:
        raise ExpressionError("`replace` would make too much")
    return whole.replace(old, new)


def _round(value: float, precision: int = 0) -> float:
    if abs(precision) > MOST_DIGITS:
        raise ExpressionError("`round` would make too large a number")
    return round(value, precision)


def _unique(value: Iterable[Any]) -> list[Any]:
    kept: dict[str, Any] = {}
    for item in value:
        kept.setdefault(_as_json(item), item)
    return [*kept.values()]


# Replacements for Jinja's filters that have no limits or do not make plain data.
FILTERS: dict[str, Callable[..., Any]] = {
    "join": _join,
    "replace": _replace,
    "round": _round,
    "string": as_text,
    "unique": _unique,
}
