"""Expressions in scenarios: `{{ input.check_in_date }}`. The home of jinja2.

Laws:
1. Only expressions: `{%` and `{#` are errors, so nothing loops, assigns, imports or includes.
2. Only what is named here: the variables, the functions, the filters. A name after a dot is looked
up as a key and never as an attribute of Python's; nothing but the functions can be called.
3. Bounded: what multiplies is refused before it is computed, and so is a result of over 64 KiB.
4. A text that is one expression and nothing else keeps the type of its value.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime, timedelta
from functools import cache
from math import isfinite
from typing import Any

from jinja2 import StrictUndefined, TemplateError, Undefined, meta, nodes
from jinja2.filters import FILTERS as ALL_FILTERS
from jinja2.sandbox import ImmutableSandboxedEnvironment

from deck_sim.errors import listed, nearest

VARIABLES = ("input", "task", "connection", "run", "now", "today")
FUNCTIONS = ("days_from_now", "days_after")
_USUAL_FILTERS = (
    *("abs", "capitalize", "default", "first", "float", "int", "last", "length", "lower", "max"),
    *("min", "round", "sort", "string", "sum", "title", "trim", "unique", "upper"),
)
FILTERS = (*_USUAL_FILTERS, "join", "replace")
MOST_CHARACTERS = 64 * 1024
MOST_DIGITS = 1000

_WHOLE = re.compile(r"\s*\{\{((?:(?!\}\}|\{\{).)*)\}\}\s*", re.DOTALL)


class ExpressionError(Exception):
    """An expression that cannot be read or computed; the text says why."""


def has_template(value: Any) -> bool:
    """Whether a value has something to compute in it, however deep."""
    if isinstance(value, str):
        return is_template(value)
    if isinstance(value, Mapping):
        return any(has_template(part) for pair in value.items() for part in pair)
    return isinstance(value, list | tuple) and any(map(has_template, value))


def is_template(text: str) -> bool:
    """Whether a text has something in it that would be computed."""
    return any(mark in text for mark in ("{{", "{%", "{#"))


def template_faults(text: str) -> Iterator[str]:
    """What is wrong with a text's expressions, as far as can be told before they are computed."""
    if "{%" in text or "{#" in text:
        yield "only `{{ … }}` expressions are allowed, not `{%` or `{#`"
        return
    if len(text) > MOST_CHARACTERS:
        yield f"a text with expressions has at most {MOST_CHARACTERS // 1024} Ki characters"
        return
    try:
        tree = _environment().parse(text)
        unknown = [*_unknown_names(tree)]
        if not unknown:
            _environment().compile(tree)
    except TemplateError as error:
        yield f"not an expression: {_plainly(error.message or '')}"
    except RecursionError:
        yield "not an expression: it is nested too deeply"
    else:
        yield from unknown


def _unknown_names(tree: nodes.Template) -> Iterator[str]:
    """The variables, functions, filters and tests of an expression that there are not."""
    filters = {found.name for found in tree.find_all(nodes.Filter)}
    tests = {found.name for found in tree.find_all(nodes.Test)}
    unknown = [
        *_unknown("filter", filters, sorted(FILTERS)),
        *_unknown("test", tests, sorted(_environment().tests)),
    ]
    # Jinja looks for variables only where it knows the filters and the tests.
    variables = set() if unknown else meta.find_undeclared_variables(tree)
    yield from (*unknown, *_unknown("name", variables, [*VARIABLES, *FUNCTIONS]))


def _unknown(noun: str, names: set[str], known: list[str]) -> Iterator[str]:
    for name in sorted(names - {*known}):
        yield f"unknown {noun} {name!r}{nearest(name, known)}; there are {listed(known)}"


def _plainly(message: str) -> str:
    """Jinja's words about a text that it cannot read, without those for whole templates."""
    for theirs, ours in (
        ("'end of print statement'", "`}}`"),
        ("end of template", "end of the text"),
    ):
        message = message.replace(theirs, ours)
    return message.removesuffix(".")


def render(value: Any, names: Mapping[str, Any]) -> Any:
    """`value` with every expression in it computed, however deep it lies.

    Raises:
        ExpressionError: if one cannot be, or what it makes is too large.

    """
    if isinstance(value, str):
        return _render_text(value, names) if is_template(value) else value
    if isinstance(value, Mapping):
        return {_render_text(str(k), names): render(v, names) for k, v in value.items()}
    return [render(item, names) for item in value] if isinstance(value, list) else value


