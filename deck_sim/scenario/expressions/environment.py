"""The variables, functions, filters and tests of expressions, the Jinja that has only these, and
messages about their arguments in terms of the expression instead of Python's.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from functools import cache, wraps
from inspect import Parameter, signature
from math import inf
from typing import Any

from jinja2 import StrictUndefined, filters, nodes
from jinja2.sandbox import ImmutableSandboxedEnvironment
from jinja2.tests import TESTS
from jinja2.utils import pass_environment

from deck_sim.base.errors import listed, suggest
from deck_sim.scenario.expressions import limits
from deck_sim.scenario.expressions.limits import OPERATORS, ExpressionError, as_text

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
_JINJA_TESTS = (
    *("boolean", "defined", "even", "false", "float", "in", "integer", "mapping", "none", "number"),
    *("odd", "sequence", "string", "true", "undefined"),
)
_TYPES: tuple[tuple[type | tuple[type, ...], str], ...] = (
    (str, "text"),
    (bool, "true or false"),
    ((int, float), "a number"),
    (Mapping, "an object"),
    ((list, tuple), "a list"),
    (type(None), "null"),
)


@contextmanager
def _plain_errors(name: str, *values: Any) -> Iterator[None]:
    """Replace Python's errors about these values by one that names their JSON types."""
    try:
        yield
    except (TypeError, ValueError, AttributeError):
        types = " and ".join(
            next((text for types, text in _TYPES if isinstance(value, types)), "this")
            for value in values
        )
        raise ExpressionError(f"`{name}` cannot be used with {types}") from None


def _with_plain_errors(name: str, filter_: Callable[..., Any]) -> Callable[..., Any]:
    first = _implicit_count(filter_) - 1

    @wraps(filter_)
    def made(*values: Any, **named: Any) -> Any:
        with _plain_errors(name, values[first], *values[first + 1 :], *named.values()):
            return filter_(*values, **named)

    return made


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
        with _plain_errors(operator, left, right):
            return super().call_binop(context, operator, left, right)

    def call_unop(self, context: Any, operator: str, arg: Any) -> Any:
        with _plain_errors(operator, arg):
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
        name: _with_plain_errors(name, one)
        for name, one in {**taken, **limits.FILTERS, "sum": _sum}.items()
    }
    made.tests = {name: TESTS[name] for name in _JINJA_TESTS}
    made.globals = {}
    return made


# Arguments


def argument_problems(found: Iterable[nodes.Node]) -> Iterator[str]:
    """Problems with the arguments of filters, tests and functions in a parsed expression."""
    known: dict[type, Mapping[str, Any]]
    known = {nodes.Filter: environment().filters, nodes.Test: environment().tests}
    for node in found:
        if isinstance(node, nodes.Filter | nodes.Test) and node.name in known[type(node)]:
            yield from _problems(node.name, _parameters(known[type(node)][node.name]), node)
        elif isinstance(node, nodes.Call):
            name = node.node.name if isinstance(node.node, nodes.Name) else ""
            if name in FUNCTIONS:
                yield from _problems(name, dict.fromkeys(FUNCTIONS[name], True), node)
        elif isinstance(node, nodes.Const) and node.value in (inf, -inf):
            yield "a number in it is too large"


def _parameters(function: Callable[..., Any]) -> dict[str, bool]:
    """The written parameters of a filter or test, and whether each is required."""
    taken = list(signature(function).parameters.values())[_implicit_count(function) :]
    return {one.name: one.default is Parameter.empty for one in taken}


def _implicit_count(function: Any) -> int:
    """The number of parameters that are not written: the value, and the one that Jinja adds."""
    return 2 if hasattr(function, "jinja_pass_arg") else 1


def _problems(name: str, takes: Mapping[str, bool], given: Any) -> Iterator[str]:
    named = [str(pair.key) for pair in given.kwargs]
    known = [*list(takes)[: len(given.args)], *named]
    all_it_takes = listed(takes) if takes else "no arguments"
    if given.dyn_args is not None or given.dyn_kwargs is not None:
        yield f"`{name}` takes no `*` and no `**`"
    elif len(given.args) > len(takes):
        yield f"`{name}` has too many arguments; it takes {all_it_takes}"
    elif unknown := [one for one in named if one not in takes]:
        yield f"`{name}` takes no {listed(unknown, last='or')}; it takes {all_it_takes}"
    elif missing := [one for one, needed in takes.items() if needed and one not in known]:
        yield f"`{name}` needs {listed(missing)}"
