"""Expressions in scenarios: `{{ input.check_in_date }}`. How they are read and computed.

Laws:
1. Only expressions: `{%` and `{#` are errors, so nothing loops, assigns, imports or includes.
2. Only what `expressions` names: variables, functions, filters, tests. A name after a dot is looked
up as a key and never as an attribute of Python's; nothing but the functions is called.
3. Bounded: what is nested too deeply is not compiled, what multiplies is refused before it is
computed, and so is what makes more than 64 KiB, or 1 MiB in one step.
4. A text that is one expression and nothing else keeps the type of its value. In a longer text a
value is written as JSON writes it.
5. What is made is plain data: what JSON can say, and a copy of its own.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Any

from jinja2 import Template, TemplateError, UndefinedError, nodes
from jinja2.environment import TemplateExpression
from jinja2.visitor import NodeTransformer

from deck_sim.base.errors import listed
from deck_sim.scenario.expressions import limits
from deck_sim.scenario.expressions.arguments import argument_problems
from deck_sim.scenario.expressions.environment import FUNCTIONS, VARIABLES, environment, instead
from deck_sim.scenario.expressions.limits import MOST_CHARACTERS, MOST_IN_ALL, as_text
from deck_sim.scenario.expressions.limits import ExpressionError as ExpressionError

DEEPEST = 40
_TOO_LONG = f"not an expression: it is longer than {MOST_CHARACTERS // 1024} KiB"
_EMPTY = "it takes an item of a list that is empty"
_NOT_TOGETHER = "it cannot be computed: values in it do not go together, like text and a number"
_TOO_DEEP = "not an expression: it is nested too deeply"


def has_template(value: Any) -> bool:
    """Whether a value has something to compute in it, however deep."""
    if isinstance(value, str):
        return is_template(value)
    if isinstance(value, Mapping):
        return any(has_template(part) for pair in value.items() for part in pair)
    return isinstance(value, list) and any(map(has_template, value))


def is_template(text: str) -> bool:
    """Whether a text has something in it that would be computed."""
    return any(mark in text for mark in ("{{", "{%", "{#"))


def template_problems(text: str) -> Iterator[str]:
    """What is wrong with a text's expressions, as far as can be told before they are computed."""
    try:
        yield from _strange(_parse(text))
    except ExpressionError as error:
        yield f"{error}"


def render(value: Any, names: Mapping[str, Any]) -> Any:
    """`value` with every expression in it computed, however deep it lies.

    Raises:
        ExpressionError: if one cannot be, or what they make is too much.

    """
    return _Rendering(names).whole(value)


def names_at(now: datetime, **variables: Any) -> dict[str, Any]:
    """What expressions can name at that moment; `variables` are plain data."""
    return {
        **{name: {} for name in VARIABLES},
        **variables,
        "now": f"{now:%Y-%m-%dT%H:%M:%SZ}",
        "today": f"{now:%Y-%m-%d}",
        "days_from_now": lambda days: _later(now.date(), days),
        "days_after": lambda day, days: _later(_day(day), days),
    }


def _day(text: Any) -> date:
    try:
        return datetime.fromisoformat(f"{text}").date()
    except ValueError:
        raise ExpressionError(f"{text!r} is not a date like 2025-01-15") from None


def _later(day: date, days: Any) -> str:
    try:
        return f"{day + timedelta(days=days)}"
    except (TypeError, ValueError, OverflowError):
        raise ExpressionError(f"{as_text(days)} days after {day} is no date") from None


# Reading


def _parse(text: str) -> nodes.Template:
    if "{%" in text or "{#" in text:
        raise ExpressionError("only `{{ … }}` expressions are allowed, not `{%` or `{#`")
    if len(text) > MOST_CHARACTERS:
        raise ExpressionError(_TOO_LONG)
    try:
        tree = environment().parse(text)
    except TemplateError as error:
        raise ExpressionError(f"not an expression: {_plainly(f'{error.message}')}") from None
    except RecursionError:
        raise ExpressionError(_TOO_DEEP) from None
    if _depth(tree) > DEEPEST:
        raise ExpressionError(_TOO_DEEP)
    return tree


def _depth(tree: nodes.Node) -> int:
    depth, level = 0, [tree]
    while level:
        depth, level = depth + 1, [inner for node in level for inner in node.iter_child_nodes()]
    return depth


def _plainly(message: str) -> str:
    """Jinja's words about a text that it cannot read, without those for whole templates."""
    message = message.replace("'end of print statement'", "`}}`")
    return message.replace("end of template", "end of the text").removesuffix(".")


