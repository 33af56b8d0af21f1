"""Patterns of calls, such as `POST /v2/tasks/*/run`: a method, which can be omitted, and a path.

In the path `*` matches one segment and `**` any number of segments. Of the path of a call, the
first 1,000 characters are compared.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Self

from deck_sim.base.errors import nearest, quote

ANY = "*"
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", ANY)
_PATTERN = re.compile(r"(?:(?P<method>[A-Za-z]+|\*) +)?(?P<path>/\S*|\*\*)")
_LONGEST, _MOST_STARS = 500, 10  # looking for calls that match takes time for each character
_MOST_COMPARED = 1000  # characters of a path; a world may have a thousand patterns for each call
_STARS = re.compile(r"(\*\*|\*)")
_BEGINNINGS = ("/v2", "*", "/*")  # of patterns that can match a call
_SIMILARITY = 0.6  # of 1: how similar two words are if one is a misspelling of the other


@dataclass(frozen=True, slots=True)
class CallPattern:
    """A method and a path pattern."""

    method: str
    path: str

    @classmethod
    def read(cls, text: str, *, anywhere: bool = False) -> Self:
        """Parse a pattern; with `anywhere`, also one of a path that is not below `/v2`.

        Raises:
            ValueError: if the text is not a pattern, or no such call can match it.

        """
        if len(text) > _LONGEST:
            raise ValueError(f"{quote(text)} is longer than {_LONGEST} characters; use `*` or `**`")
        found = _PATTERN.fullmatch(text.strip())
        if found is None:
            raise ValueError(
                f"{quote(text)} is not a pattern of calls; write it like `POST /v2/tasks/*/run`"
            )
        pattern = cls((found["method"] or ANY).upper(), found["path"])
        if len(_STARS.findall(pattern.path)) > _MOST_STARS:
            raise ValueError(
                f"{quote(text)} has more than {_MOST_STARS} stars; one `**` matches any number of"
                " segments"
            )
        if pattern.method not in METHODS:
            raise ValueError(
                f"unknown method {quote(pattern.method)}{nearest(pattern.method, METHODS)}"
            )
        if pattern.path.startswith("/_sim"):
            raise ValueError(
                f"{quote(pattern.path)} is a path of the control API; its calls are not in the"
                " journal, and have no faults and holds"
            )
        if not anywhere and not pattern.path.startswith(_BEGINNINGS):
            raise ValueError(
                f"{quote(pattern.path)} is not a path of the API; paths begin with `/v2`"
            )
        return pattern

    def __str__(self) -> str:
        return self.path if self.method == ANY else f"{self.method} {self.path}"

    def takes_method(self, method: str) -> bool:
        """Whether the method matches."""
        return self.method in (ANY, method)

    def takes_path(self, path: str) -> bool:
        """Whether the path matches."""
        # Not with a regular expression: a few stars in one segment can take it minutes.
        path = path[:_MOST_COMPARED]
        places = {0}  # the lengths of the beginnings of the path that the parts so far match
        for part in _STARS.split(self.path):
            if part == "**":
                end = len(path) + 1
                places = {*range(min(places, default=end), end)}
            elif part == "*":
                places = {*_inside_segments(path, sorted(places))}
            else:
                places = {place + len(part) for place in places if path.startswith(part, place)}
        return len(path) in places

    def matches(self, method: str, path: str) -> bool:
        """Whether the call matches."""
        return self.takes_method(method) and self.takes_path(path)


def _inside_segments(path: str, places: list[int]) -> Iterator[int]:
    """Every place that is further on in the same segment as one of these."""
    end = -1
    for place in places:
        if place > end:
            end = f"{path}/".index("/", place)
            yield from range(place + 1, end + 1)


def nearest_path(path: str, templates: Iterable[str]) -> str | None:
    """The template that is most like the path, with the path's parts in place of parameters.

    `/v2/taks/task_1` gives `/v2/tasks/task_1` for `/v2/tasks/{id}`. A template with another number
    of parts does not count; None if a word of each template is too different.
    """
    parts = path.split("/")
    likely = [words for one in templates if len(words := one.split("/")) == len(parts)]
    similarity, words = max(((_similarity(one, parts), one) for one in likely), default=(0, []))
    if similarity < _SIMILARITY:
        return None
    pairs = zip(words, parts, strict=True)
    return "/".join(part if word.startswith("{") else word for word, part in pairs)


def _similarity(words: list[str], parts: list[str]) -> float:
    """The similarity of the least similar word. Parameters do not count."""
    pairs = zip(words, parts, strict=True)
    return min(SequenceMatcher(None, word, part).ratio() for word, part in pairs if word[:1] != "{")
