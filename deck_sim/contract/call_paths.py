"""Which operations of an edition a pattern of calls can match, and the nearest one if none."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from functools import lru_cache

from deck_sim.base.call_pattern import ANY, CallPattern, nearest_path
from deck_sim.base.errors import listed, nearest
from deck_sim.contract.editions import EDITIONS

_PREFIX = "/v2"
_PARAMETER = re.compile(r"\{\w+\}")
_PARTS = re.compile(r"\*\*|\*|\{\w+\}|.")
_EVERY_CALL = ("**", "/**", "*", "/*", f"{_PREFIX}**", f"{_PREFIX}/**")  # the method alone counts

# A path as a list of characters that it must have. Each is a set of characters, `_ALL`, or `_PART`
# (all but a slash); the flag says that it may be absent or repeated.
Token = tuple[str, bool]
_ALL, _PART = "all", "part"


def explain_mismatch(call: str, editions: Collection[str]) -> str | None:
    """Why no call of these editions can match the pattern; None if one can.

    Raises:
        ValueError: if it is not a pattern of calls.

    """
    pattern = CallPattern.read(call)
    methods = {method for name in editions for method in _methods_at(pattern.path, name)}
    if pattern.path in _EVERY_CALL or _fits(pattern.method, methods):
        return None
    where = f"the edition {listed(editions)}" if len(editions) == 1 else "any edition"
    text = f"no call of {where} can match {str(pattern)!r}"
    if methods:
        return f"{text}; that path takes {listed(sorted(methods))}"
    if "?" in pattern.path:
        return f"{text}; a pattern has no query, so write the path alone"
    others = [name for name in EDITIONS if _fits(pattern.method, _methods_at(pattern.path, name))]
    if others:
        return f"{text}; it is one of the edition {listed(others)}"
    return f"{text}{_suggest(pattern, editions)}"


def _fits(method: str, methods: Collection[str]) -> bool:
    return method in methods or (method == ANY and bool(methods))


@lru_cache(maxsize=1000)  # of patterns, which anybody may write
def _methods_at(path: str, edition: str) -> frozenset[str]:
    """The methods of the operations whose paths the pattern of paths can match."""
    return frozenset(
        method
        for row in EDITIONS[edition].every_operation
        if _can_match(path, f"{_PREFIX}{row.path}")
        for method in _methods(row.method)
    )


def _methods(method: str) -> tuple[str, ...]:
    return ("GET", "HEAD") if method == "GET" else (method,)


def _suggest(pattern: CallPattern, editions: Collection[str]) -> str:
    templates = dict.fromkeys(
        f"{_PREFIX}{row.path}"
        for name in editions
        for row in EDITIONS[name].every_operation
        if pattern.method in (ANY, *_methods(row.method))
    )
    path = pattern.path.rstrip("/")
    if near := nearest_path(path, templates):
        return f"; did you mean {str(CallPattern(pattern.method, near))!r}?"
    others = (_PARAMETER.sub(ANY, template) for template in templates)
    written, *calls = (str(CallPattern(pattern.method, one)) for one in (path, *others))
    return nearest(written, calls)


def _can_match(path: str, template: str) -> bool:
    """Whether a path exists that both the pattern of paths and the template match."""
    one, other = _tokens(path), _tokens(template)
    # The pairs of positions that a common beginning can lead to.
    reached, open_ = set[tuple[int, int]](), [(0, 0)]
    while open_:
        place = open_.pop()
        if place not in reached:
            reached.add(place)
            open_ += _next_places(one, other, *place)
    return (len(one), len(other)) in reached


def _next_places(one: list[Token], other: list[Token], i: int, j: int) -> Iterator[tuple[int, int]]:
    is_optional = i < len(one) and one[i][1], j < len(other) and other[j][1]
    if is_optional[0]:
        yield i + 1, j
    if is_optional[1]:
        yield i, j + 1
    if i < len(one) and j < len(other) and _share(one[i][0], other[j][0]):
        yield i + (not is_optional[0]), j + (not is_optional[1])


def _share(one: str, other: str) -> bool:
    """Whether a character is in both sets."""
    if _ALL in (one, other) or one == other:
        return True
    return _PART in (one, other) and "/" not in (one, other)


def _tokens(path: str) -> list[Token]:
    tokens = list[Token]()
    for part in _PARTS.findall(path):
        if part == "**":
            tokens.append((_ALL, True))
        elif part == "*" or part.startswith("{"):
            tokens += [(_PART, False), (_PART, True)]
        else:
            tokens.append((part, False))
    return tokens
