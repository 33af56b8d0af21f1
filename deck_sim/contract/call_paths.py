"""Which operations of an edition a pattern of calls can match, and the nearest one if none."""

from __future__ import annotations

import re
from collections.abc import Collection
from functools import lru_cache

from deck_sim.base.call_pattern import ANY, CallPattern, nearest_path
from deck_sim.base.errors import listed, nearest
from deck_sim.contract.editions import EDITIONS

_PREFIX = "/v2"
_PARAMETER = re.compile(r"\{\w+\}")
_PARTS = re.compile(r"\*\*|\*|\{\w+\}|.")
_EVERY_CALL = ("**", "/**", "*", "/*", f"{_PREFIX}**", f"{_PREFIX}/**")  # the method alone counts

# A path is a list of sets of characters: one character, `_ALL`, `_PART` (all but a slash), and, as
# the last, `_END`. The flag says that characters of the set may be absent or repeated.
Token = tuple[str, bool]
_ALL, _PART, _END = "all", "part", "end"


def can_match(call: str, editions: Collection[str]) -> bool:
    """Whether a call of these editions can match the pattern.

    Raises:
        ValueError: if it is not a pattern of calls.

    """
    pattern = CallPattern.read(call)
    methods = {method for name in editions for method in _methods_at(pattern.path, name)}
    found = bool(methods) if pattern.method == ANY else pattern.method in methods
    return found or pattern.path in _EVERY_CALL


def explain_mismatch(call: str, editions: Collection[str]) -> str | None:
    """Why no call of these editions can match the pattern; None if one can.

    Raises:
        ValueError: if it is not a pattern of calls.

    """
    if can_match(call, editions):
        return None
    pattern = CallPattern.read(call)
    methods = {method for name in editions for method in _methods_at(pattern.path, name)}
    where = f"the edition {listed(editions)}" if len(editions) == 1 else "any edition"
    text = f"no call of {where} can match {str(pattern)!r}"
    if methods:
        return f"{text}; that path takes {listed(sorted(methods))}"
    if "?" in pattern.path:
        return f"{text}; a pattern has no query, so write the path alone"
    if others := [name for name in EDITIONS if can_match(call, (name,))]:
        return f"{text}; it is one of the edition {listed(others)}"
    return f"{text}{_suggest(pattern, editions)}"


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
    reached, open_ = set[tuple[int, int]](), [(0, 0)]  # positions after a common beginning
    while open_:
        i, j = place = open_.pop()
        if place == (len(one), len(other)):
            return True
        if place not in reached:
            reached.add(place)
            (letters, stays), (other_letters, other_stays) = one[i], other[j]
            open_ += [(i + stays, j), (i, j + other_stays)]
            if _share(letters, other_letters):
                open_.append((i + (not stays), j + (not other_stays)))
    return False


def _share(one: str, other: str) -> bool:
    """Whether a character is in both sets."""
    if one == other or _END in (one, other):
        return one == other
    return _ALL in (one, other) or (_PART in (one, other) and "/" not in (one, other))


def _tokens(path: str) -> list[Token]:
    tokens = list[Token]()
    for part in _PARTS.findall(path):
        if part == "**":
            tokens.append((_ALL, True))
        elif part == "*" or part.startswith("{"):
            tokens += [(_PART, False), (_PART, True)]
        else:
            tokens.append((part, False))
    return [*tokens, (_END, False)]