def names_at(now: datetime, **variables: Any) -> dict[str, Any]:
    """What expressions can name at that moment; `variables` are plain data."""
    return {
        **{name: {} for name in VARIABLES},
        **variables,
        "now": f"{now:%Y-%m-%dT%H:%M:%SZ}",
        "today": f"{now:%Y-%m-%d}",
        "days_from_now": lambda days: f"{now + timedelta(days=days):%Y-%m-%d}",
        "days_after": lambda day, days: f"{date.fromisoformat(day) + timedelta(days=days)}",
    }


def _render_text(text: str, names: Mapping[str, Any]) -> Any:
    whole = _WHOLE.fullmatch(text)
    try:
        if whole:
            made = _environment().compile_expression(whole[1], undefined_to_none=False)(**names)
        else:
            made = _environment().from_string(text).render(**names)
        if isinstance(made, Undefined):
            str(made)  # strict: raises, and says what is undefined
    except RecursionError:
        raise ExpressionError("it is nested too deeply") from None
    except (
        Exception
    ) as error:  # whatever the expression made Python raise is the expression's fault
        raise ExpressionError(f"{error}") from None
    if not _is_plain(made):
        raise ExpressionError("it makes something that is not text, a number, a list or an object")
    if _size(made) > MOST_CHARACTERS:
        raise ExpressionError(f"it makes more than {MOST_CHARACTERS // 1024} KiB")
    return made


def _is_plain(value: Any) -> bool:
    """Whether a value can be printed as JSON."""
    if isinstance(value, Mapping):
        return all(isinstance(k, str) and _is_plain(v) for k, v in value.items())
    if isinstance(value, list | tuple):
        return all(map(_is_plain, value))
    return (
        value is None
        or isinstance(value, str | int)
        or (isinstance(value, float) and isfinite(value))
    )


def _size(value: Any) -> int:
    if isinstance(value, Mapping):
        return sum(_size(k) + _size(v) for k, v in value.items())
    if isinstance(value, list | tuple):
        return sum(map(_size, value)) + len(value)
    return len(str(value))


class _Environment(ImmutableSandboxedEnvironment):
    """Jinja, with everything taken out that the laws do not name."""

    intercepted_binops = frozenset({"*", "**", "%"})

    def getattr(self, obj: Any, attribute: str) -> Any:
        return self.getitem(obj, attribute)

    def getitem(self, obj: Any, argument: Any) -> Any:
        try:
            return obj[argument]
        except (LookupError, TypeError):
            return self.undefined(f"there is no {argument!r}{_instead(obj, argument)}")

    def call(__self, __context: Any, __obj: Any, *args: Any, **named: Any) -> Any:  # noqa: N805
        if not any(__obj is __context.get(name) for name in FUNCTIONS):
            raise ExpressionError(f"only {listed(FUNCTIONS)} can be called")
        return __obj(*args, **named)

    def call_binop(self, context: Any, operator: str, left: Any, right: Any) -> Any:
        if operator == "%" and not isinstance(left, int | float):
            raise ExpressionError("`%` is for numbers")
        if operator == "*" and _size(left) * _size_of_factor(left, right) > MOST_CHARACTERS:
            raise ExpressionError("`*` would make too much")
        if operator == "**" and _size(left) * abs(right) > MOST_DIGITS:
            raise ExpressionError("`**` would make too large a number")
        return super().call_binop(context, operator, left, right)


def _instead(obj: Any, argument: Any) -> str:
    names = [str(name) for name in obj] if isinstance(obj, Mapping) else []
    return f"{nearest(str(argument), names)}; there are {listed(names)}" if names else " in it"


def _size_of_factor(left: Any, right: Any) -> int:
    """How many times a product is as large as `left`."""
    if isinstance(left, str | list | tuple) and isinstance(right, int):
        return abs(right)
    if isinstance(right, str | list | tuple) and isinstance(left, int):
        return _size(right) * abs(left)
    return 1


def _join(value: Any, between: str = "") -> str:
    items = [str(item) for item in value]
    if sum(map(len, items)) + len(items) * len(between) > MOST_CHARACTERS:
        raise ExpressionError("`join` would make too much")
    return between.join(items)


def _replace(text: str, old: str, new: str) -> str:
    if str(text).count(old) * len(new) > MOST_CHARACTERS:
        raise ExpressionError("`replace` would make too much")
    return str(text).replace(old, new)


@cache
def _environment() -> _Environment:
    environment = _Environment(undefined=StrictUndefined, autoescape=False, cache_size=400)
    filters: dict[str, Callable[..., Any]] = {name: ALL_FILTERS[name] for name in _USUAL_FILTERS}
    environment.filters = {**filters, "join": _join, "replace": _replace}
    environment.globals = {}
    return environment
