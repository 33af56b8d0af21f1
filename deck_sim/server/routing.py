"""From a method and a path to the row that answers. Paths match to the letter."""

import re
from collections.abc import Iterable, Mapping, Sequence
from difflib import SequenceMatcher
from functools import cached_property
from typing import Generic, Protocol, TypeVar

from starlette.routing import compile_path
from starlette.types import Scope

from deck_sim.base.errors import listed, quote
from deck_sim.contract.error_catalog import refuse


class Row(Protocol):
    """What can be found: a method and a path, and whatever goes with them."""

    @property
    def method(self) -> str:
        """The HTTP method; a row for GET answers HEAD, too."""

    @property
    def path(self) -> str:
        """The path, with its parameters in braces."""


AnyRow = TypeVar("AnyRow", bound=Row)


class Routes(Generic[AnyRow]):
    """The rows of an API, by path."""

    def __init__(self, rows: Iterable[AnyRow]) -> None:
        self._methods: dict[str, dict[str, AnyRow]] = {}
        for row in rows:
            self._methods.setdefault(row.path, {})[row.method] = row
        self.elsewhere: Mapping[str, Routes[AnyRow]] = {}  # those of other editions, by name
        self.below: Mapping[str, Routes[AnyRow]] = {}  # those below a path that callers forget

    @cached_property
    def _paths(self) -> list[tuple[re.Pattern[str], dict[str, AnyRow]]]:
        """The pattern of each path; made when first asked for, as not every edition is."""
        return [(compile_path(path)[0], found) for path, found in self._methods.items()]

    def find(self, scope: Scope) -> tuple[AnyRow, Mapping[str, str]]:
        """The row that answers, and the parameters in the path.

        Raises:
            ApiError: `endpoint_not_found` or `method_not_allowed`.

        """
        path = path_below(scope)
        for pattern, methods in self._paths:
            if found := pattern.fullmatch(path):
                return _choose(methods, scope), found.groupdict()
        raise refuse("request/endpoint_not_found", self._hint(scope), path=scope["path"])

    def has(self, path: str) -> bool:
        """Whether there is anything at a path."""
        return any(pattern.fullmatch(path) for pattern, _ in self._paths)

    def _hint(self, scope: Scope) -> str | None:
        """What is wrong with a path, its slashes or what it is below, or which edition has it; None
        if none has.
        """
        path, below, root = scope["path"], path_below(scope), scope.get("root_path", "")
        if "//" in below:
            return f"`{path}` is not an endpoint: what is between two of its slashes is empty."
        plain = below.removesuffix("/")
        if plain != below and self.has(plain):
            return f"`{path}` is not an endpoint; without the slash at its end it is one."
        if self.has(below.removeprefix(root)):
            return f"`{path}` is not an endpoint: `{root}` is written twice."
        for prefix, other in self.below.items():
            if other.has(path):
                return f"`{path}` is not an endpoint; `{prefix}{path}` is one."
        for name, other in self.elsewhere.items():
            if other.has(below):
                return f"`{path}` is an endpoint of the `{name}` edition; this world has another."
        near = self._nearest(plain)
        return near and f"`{path}` is not an endpoint; did you mean {quote(root + near)}?"

    def _nearest(self, path: str) -> str | None:
        """The path that has as many parts, and no word that is spelled quite differently."""
        parts = path.split("/")
        ways = [words for each in self._methods if len(words := each.split("/")) == len(parts)]
        likeness, near = max(((_likeness(words, parts), words) for words in ways), default=(0, []))
        filled = (part if _is_open(word) else word for word, part in zip(near, parts, strict=False))
        return "/".join(filled) if likeness >= _LIKE else None


_LIKE = 0.6  # of 1: how like a word has to be, to be taken for a misspelling of another


def _is_open(word: str) -> bool:
    """Whether a word of a path stands for a parameter."""
    return word.startswith("{")


def _likeness(words: Sequence[str], parts: Sequence[str]) -> float:
    """How like a path is, which is how like the word is that differs most."""
    pairs = ((word, part) for word, part in zip(words, parts, strict=True) if not _is_open(word))
    return min(SequenceMatcher(None, word, part).ratio() for word, part in pairs)


def path_below(scope: Scope) -> str:
    """The path below where the app is mounted."""
    path: str = scope["path"]
    return path.removeprefix(scope.get("root_path", ""))


def _choose(methods: Mapping[str, AnyRow], scope: Scope) -> AnyRow:
    method = "GET" if scope["method"] == "HEAD" else scope["method"]
    if method not in methods:
        words = {"path": scope["path"], "method": scope["method"], "allowed": listed(methods)}
        error = refuse("request/method_not_allowed", **words)
        error.headers["Allow"] = ", ".join(methods)
        raise error
    return methods[method]
