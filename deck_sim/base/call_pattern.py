"""Patterns of calls, such as `POST /v2/tasks/*/run`: a method, which can be omitted, and a path.

In the path `*` matches one segment and `**` any number of segments.
"""

import re
from dataclasses import dataclass
from functools import cache
from typing import Self

from deck_sim.base.errors import quote, suggest

ANY = "*"
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", ANY)
_PATTERN = re.compile(r"(?:(?P<method>[A-Za-z]+|\*) +)?(?P<path>/[^\s?]*|\*\*)")
_PARAMETER = re.compile("[{<]|/:")  # as in the routes of web frameworks
_STARS = re.compile(r"(\*\*|\*)")
_BEGINNINGS = ("/v2", "*", "/*")  # of paths that can match a call


@dataclass(frozen=True, slots=True)
class CallPattern:
    """A pattern of calls: a method (`*` for any method) and a path, which may have wildcards."""

    method: str
    path: str

    @classmethod
    def read(cls, text: str, *, anywhere: bool = False) -> Self:
        """Parse a pattern, or raise ValueError. With `anywhere`, its path may be outside `/v2`."""
        match = _PATTERN.fullmatch(text.strip())
        if match is None:
            why = "is not a pattern of calls; write it like `POST /v2/tasks/*/run`"
            raise ValueError(f"{quote(text)} {why}")
        pattern = cls((match["method"] or ANY).upper(), match["path"])
        if _PARAMETER.search(pattern.path):
            raise ValueError(f"{quote(pattern.path)} has a parameter; write `*` for that segment")
        if pattern.method not in METHODS:
            near = suggest(pattern.method, METHODS)
            raise ValueError(f"unknown method {quote(pattern.method)}{near}")
        if not anywhere and not pattern.path.startswith(_BEGINNINGS):
            raise ValueError(f"{quote(pattern.path)} is not an API path; paths begin with `/v2`")
        return pattern

    def takes_method(self, method: str) -> bool:
        return self.method in (ANY, method)

    def takes_path(self, path: str) -> bool:
        return _compile(self.path).fullmatch(path) is not None

    def may_match(self, endpoint: str) -> bool:
        """Whether the pattern can match a call of an endpoint, such as `GET /v2/tasks/{id}`.

        Of a path with `**`, only the segments before it are compared.
        """
        method, _, template = endpoint.partition(" ")
        before, stars, _ = self.path.partition("**")
        words, parts = before.split("/"), template.split("/")
        if stars:
            words.pop()
            parts = parts[: len(words)]
        alike = len(words) == len(parts) and all(
            part[:1] == "{" or _compile(word).fullmatch(part)
            for word, part in zip(words, parts, strict=True)
        )
        asks = "GET" if self.method == "HEAD" else self.method  # a GET endpoint answers HEAD
        return asks in (ANY, method) and alike

    def matches(self, method: str, path: str) -> bool:
        return self.takes_method(method) and self.takes_path(path)


@cache
def _compile(path: str) -> re.Pattern[str]:
    stars = {"**": ".*", "*": "[^/]+"}
    parts = (stars.get(part, re.escape(part)) for part in _STARS.split(path))
    return re.compile("".join(parts), re.DOTALL)
