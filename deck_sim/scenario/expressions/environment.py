"""The variables, functions, filters and tests of expressions, and the Jinja that has only these."""

from collections.abc import Mapping
from functools import cache
from typing import Any

from jinja2 import StrictUndefined, filters
from jinja2.sandbox import ImmutableSandboxedEnvironment
from jinja2.tests import TESTS
from jinja2.utils import pass_environment

from deck_sim.base.errors import suggest
from deck_sim.scenario.expressions import limits
from deck_sim.scenario.expressions.arguments import plain_errors, with_plain_errors
from deck_sim.scenario.expressions.limits import OPERATORS, as_text

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
# The functions, with their parameters.
FUNCTIONS: Mapping[str, tuple[str, ...]] = {
    "days_from_now": ("days",),
    "days_after": ("day", "days"),
}
_JINJA_FILTERS = (
    *("abs", "capitalize", "default", "first", "float", "int", "last", "length", "lower", "max"),
    *("min", "sort", "title", "trim", "upper"),
)
FILTERS = (*_JINJA_FILTERS, "sum", *limits.FILTERS)
_JINJA_TESTS = (
    *("boolean", "defined", "even", "false", "float", "in", "integer", "mapping", "none", "number"),
    *("odd", "sequence", "string", "true", "undefined"),
)


class _Environment(ImmutableSandboxedEnvironment):
    intercepted_binops = frozenset(("+", "-", "*", "/", "//", "%", "**"))
    intercepted_unops = frozenset(("+", "-"))
    concat = staticmethod(limits.concat)

    def getattr(self, obj: Any, attribute: str) -> Any:
        return self.getitem(obj, attribute)

    def getitem(self, obj: Any, argument: Any) -> Any:
        try:
            return obj[argument]
        except (LookupError, TypeError):
            keys = map(str, obj) if isinstance(obj, Mapping) else ()
            return self.undefined(f"unknown key {argument!r}{suggest(str(argument), keys)}")

    def call_binop(self, context: Any, operator: str, left: Any, right: Any) -> Any:
        if operator in OPERATORS:
            OPERATORS[operator](left, right)
        with plain_errors(operator, left, right):
            return super().call_binop(context, operator, left, right)

    def call_unop(self, context: Any, operator: str, arg: Any) -> Any:
        with plain_errors(operator, arg):
            return super().call_unop(context, operator, arg)


@pass_environment
def _sum(environment: _Environment, value: Any, attribute: str | None = None) -> Any:
    return filters.do_sum(environment, value, attribute)  # without `start`, which may be a list


@cache
def environment() -> ImmutableSandboxedEnvironment:
    """The Jinja that reads and computes expressions."""
    made = _Environment(
        undefined=StrictUndefined, finalize=as_text, keep_trailing_newline=True, optimized=False
    )
    taken = {name: filters.FILTERS[name] for name in _JINJA_FILTERS}
    made.filters = {
        name: with_plain_errors(name, one)
        for name, one in {**taken, **limits.FILTERS, "sum": _sum}.items()
    }
    made.tests = {name: TESTS[name] for name in _JINJA_TESTS}
    made.globals = {}
    return made
