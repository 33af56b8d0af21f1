"""What an expression is made of: what it can name, call and filter with, and the Jinja that knows
nothing else. The laws stand in `templates`.
"""

from collections.abc import Mapping
from functools import cache
from typing import Any

from jinja2 import StrictUndefined
from jinja2 import filters as theirs
from jinja2.sandbox import ImmutableSandboxedEnvironment
from jinja2.tests import TESTS as THEIR_TESTS
from jinja2.utils import pass_environment

from deck_sim.base.errors import listed, nearest
from deck_sim.scenario.expressions import limits
from deck_sim.scenario.expressions.arguments import plain_errors, with_plain_errors
from deck_sim.scenario.expressions.limits import OPERATORS, as_text

# What an expression can name; of some it is known beforehand what they hold.
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
FUNCTIONS: Mapping[str, tuple[str, ...]] = {
    "days_from_now": ("days",),
    "days_after": ("day", "days"),
}
_USUAL_FILTERS = (
    *("abs", "capitalize", "default", "first", "float", "int", "last", "length", "lower", "max"),
    *("min", "sort", "title", "trim", "upper"),
)
FILTERS = (*_USUAL_FILTERS, "sum", *limits.FILTERS)
_USUAL_TESTS = (
    *("boolean", "defined", "even", "false", "float", "in", "integer", "mapping", "none", "number"),
    *("odd", "sequence", "string", "true", "undefined"),
)


def instead(name: Any, known: Any) -> str:
    """What to name instead, out of what is known."""
    names = [str(key) for key in known] if isinstance(known, Mapping | list | tuple) else []
    return f"{nearest(str(name), names)}; there are {listed(names)}" if names else " in it"


class _Environment(ImmutableSandboxedEnvironment):
    """Jinja, with everything taken out that the laws do not name."""

    intercepted_binops = frozenset(("+", "-", "*", "/", "//", "%", "**"))
    intercepted_unops = frozenset(("+", "-"))
    concat = staticmethod(limits.concat)

    def getattr(self, obj: Any, attribute: str) -> Any:
        return self.getitem(obj, attribute)

    def getitem(self, obj: Any, argument: Any) -> Any:
        try:
            return obj[argument]
        except (LookupError, TypeError):
            known = obj if isinstance(obj, Mapping) else ()
            return self.undefined(f"there is no {argument!r}{instead(argument, known)}")

    def call_binop(self, context: Any, operator: str, left: Any, right: Any) -> Any:
        OPERATORS.get(operator, _any)(left, right)
        with plain_errors(operator, left, right):
            return super().call_binop(context, operator, left, right)

    def call_unop(self, context: Any, operator: str, arg: Any) -> Any:
        with plain_errors(operator, arg):
            return super().call_unop(context, operator, arg)


def _any(left: Any, right: Any) -> None:
    """Let an operator have whatever it is given: it makes nothing large."""


@pass_environment
def _sum(environment: _Environment, value: Any, attribute: str | None = None) -> Any:
    return theirs.do_sum(environment, value, attribute)  # without its `start`, which may be a list


@cache
def environment() -> ImmutableSandboxedEnvironment:
    """The Jinja that expressions are read and computed by."""
    made = _Environment(
        undefined=StrictUndefined, finalize=as_text, keep_trailing_newline=True, optimized=False
    )
    usual = {name: theirs.FILTERS[name] for name in _USUAL_FILTERS}
    filters = {**usual, **limits.FILTERS, "sum": _sum}
    made.filters = {name: with_plain_errors(name, one) for name, one in filters.items()}
    made.tests = {name: THEIR_TESTS[name] for name in _USUAL_TESTS}
    made.globals = {}
    return made
