"""Expressions in scenarios, such as `{{ input.check_in_date }}`: how they are read and computed.

1. Only `{{ … }}`. `{%` and `{#` are errors, so nothing loops, assigns, imports or includes.
2. Only the names of `environment`. A name after a dot is looked up as a key, never as an attribute
   of a Python object. Only the functions can be called.
3. Bounded. Deep nesting is not compiled. What multiplies is measured before it is computed. One
   expression makes at most 64 KiB, one step at most 1 MiB.
4. A text that is one expression keeps the type of its value. In a longer text a value is written as
   JSON.
5. Results are plain JSON data, copied.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Any

from jinja2 import Template, TemplateError, UndefinedError, nodes
from jinja2.environment import TemplateExpression
from jinja2.visitor import NodeTransformer

from deck_sim.base.errors import cut, listed, suggest
from deck_sim.scenario.expressions import limits
from deck_sim.scenario.expressions.environment import (
    FUNCTIONS,
    VARIABLES,
    argument_problems,
    environment,
)
from deck_sim.scenario.expressions.limits import MOST_CHARACTERS, MOST_IN_ALL, as_text
from deck_sim.scenario.expressions.limits import ExpressionError as ExpressionError

DEEPEST = 40
_TOO_DEEP = "not an expression: it is nested too deeply"


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
    return _Rendering(names).render(value)


def names_at(now: datetime, **variables: Any) -> dict[str, Any]:
    """The variables and functions of expressions at that moment; `variables` are plain data."""
    return {
        **{name: {} for name in VARIABLES},
        **variables,
        "now": f"{now:%Y-%m-%dT%H:%M:%SZ}",
        "today": f"{now:%Y-%m-%d}",
        "days_from_now": lambda days: _add_days(now.date(), days),
        "days_after": _days_after,
    }


def _days_after(day: Any, days: Any) -> str:
    try:
        first = datetime.fromisoformat(f"{day}").date()
    except ValueError:
        raise ExpressionError(f"{day!r} is not a date like 2025-01-15") from None
    return _add_days(first, days)


def _add_days(day: date, days: Any) -> str:
    try:
        return f"{day + timedelta(days=days)}"
    except (TypeError, ValueError, OverflowError):
        raise ExpressionError(f"{as_text(days)} days after {day} is not a date") from None


# Reading


def _parse(text: str) -> nodes.Template:
    if "{%" in text or "{#" in text:
        raise ExpressionError("only `{{ … }}` expressions are allowed, not `{%` or `{#`")
    if len(text) > MOST_CHARACTERS:
        limit = f"{MOST_CHARACTERS // 1024} KiB"
        raise ExpressionError(f"not an expression: it is longer than {limit}")
    try:
        tree = environment().parse(text)
    except TemplateError as error:
        why = f"{error.message}".replace("'end of print statement'", "`}}`").removesuffix(".")
        why = why.replace("end of template", "end of the text")
        raise ExpressionError(f"not an expression: {why}") from None
    except ValueError:  # Python reads no integer of more than 4,300 digits
        raise ExpressionError("a number in it is too large") from None
    except RecursionError:
        raise ExpressionError(_TOO_DEEP) from None
    level: list[nodes.Node] = [tree]
    for _ in range(DEEPEST):
        level = [inner for node in level for inner in node.iter_child_nodes()]
    if level:
        raise ExpressionError(_TOO_DEEP)
    return tree


def _problems(tree: nodes.Template) -> Iterator[str]:
    found = [*tree.find_all(nodes.Node)]
    names = {node.name for node in found if isinstance(node, nodes.Name)}
    yield from _unknown(nodes.Filter, found, sorted(environment().filters))
    yield from _unknown(nodes.Test, found, sorted(environment().tests))
    yield from _unknown(nodes.Name, found, [*VARIABLES, *FUNCTIONS])
    reported_or_callable = {*FUNCTIONS, *(names - {*VARIABLES})}
    calls = [node for node in found if isinstance(node, nodes.Call)]
    if any(_name(call.node) not in reported_or_callable for call in calls):
        yield f"only {listed(FUNCTIONS)} can be called"
    yield from argument_problems(found)
    if any(isinstance(node, nodes.CondExpr) and node.expr2 is None for node in found):
        yield "an `if` in an expression needs its `else`"
    for inside in (node for node in found if isinstance(node, nodes.Getattr)):
        keys = VARIABLES.get(_name(inside.node), ())
        if keys and inside.attr not in keys:
            yield f"unknown key {inside.attr!r}{suggest(inside.attr, keys)}"


def _unknown(kind: Any, found: list[nodes.Node], known: list[str]) -> Iterator[str]:
    for name in sorted({node.name for node in found if isinstance(node, kind)} - {*known}):
        yield f"unknown {kind.__name__.lower()} {name!r}{suggest(name, known)}"


def _name(node: nodes.Node) -> str:
    return node.name if isinstance(node, nodes.Name) else ""


# Computing


@dataclass(slots=True)
class _Rendering:
    names: Mapping[str, Any]
    left: int = MOST_IN_ALL

    def render(self, value: Any) -> Any:
        if isinstance(value, str):
            return self._text(value) if is_template(value) else value
        if isinstance(value, Mapping):
            return self._mapping(value)
        return [self.render(item) for item in value] if isinstance(value, list) else value

    def _mapping(self, value: Mapping[str, Any]) -> dict[str, Any]:
        made: dict[str, Any] = {}
        for name, inner in value.items():
            key = as_text(self.render(name)) if is_template(name) else name
            if key in made:
                raise ExpressionError(f"two keys become {key!r}")
            made[key] = self.render(inner)
        return made

    def _text(self, text: str) -> Any:
        try:
            made = _compute(text, self.names)
        except ExpressionError as error:
            raise ExpressionError(f"`{cut(' '.join(text.split()))}`: {error}") from None
        self.left -= limits.size(made)
        if self.left < 0:
            raise ExpressionError(f"the step makes more than {MOST_IN_ALL // 1024} KiB")
        return made


def _compute(text: str, names: Mapping[str, Any]) -> Any:
    try:
        return limits.as_plain_data(_compile(text)(**names))
    except (ExpressionError, UndefinedError) as error:
        why = f"{error}"
        if why.endswith("sequence was empty."):
            why = "it takes an item of an empty list"
        raise ExpressionError(why) from None
    except OverflowError:
        raise ExpressionError("it makes too large a number") from None
    except ZeroDivisionError:
        raise ExpressionError("it divides by zero") from None
    except Exception:  # any error of Python's is a mistake in the expression
        why = "the types of its values do not fit together, like text and a number"
        raise ExpressionError(f"it cannot be computed: {why}") from None


@lru_cache(maxsize=1000)
def _compile(text: str) -> Any:
    tree = _parse(text)
    for problem in _problems(tree):
        raise ExpressionError(problem)
    _LimitedConcatenation().visit(tree)
    parts = [part for output in tree.find_all(nodes.Output) for part in output.nodes]
    parts = [p for p in parts if not (isinstance(p, nodes.TemplateData) and p.data.isspace())]
    if len(parts) != 1:
        return _template(tree).render
    result = nodes.Assign(nodes.Name("result", "store"), parts[0], lineno=1)
    return TemplateExpression(_template(nodes.Template([result], lineno=1)), False)


def _template(tree: nodes.Template) -> Template:
    tree.set_environment(environment())
    return environment().from_string(tree)


class _LimitedConcatenation(NodeTransformer):
    """Replaces `~` by the filter `join`, which has limits."""

    def visit_Concat(self, node: nodes.Concat) -> nodes.Filter:  # noqa: N802
        self.generic_visit(node)
        return nodes.Filter(nodes.List(node.nodes), "join", [], [], None, None, lineno=node.lineno)