def _strange(tree: nodes.Template) -> Iterator[str]:
    """What an expression names that there is not, and what it calls that cannot be called."""
    found = [*tree.find_all(nodes.Node)]
    filters = {node.name for node in found if isinstance(node, nodes.Filter)}
    tests = {node.name for node in found if isinstance(node, nodes.Test)}
    names = {node.name for node in found if isinstance(node, nodes.Name)}
    yield from _strangers("filter", filters, sorted(environment().filters))
    yield from _strangers("test", tests, sorted(environment().tests))
    yield from _strangers("name", names, [*VARIABLES, *FUNCTIONS])
    callable_or_told = {*FUNCTIONS, *(names - {*VARIABLES})}
    calls = [node for node in found if isinstance(node, nodes.Call)]
    if any(_name(call.node) not in callable_or_told for call in calls):
        yield f"only {listed(FUNCTIONS)} can be called"
    yield from argument_problems(found, environment().filters, environment().tests, FUNCTIONS)
    if any(isinstance(node, nodes.CondExpr) and node.expr2 is None for node in found):
        yield "an `if` in an expression needs its `else`"
    for inside in (node for node in found if isinstance(node, nodes.Getattr)):
        known = VARIABLES.get(_name(inside.node), ())
        if known and inside.attr not in known:
            yield f"there is no {inside.attr!r}{instead(inside.attr, known)}"


def _strangers(noun: str, names: set[str], known: list[str]) -> Iterator[str]:
    for name in sorted(names - {*known}):
        yield f"unknown {noun} {name!r}{instead(name, known)}"


def _name(node: nodes.Node) -> str:
    return node.name if isinstance(node, nodes.Name) else ""


# Computing


@dataclass(slots=True)
class _Rendering:
    """One value on its way, and how much its expressions may still make."""

    names: Mapping[str, Any]
    left: int = MOST_IN_ALL

    def whole(self, value: Any) -> Any:
        if isinstance(value, str):
            return self._text(value) if is_template(value) else value
        if isinstance(value, Mapping):
            return self._mapping(value)
        return [self.whole(item) for item in value] if isinstance(value, list) else value

    def _mapping(self, value: Mapping[str, Any]) -> dict[str, Any]:
        made: dict[str, Any] = {}
        for name, inner in value.items():
            key = as_text(self.whole(name)) if is_template(name) else name
            if key in made:
                raise ExpressionError(f"two keys become {key!r}")
            made[key] = self.whole(inner)
        return made

    def _text(self, text: str) -> Any:
        try:
            made = _compute(text, self.names)
        except ExpressionError as error:
            error.found_in = text
            raise
        self.left -= limits.size(made)
        if self.left < 0:
            raise ExpressionError(f"the step makes more than {MOST_IN_ALL // 1024} KiB")
        return made


def _compute(text: str, names: Mapping[str, Any]) -> Any:
    try:
        return limits.as_plain_data(_compile(text)(**names))
    except (ExpressionError, UndefinedError) as error:
        text = f"{error}"
        raise ExpressionError(_EMPTY if text.endswith("sequence was empty.") else text) from None
    except OverflowError:
        raise ExpressionError("it makes too large a number") from None
    except ZeroDivisionError:
        raise ExpressionError("it divides by zero") from None
    except Exception:  # whatever Python raised at it is the expression's own fault
        raise ExpressionError(_NOT_TOGETHER) from None


@lru_cache(maxsize=1000)
def _compile(text: str) -> Any:
    """What computes a text.

    Raises:
        ExpressionError: if the text breaks a law.

    """
    tree = _parse(text)
    for fault in _strange(tree):
        raise ExpressionError(fault)
    _Joined().visit(tree)
    expression = _single(tree)
    if expression is None:
        return _template(tree).render
    result = nodes.Assign(nodes.Name("result", "store"), expression, lineno=1)
    return TemplateExpression(_template(nodes.Template([result], lineno=1)), False)


def _template(tree: nodes.Template) -> Template:
    tree.set_environment(environment())
    return environment().from_string(tree)


def _single(tree: nodes.Template) -> nodes.Expr | None:
    """The expression that a text consists of, if there is nothing but space around it."""
    parts = [part for output in tree.find_all(nodes.Output) for part in output.nodes]
    told = [p for p in parts if not (isinstance(p, nodes.TemplateData) and p.data.isspace())]
    return told[0] if len(told) == 1 else None


class _Joined(NodeTransformer):
    """Lets the bounded `join` do what `~` does."""

    def visit_Concat(self, node: nodes.Concat) -> nodes.Filter:  # noqa: N802
        self.generic_visit(node)
        return nodes.Filter(nodes.List(node.nodes), "join", [], [], None, None, lineno=node.lineno)
