"""Expressions in scenarios, such as `{{ input.check_in_date }}`: how they are read and computed.

1. Only `{{ … }}` is allowed. `{%` and `{#` are errors, so nothing loops, assigns or imports.
2. Only `VARIABLES`, `FUNCTIONS` and the filters and tests of `environment` are known. Only the
   functions can be called.
3. A text that is one expression keeps the type of its value. In a longer text, a value that is not
   text is written as JSON.
4. A result is a copy, in plain JSON data of at most 64 KiB.
"""

import json
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from functools import cache, lru_cache
from typing import Any

from jinja2 import StrictUndefined, TemplateError, UndefinedError, nodes
from jinja2.filters import FILTERS
from jinja2.sandbox import ImmutableSandboxedEnvironment
from jinja2.tests import TESTS

from deck_sim.base.errors import cut, listed, suggest

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
    """An expression such as `{{ input.year }}` that cannot be read or computed."""


def as_text(value: Any) -> str:
    """Return a text as it is, and other values as JSON, or raise `ExpressionError`."""
    text: str = value
    if not isinstance(value, str):
        text = json.dumps(value, ensure_ascii=False, allow_nan=False, default=_refuse)
    if len(text) > MOST_CHARACTERS:
        raise ExpressionError(f"the result is larger than {MOST_CHARACTERS // 1024} KiB")
    return text


def _refuse(value: Any) -> Any:
    str(value)  # an undefined value raises an error with its own message
    raise ExpressionError("the result must be text, a number, a boolean, null, a list or an object")


class _Environment(ImmutableSandboxedEnvironment):
    """Looks up names after a dot as keys, never as attributes of Python objects."""

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
    sandbox = _Environment(
        undefined=StrictUndefined, finalize=as_text, keep_trailing_newline=True, optimized=False
    )
    sandbox.filters = {
        **{name: FILTERS[name] for name in _JINJA_FILTERS},
        "join": lambda value, between="": between.join(map(as_text, value)),
        "string": as_text,
        "unique": lambda value: [*{json.dumps(item): item for item in value}.values()],
    }
    sandbox.tests = {name: TESTS[name] for name in _JINJA_TESTS}
    sandbox.globals = {}
    return sandbox


def texts_in(value: Any, *path: int | str) -> Iterator[tuple[tuple[int | str, ...], str]]:
    """Yield every text and key in plain data, with its path; a key has the path of its value."""
    if isinstance(value, str):
        yield path, value
    elif isinstance(value, Mapping):
        for name, inner in value.items():
            yield (*path, name), name
            yield from texts_in(inner, *path, name)
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from texts_in(item, *path, index)


def is_template(text: str) -> bool:
    """Whether a text has `{{`; also true for `{%` and `{#`, which are refused later."""
    return any(mark in text for mark in ("{{", "{%", "{#"))


def template_problems(text: str) -> Iterator[str]:
    try:
        yield from _problems(_parse(text)[1])
    except ExpressionError as error:
        yield f"{error}"


def render(value: Any, names: Mapping[str, Any]) -> Any:
    """Return a value with its expressions computed. Raises `ExpressionError` if one fails."""
    if isinstance(value, list):
        return [render(item, names) for item in value]
    if isinstance(value, Mapping):
        return {as_text(render(name, names)): render(inner, names) for name, inner in value.items()}
    if not isinstance(value, str) or not is_template(value):
        return value
    try:
        result = _compile(value)(**names)
        return as_text(result) if isinstance(result, str) else json.loads(as_text(result))
    except (ExpressionError, UndefinedError) as error:
        why = f"{error}"
    except Exception as error:  # a mistake in an expression can raise any error
        why = f"the expression cannot be computed: {error}"
    raise ExpressionError(f"`{cut(' '.join(value.split()))}`: {why}") from None


def names_at(now: datetime, **variables: Any) -> dict[str, Any]:
    """Return the variables and functions that expressions can use at this time, by name."""
    return {
        **{name: {} for name in VARIABLES},
        **variables,
        "now": f"{now:%Y-%m-%dT%H:%M:%SZ}",
        "today": f"{now:%Y-%m-%d}",
        "days_from_now": lambda days: f"{now.date() + timedelta(days=days)}",
        "days_after": _days_after,
    }


def _days_after(day: Any, days: Any) -> str:
    try:
        first = datetime.fromisoformat(f"{day}").date()
    except ValueError:
        raise ExpressionError(f"{day!r} is not a date like 2025-01-15") from None
    return f"{first + timedelta(days=days)}"


# Reading


def _parse(text: str) -> tuple[nodes.Template, list[nodes.Node]]:
    if "{%" in text or "{#" in text:
        raise ExpressionError("only `{{ … }}` expressions are allowed, not `{%` or `{#`")
    try:
        tree = environment().parse(text)
        return tree, [*tree.find_all(nodes.Node)]
    except TemplateError as error:
        why = f"{error.message}".replace("'end of print statement'", "`}}`").removesuffix(".")
        why = why.replace("end of template", "end of the text")
        raise ExpressionError(f"not an expression: {why}") from None
    except RecursionError:
        text = "the expression is nested too deeply; use fewer brackets or operators"
        raise ExpressionError(text) from None


def _problems(every_node: list[nodes.Node]) -> Iterator[str]:
    yield from _unknown(nodes.Filter, every_node, sorted(environment().filters))
    yield from _unknown(nodes.Test, every_node, sorted(environment().tests))
    yield from _unknown(nodes.Name, every_node, [*VARIABLES, *FUNCTIONS])
    called = [node.node for node in every_node if isinstance(node, nodes.Call)]
    if any(not isinstance(callee, nodes.Name) or callee.name in VARIABLES for callee in called):
        yield f"only {listed(FUNCTIONS)} can be called"
    for lookup in (node for node in every_node if isinstance(node, nodes.Getattr)):
        keys = VARIABLES.get(lookup.node.name, ()) if isinstance(lookup.node, nodes.Name) else ()
        if keys and lookup.attr not in keys:
            yield f"unknown key {lookup.attr!r}{suggest(lookup.attr, keys)}"


def _unknown(kind: Any, every_node: list[nodes.Node], names: list[str]) -> Iterator[str]:
    for name in sorted({node.name for node in every_node if isinstance(node, kind)} - {*names}):
        yield f"unknown {kind.__name__.lower()} {name!r}{suggest(name, names)}"


# Computing


@lru_cache(maxsize=1000)
def _compile(text: str) -> Any:
    tree, every_node = _parse(text)
    for problem in _problems(every_node):
        raise ExpressionError(problem)
    parts = [part for output in tree.find_all(nodes.Output) for part in output.nodes]
    parts = [p for p in parts if not (isinstance(p, nodes.TemplateData) and p.data.isspace())]
    if len(parts) == 1:
        expression = text.strip()[2:-2].strip("-")
        return environment().compile_expression(expression, undefined_to_none=False)
    return environment().from_string(text).render
