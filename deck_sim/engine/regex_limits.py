"""The regular expressions of JSON Schemas, matched in bounded time. The home of regex.

Some patterns take exponential time, and Python's `re` cannot be stopped. regex takes a time limit.
It counts no steps, so this is the only limit that depends on the machine. Engines that match in
linear time, such as RE2, know no look-ahead, which is common in schemas for passwords.
"""

import re
from functools import lru_cache
from math import prod
from typing import TYPE_CHECKING

from deck_sim.base import real_time
from deck_sim.base.errors import quote
from deck_sim.engine.work_limits import current_work, spend

if TYPE_CHECKING:
    from regex import Pattern

MOST_WEIGHT = 200_000
_COMPARED = 2000  # characters compared in the time of a step
_SHORTEST = 0.001  # seconds for one text when the time of a check is used up
_LONGEST = 100  # characters of a pattern in a message


class PatternTooSlow(Exception):
    """Matching the pattern takes too long."""


class InvalidPattern(Exception):
    """The text is not a regular expression, or too large a one."""


def search(pattern: str, text: str) -> bool:
    """Whether a pattern matches anywhere in a text.

    Raises `InvalidPattern`, or `PatternTooSlow` if the patterns of one check together take
    longer than its limit.
    """
    # The engine compares its longest literal text at each place, and cannot be stopped in it.
    spend(1 + len(pattern) * len(text) // _COMPARED)
    work, began = current_work(), real_time.monotonic()
    try:
        timeout = max(work.seconds, _SHORTEST)
        return _compile_once(pattern).search(text, timeout=timeout) is not None
    except TimeoutError:
        text = f"the pattern {quote(pattern, _LONGEST)} takes too long to match"
        raise PatternTooSlow(text) from None
    finally:
        work.seconds -= real_time.monotonic() - began


def check_pattern(pattern: str) -> None:
    """Raise `InvalidPattern` unless a text is a regular expression of a reasonable size."""
    _compile_once(pattern)


def parse_pattern(pattern: str) -> None:
    """Raise `InvalidPattern` unless a text is a regular expression in Python's syntax."""
    # `re.compile` takes milliseconds for each class of letters that ignores case.
    spend(len(pattern) // 2)
    try:
        re._parser.parse(pattern)
    except (re.error, OverflowError) as error:
        raise InvalidPattern(_explain(pattern, error)) from None


def _compile_once(pattern: str) -> "Pattern[str]":
    # A check may use more patterns in turn than a cache of fixed size holds.
    patterns: dict[str, Pattern[str]] = current_work().patterns
    if pattern not in patterns:
        weight = _weigh(pattern)
        if weight > MOST_WEIGHT:
            raise InvalidPattern(_explain(pattern, "it is too large, or repeats too much"))
        spend(2 * len(pattern) + weight // 16)
        compiled = _compile(pattern)
        parse_pattern(pattern)  # the engine has more flags; with `(?f)` it cannot be stopped
        patterns[pattern] = compiled
    return patterns[pattern]


@lru_cache(maxsize=200)
def _compile(pattern: str) -> "Pattern[str]":
    import regex

    try:
        return regex.compile(pattern)
    except (regex.error, OverflowError, RecursionError, ValueError) as error:
        raise InvalidPattern(_explain(pattern, error)) from None


def _explain(pattern: str, why: object) -> str:
    return f"the pattern {quote(pattern, _LONGEST)} is invalid: {why}"


def _weigh(pattern: str) -> int:
    # An upper bound of the pattern's length with all repetitions written out, as regex does.
    counts = [(group, min(int(count), MOST_WEIGHT)) for group, count in _REPEATED.findall(pattern)]
    groups = prod(count or 1 for group, count in counts if group)
    return len(pattern) * groups * max((count for group, count in counts if not group), default=1)


_REPEATED = re.compile(r"(\)?)\{([0-9]{1,9})")
