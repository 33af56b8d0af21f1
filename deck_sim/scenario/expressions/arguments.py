"""What the filters, tests, functions and operators of expressions are given, and what is wrong with
it: in the words of whoever writes an expression, where Python would speak of its own.
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

_KINDS: tuple[tuple[type | tuple[type, ...], str], ...] = (
    (str, "text"),
    (bool, "true or false"),
    ((int, float), "a number"),
    (Mapping, "an object"),
    ((list, tuple), "a list"),
    (type(None), "null"),
)


def kind(value: Any) -> str:
    """What a value is, in a word or two."""
    return next((words for types, words in _KINDS if isinstance(value, types)), "this")


@contextmanager
def told(name: str, *values: Any) -> Iterator[None]:
    """Say of what cannot be computed that it is for other values than these.

    Raises:
        ExpressionError: then.

    """
    try:
        yield
    except (TypeError, ValueError, AttributeError):
        kinds = " and ".join(map(kind, values))
        raise ExpressionError(f"`{name}` cannot be used with {kinds}") from None


def with_plain_errors(name: str, filter_: Callable[..., Any]) -> Callable[..., Any]:
    """A filter that says in plain words what it cannot be used with."""
    first = _hidden(filter_) - 1

    @wraps(filter_)
    def made(*values: Any, **named: Any) -> Any:
        with told(name, values[first], *values[first + 1 :], *named.values()):
            return filter_(*values, **named)

    return made


def argument_problems(
    found: Iterable[nodes.Node],
    filters: Mapping[str, Any],
    tests: Mapping[str, Any],
    functions: Mapping[str, tuple[str, ...]],
) -> Iterator[str]:
    """What is given to a filter, test or function that does not take it, and what it lacks."""
    for node in found:
        if isinstance(node, nodes.Filter) and node.name in filters:
            yield from _misuses(node.name, _parameters(filters[node.name]), node)
        elif isinstance(node, nodes.Test) and node.name in tests:
            yield from _misuses(node.name, _parameters(tests[node.name]), node)
        elif isinstance(node, nodes.Call):
            name = node.node.name if isinstance(node.node, nodes.Name) else ""
            if name in functions:
                yield from _misuses(name, dict.fromkeys(functions[name], True), node)
        elif isinstance(node, nodes.Const) and node.value in (inf, -inf):
            yield "a number in it is too large"


def _parameters(function: Callable[..., Any]) -> dict[str, bool]:
    """What a filter or test takes beside its value, and whether it needs that."""
    taken = list(signature(function).parameters.values())[_hidden(function) :]
    return {one.name: one.default is Parameter.empty for one in taken}


def _hidden(function: Any) -> int:
    """How many of a filter's first parameters are not written: its value, and what Jinja adds."""
    return 2 if hasattr(function, "jinja_pass_arg") else 1


def _misuses(name: str, takes: Mapping[str, bool], given: Any) -> Iterator[str]:
    """What is given that is not taken, and what is not given that is needed."""
    named = [str(pair.key) for pair in given.kwargs]
    known = [*list(takes)[: len(given.args)], *named]
    all_it_takes = listed(takes) if takes else "nothing more"
    if given.dyn_args is not None or given.dyn_kwargs is not None:
        yield f"`{name}` takes no `*` and no `**`"
    elif len(given.args) > len(takes):
        yield f"`{name}` is given too much; it takes {all_it_takes}"
    elif unknown := [one for one in named if one not in takes]:
        yield f"`{name}` takes no {listed(unknown, last='or')}; it takes {all_it_takes}"
    elif missing := [one for one, needed in takes.items() if needed and one not in known]:
        yield f"`{name}` needs {listed(missing)}"
