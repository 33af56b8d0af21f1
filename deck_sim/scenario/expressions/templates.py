"""Expressions in scenarios, such as `{{ input.check_in_date }}`: how they are read and computed.

1. Only `{{ … }}`. `{%` and `{#` are errors, so nothing loops, assigns, imports or includes.
2. Only the names of `environment`. Only the functions can be called.
3. A text that is one expression keeps the type of its value. In a longer text a value is written as
   JSON.
4. Results are plain JSON data, copied, of at most 64 KiB.
"""

import json
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

from jinja2 import TemplateError, UndefinedError, nodes
from jinja2.environment import TemplateExpression

from deck_sim.base.errors import cut, listed, suggest
from deck_sim.scenario.expressions.environment import FUNCTIONS, VARIABLES, as_text, environment
from deck_sim.scenario.expressions.environment import ExpressionError as ExpressionError


def has_template(value: Any) -> bool:
    """Whether a value has an expression in it, at any depth."""
    return any(is_template(text) for _, text in texts_in(value))


def texts_in(value: Any, *path: int | str) -> Iterator[tuple[tuple[int | str, ...], str]]:
    """Every text in plain data, with its path; a key has the path of its value."""
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
    """Whether a text has an expression in it."""
    return any(mark in text for mark in ("{{", "{%", "{#"))


def template_problems(text: str) -> Iterator[str]:
    """The mistakes in the expressions of a text, found without computing them."""
    try:
        yield from _problems(_parse(text))
    except ExpressionError as error:
        yield f"{error}"


def render(value: Any, names: Mapping[str, Any]) -> Any:
    """Compute every expression in a value, at any depth; raises `ExpressionError`."""
    if isinstance(value, list):
        return [render(item, names) for item in value]
    if isinstance(value, Mapping):
        return {as_text(render(name, names)): render(inner, names) for name, inner in value.items()}
    if not isinstance(value, str) or not is_template(value):
        return value
    try:
        made = _compile(value)(**names)
        return as_text(made) if isinstance(made, str) else json.loads(as_text(made))
    except (ExpressionError, UndefinedError) as error:
        why = f"{error}"
    except Exception as error:  # any error of Python's is a mistake in the expression
        why = f"it cannot be computed: {error}"
    raise ExpressionError(f"`{cut(' '.join(value.split()))}`: {why}") from None


def names_at(now: datetime, **variables: Any) -> dict[str, Any]:
    """The variables and functions of expressions at that moment; `variables` are plain data."""
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


def _parse(text: str) -> nodes.Template:
    if "{%" in text or "{#" in text:
        raise ExpressionError("only `{{ … }}` expressions are allowed, not `{%` or `{#`")
    try:
        return environment().parse(text)
    except TemplateError as error:
        why = f"{error.message}".replace("'end of print statement'", "`}}`").removesuffix(".")
        why = why.replace("end of template", "end of the text")
        raise ExpressionError(f"not an expression: {why}") from None


def _problems(tree: nodes.Template) -> Iterator[str]:
    found = [*tree.find_all(nodes.Node)]
    yield from _unknown(nodes.Filter, found, sorted(environment().filters))
    yield from _unknown(nodes.Test, found, sorted(environment().tests))
    yield from _unknown(nodes.Name, found, [*VARIABLES, *FUNCTIONS])
    called = [node.node for node in found if isinstance(node, nodes.Call)]
    if any(not isinstance(one, nodes.Name) or one.name in VARIABLES for one in called):
        yield f"only {listed(FUNCTIONS)} can be called"
    for inside in (node for node in found if isinstance(node, nodes.Getattr)):
        keys = VARIABLES.get(inside.node.name, ()) if isinstance(inside.node, nodes.Name) else ()
        if keys and inside.attr not in keys:
            yield f"unknown key {inside.attr!r}{suggest(inside.attr, keys)}"


def _unknown(kind: Any, found: list[nodes.Node], known: list[str]) -> Iterator[str]:
    for name in sorted({node.name for node in found if isinstance(node, kind)} - {*known}):
        yield f"unknown {kind.__name__.lower()} {name!r}{suggest(name, known)}"


# Computing


@lru_cache(maxsize=1000)
def _compile(text: str) -> Any:
    tree = _parse(text)
    for problem in _problems(tree):
        raise ExpressionError(problem)
    parts = [part for output in tree.find_all(nodes.Output) for part in output.nodes]
    parts = [p for p in parts if not (isinstance(p, nodes.TemplateData) and p.data.isspace())]
    if len(parts) == 1:
        result = nodes.Assign(nodes.Name("result", "store"), parts[0], lineno=1)
        tree = nodes.Template([result], lineno=1)
    tree.set_environment(environment())
    template = environment().from_string(tree)
    return TemplateExpression(template, False) if len(parts) == 1 else template.render
