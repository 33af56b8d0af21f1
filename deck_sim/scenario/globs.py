"""Globs in scenarios and rules: `*`, `?` and `[…]`, as in `fnmatch`, with limited work."""

import re
from fnmatch import fnmatchcase
from typing import Any

from deck_sim.engine.work_limits import spend

_CHARACTERS = 1000  # of a text, which one step compares with a part of a glob


def as_text(value: Any) -> str:
    """A value as the text that globs are compared with."""
    return str(value).lower() if isinstance(value, bool) else str(value)


def fits(text: str, glob: str) -> bool:
    """Whether a glob matches a whole text.

    Raises:
        OutOfSteps: if the globs of the surrounding `limit_work` together take too long.

    """
    if re.search(r"[?[]", glob):
        # Each `[` without an end is searched for to the end of the glob.
        spend(len(glob) * (1 + len(glob) // 50 + len(text) // _CHARACTERS))
        return fnmatchcase(text, glob)
    spend(1 + len(text) // _CHARACTERS)
    return _fits_stars(text, *glob.split("*"))


def _fits_stars(text: str, first: str, *others: str) -> bool:
    # Compiling an expression, as `fnmatchcase` does, takes ten times as long.
    if not others:
        return text == first
    *middle, last = others
    at, end = len(first), len(text) - len(last)
    if at > end or not (text.startswith(first) and text.endswith(last)):
        return False
    for part in middle:
        found = text.find(part, at, end)
        if found < 0:
            return False
        at = found + len(part)
    return True
