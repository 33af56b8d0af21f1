"""The regular expressions of JSON Schemas: whether a text matches, in bounded time. The home of
regex.

Whoever writes a schema chooses its patterns, and some take longer than the universe has for a text
that matches none of their ways. Python's own `re` cannot be stopped. So patterns are matched by an
engine that can, and all those of one check share a second of real time. What is within them,
which is every pattern that anybody means well with, depends on no clock.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from math import prod

from deck_sim.base import real_time

PATIENCE = 1.0  # seconds, for all patterns of one check
_LEAST = 0.001  # seconds for one text, however little is left
HEAVIEST = 200_000  # parts of a pattern, written out as often as it repeats them


class TooSlow(Exception):
    """A pattern that takes too long to tell whether a text matches it."""


class NoPattern(Exception):
    """A text that is no regular expression, or one too large; says why."""


class _Patience:
    def __init__(self, seconds: float) -> None:
        self.left = seconds

    def matches(self, pattern: str, text: str) -> bool:
        import regex

        began = real_time.monotonic()
        try:
            return regex.search(pattern, text, timeout=max(self.left, _LEAST)) is not None
        except TimeoutError:
            raise TooSlow from None
        finally:
            self.left -= real_time.monotonic() - began


_SHARED: ContextVar[_Patience | None] = ContextVar("_SHARED", default=None)


@contextmanager
def patience(seconds: float = PATIENCE) -> Iterator[None]:
    """Let all patterns that are matched inside of it share so much time, or what an outer one has
    left.
    """
    token = _SHARED.set(_SHARED.get() or _Patience(seconds))
    try:
        yield
    finally:
        _SHARED.reset(token)


def search(pattern: str, text: str) -> bool:
    """Whether a pattern matches a text, anywhere in it.

    Raises:
        NoPattern: if it is none.
        TooSlow: if that cannot be told in time.

    """
    check_pattern(pattern)
    return (_SHARED.get() or _Patience(PATIENCE)).matches(pattern, text)


def check_pattern(pattern: str) -> None:
    """See that a text is a regular expression of a reasonable size.

    Raises:
        NoPattern: if it is not.

    """
    import regex

    if _weight(pattern) > HEAVIEST:
        raise NoPattern("it is too large, or repeats too much")
    try:
        regex.compile(pattern)
    except (regex.error, OverflowError, RecursionError, ValueError) as error:
        raise NoPattern(f"{error}") from None


def _weight(pattern: str) -> int:
    """How large a pattern is when all that it must repeat is written out, and never too small."""
    counts = [(group, min(int(count), HEAVIEST)) for group, count in _REPEATED.findall(pattern)]
    groups = prod(count or 1 for group, count in counts if group)
    return len(pattern) * groups * max((count for group, count in counts if not group), default=1)


_REPEATED = re.compile(r"(\)?)\{([0-9]{1,9})")
