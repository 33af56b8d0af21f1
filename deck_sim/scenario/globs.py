"""Globs in scenarios and rules: `*`, `?` and `[…]`, as in `fnmatch`."""

from fnmatch import fnmatchcase
from typing import Any


def as_text(value: Any) -> str:
    """A value as the text that globs are compared with."""
    return str(value).lower() if isinstance(value, bool) else str(value)


def fits(text: str, glob: str) -> bool:
    """Whether a glob matches a whole text."""
    return fnmatchcase(text, glob)
