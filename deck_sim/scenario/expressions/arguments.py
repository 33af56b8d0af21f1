"""Messages about wrong arguments of filters, tests, functions and operators in expressions, in
terms of the expression instead of Python's.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from functools import wraps
from inspect import Parameter, signature
from math import inf
from typing import Any

from jinja2 import nodes

from deck_sim.base.errors import listed
from deck_sim.scenario.expressions.limits import ExpressionError

_TYPES: tuple[tuple[type | tuple[type, ...], str], ...] = (
    (str, "text"),
    (bool, "true or false"),
    ((int, float), "a number"),
    (Mapping, "an object"),
    ((list, tuple), "a list"),
    (type(None), "null"),
)


@contextmanager
def plain_errors(name: str, *values: Any) -> Iterator[None]:
    """Replace Python's errors about these values by one that names their types.

    Raises:
        ExpressionError: in place of the error.

    """
    try:
        yield
    except (TypeError, ValueError, AttributeError):
        types = " and ".join(
            next((text for types, text in _TYPES if isinstance(value, types)), "this")
            for value in values
        )
        raise ExpressionError(f"`{name}` cannot be used with {types}") from None


def with_plain_errors(name: str, filter_: Callable[..., Any]) -> Callable[..., Any]:
    """Wrap a filter in `plain_errors`."""
    first = _implicit_count(filter_) - 1

    @wraps(filter_)
    def made(*values: Any, **named: Any) -> Any:
        with plain_errors(name, values[first], *values[first + 1 :], *named.values()):
            return filter_(*values, **named)

    return made


def argument_problems(
    found: Iterable[nodes.Node],
    filters: Mapping[str, Any],
    tests: Mapping[str, Any],
    functions: Mapping[str, tuple[str, ...]],
) -> Iterator[str]:
    """Problems with the arguments of filters, tests and functions in a parsed expression."""
    for node in found:
        if isinstance(node, nodes.Filter) and node.name in filters:
            yield from _problems(node.name, _parameters(filters[node.name]), node)
        elif isinstance(node, nodes.Test) and node.name in tests:
            yield from _problems(node.name, _parameters(tests[node.name]), node)
        elif isinstance(node, nodes.Call):
            name = node.node.name if isinstance(node.node, nodes.Name) else ""
            if name in functions:
                yield from _problems(name, dict.fromkeys(functions[name], True), node)
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
