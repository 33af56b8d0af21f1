"""The variables, functions, filters and tests of expressions, and the Jinja that has only these."""

import json
from collections.abc import Mapping
from functools import cache
from typing import Any

from jinja2 import StrictUndefined
from jinja2.filters import FILTERS
from jinja2.sandbox import ImmutableSandboxedEnvironment
from jinja2.tests import TESTS

from deck_sim.base.errors import suggest

MOST_CHARACTERS = 64 * 1024  # of a result

# The variables, with their keys if those are known beforehand.
VARIABLES: Mapping[str, tuple[str, ...]] = {
    "input": (),
    "task": ("id", "name"),
    "user": ("external_id", "username"),
    "connection": ("id", "external_id", "username"),
    "credential": ("id", "external_id", "username"),
    "session": ("id",),
    "run": ("id",),
    "now": (),
    "today": (),
}
FUNCTIONS = ("days_from_now", "days_after")
_JINJA_FILTERS = (
    *("abs", "capitalize", "default", "first", "float", "int", "last", "length", "lower", "max"),
    *("min", "replace", "round", "sort", "sum", "title", "trim", "upper"),
)
_JINJA_TESTS = (
    *("boolean", "defined", "even", "false", "float", "in", "integer", "mapping", "none", "number"),
    *("odd", "sequence", "string", "true", "undefined"),
)


class ExpressionError(Exception):
    """An expression that cannot be read or computed."""


def as_text(value: Any) -> str:
    """A value as part of a longer text: as JSON, unless it is a text."""
    text: str = value
    if not isinstance(value, str):
        text = json.dumps(value, ensure_ascii=False, allow_nan=False, default=_refuse)
    if len(text) > MOST_CHARACTERS:
        raise ExpressionError(f"it makes more than {MOST_CHARACTERS // 1024} KiB")
    return text


def _refuse(value: Any) -> Any:
    str(value)  # an undefined value raises its own message
    raise ExpressionError("it makes something that is not text, a number, a list or an object")


class _Environment(ImmutableSandboxedEnvironment):
    """Looks names after a dot up as keys, never as attributes of Python objects."""

    def getattr(self, obj: Any, attribute: str) -> Any:
        return self.getitem(obj, attribute)

    def getitem(self, obj: Any, argument: Any) -> Any:
        try:
            return obj[argument]
        except (LookupError, TypeError):
            keys = map(str, obj) if isinstance(obj, Mapping) else ()
            return self.undefined(f"unknown key {argument!r}{suggest(str(argument), keys)}")


@cache
def environment() -> ImmutableSandboxedEnvironment:
    """The Jinja that reads and computes expressions."""
    made = _Environment(
        undefined=StrictUndefined, finalize=as_text, keep_trailing_newline=True, optimized=False
    )
    taken = {name: FILTERS[name] for name in _JINJA_FILTERS}
    made.filters = {
        **taken,
        "join": lambda value, between="": between.join(map(as_text, value)),
        "string": as_text,
        "unique": lambda value: [*{json.dumps(item): item for item in value}.values()],
    }
    made.tests = {name: TESTS[name] for name in _JINJA_TESTS}
    made.globals = {}
    return made
