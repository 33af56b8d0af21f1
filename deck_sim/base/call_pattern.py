"""Patterns of calls: `POST /v2/tasks/*/run`. A method (left out: any), then a path in which `*`
stands for one part of it and `**` for any number of parts.
"""

import re
from dataclasses import dataclass
from typing import Self

from deck_sim.base.errors import nearest, quote

ANY = "*"
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", ANY)
_PATTERN = re.compile(r"(?:(?P<method>[A-Za-z]+|\*) +)?(?P<path>/\S*|\*\*)")
_BEGINNINGS = ("/v2", "*", "/*")  # of the path of any call of the Deck API
_WILD = {"**": ".*", "*": "[^/]+"}


@dataclass(frozen=True, slots=True)
class CallPattern:
    """What a call must be like."""

    method: str
    path: str

    @classmethod
    def read(cls, text: str) -> Self:
        """Read a pattern.

        Raises:
            ValueError: if it is none, or one that no call of the Deck API can fit.

        """
        found = _PATTERN.fullmatch(text.strip())
        if found is None:
            raise ValueError(
                f"{text!r} is no pattern of a call; write it like `POST /v2/tasks/*/run`"
            )
        pattern = cls((found["method"] or ANY).upper(), found["path"])
        if pattern.method not in METHODS:
            raise ValueError(
                f"unknown method {quote(pattern.method)}{nearest(pattern.method, METHODS)}"
            )
        if not pattern.path.startswith(_BEGINNINGS):
            raise ValueError(f"{quote(pattern.path)} is no path of the API; they begin with `/v2`")
        return pattern

    def takes_method(self, method: str) -> bool:
        """Whether a call may have this method."""
        return self.method in (ANY, method)

    def takes_path(self, path: str) -> bool:
        """Whether a call may have this path."""
        parts = re.split(r"(\*\*|\*)", self.path)
        return bool(re.fullmatch("".join(_WILD.get(part, re.escape(part)) for part in parts), path))

    def matches(self, method: str, path: str) -> bool:
        """Whether it is the pattern of this call."""
        return self.takes_method(method) and self.takes_path(path)
