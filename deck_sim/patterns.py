"""Patterns of calls: `POST /v2/tasks/*/run`. A method (left out: any), then a path in which `*`
stands for one part of it and `**` for any number of parts.
"""

import re
from dataclasses import dataclass
from typing import Self

_PATTERN = re.compile(r"(?:(?P<method>[A-Za-z]+|\*) +)?(?P<path>/\S*|\*\*)")
_WILD = {"**": ".*", "*": "[^/]+"}
ANY = "*"


@dataclass(frozen=True, slots=True)
class CallPattern:
    """What a call must be like."""

    method: str
    path: str

    @classmethod
    def read(cls, text: str) -> Self:
        """Read a pattern.

        Raises:
            ValueError: if it is none; says how one is written.

        """
        found = _PATTERN.fullmatch(text.strip())
        if found is None:
            raise ValueError(
                f"{text!r} is no pattern of a call; write it like `POST /v2/tasks/*/run`"
            )
        return cls((found["method"] or ANY).upper(), found["path"])

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
