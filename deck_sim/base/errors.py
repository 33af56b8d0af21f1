"""The exception that users catch, and functions that format parts of messages."""

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from contextvars import ContextVar
from fnmatch import fnmatchcase
from typing import Any

LONGEST_VALUE = 60  # a message repeats at most this many characters of a value
_WORD = re.compile("[^\\W_]+")
_NOT_IN_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_MOST_MEANT = 3  # a message suggests at most this many names
# Whether messages are for a test in Python. Commands turn it off, calls of clients in Python on.
in_python = ContextVar("in_python", default=True)


class DeckSimError(Exception):
    """An error of deck-sim that users can catch.

    If a call was refused, `errors` holds the errors in the answer to this call, each with `type`,
    `code` and `message`. Otherwise `errors` is empty.
    """

    def __init__(self, message: str, errors: Sequence[Mapping[str, str]] = ()) -> None:
        super().__init__(message)
        self.errors = tuple(errors)


def cut(text: str, longest: int = LONGEST_VALUE) -> str:
    """Shorten a text to at most `longest` characters; a shortened text ends in `…`."""
    return text if len(text) <= longest else f"{text[: longest - 1]}…"


def fit_xml(text: str) -> str:
    """Replace the characters that XML cannot have, not even escaped, by `�`."""
    return _NOT_IN_XML.sub("�", text)


def for_python(text: str) -> str:
    """Return a part of a message that only tests in Python can use; "" for other readers."""
    return text if in_python.get() else ""


def quote(word: str) -> str:
    """Shorten a word, then put it in quotes, as `repr` does."""
    return repr(cut(word))


def format_path(path: Iterable[int | str]) -> str:
    """Format the path to a value: `task_run[2].running.for`."""
    parts = [f"[{part}]" if isinstance(part, int) else f".{part}" for part in path]
    return "".join(parts).removeprefix(".")


def show(value: Any) -> str:
    """Format a value for a message: `an object`, `an empty list`, or its JSON, shortened."""
    if isinstance(value, dict):
        return "an object" if value else "an empty object"
    if isinstance(value, list | tuple):
        return "a list" if value else "an empty list"
    return cut(json.dumps(value, ensure_ascii=False, default=str))


def counted(number: int, noun: str) -> str:
    """Format a number with its noun: "1 call", "2 calls"."""
    return f"{number} {noun}{'' if number == 1 else 's'}"


def listed(words: Iterable[str], *, last: str = "and") -> str:
    """Join words, as "`a`, `b` or `c`" if `last` is "or"; return "nothing" if there are none."""
    *front, end = [f"`{word}`" for word in words] or ["nothing"]
    return f"{', '.join(front)} {last} {end}" if front else end


def nearest(word: str, allowed: Iterable[str]) -> str:
    """Return "; did you mean 'x' or 'y'?" with up to three names like `word`; "" if none is."""
    from difflib import get_close_matches

    allowed = [*allowed]
    close = get_close_matches(word, allowed, n=1, cutoff=0.65)
    # Prefer names that have every part of `word`: `auth/auth_invalid` for `auth/invalid`. Suggest
    # those with the fewest parts: both `input_schema` and `output_schema` for `schema`.
    parts = {name: {*_WORD.findall(name)} for name in allowed}
    complete = [name for name in parts if parts[name].issuperset(_WORD.findall(word))]
    if close and complete:
        fewest = min(len(parts[name]) for name in complete)
        close = [name for name in complete if len(parts[name]) == fewest][:_MOST_MEANT]
    return f"; did you mean {' or '.join(map(repr, close))}?" if close else ""


def suggest(word: str, allowed: Iterable[str]) -> str:
    """Return the end of a message: names like `word`, else all of `allowed`; "" if it is empty."""
    allowed = [*allowed]
    everything = f"; allowed: {listed(allowed, last='or')}" if allowed else ""
    return nearest(word, allowed) or everything


def nearest_type(type_: str, types: Iterable[str]) -> str:
    """Like `nearest`, for an event type (`task_run.completed`) or a glob (`task_run.*`).

    A scenario may emit new types, such as `task_run.progress`. So the word after a known beginning,
    here `task_run.`, counts as a mistake only if it is very similar to a known word.
    """
    from difflib import get_close_matches

    types = [*types]
    if any(fnmatchcase(name, type_) for name in types):
        return ""
    kind, _, word = type_.partition(".")
    words = [name.removeprefix(f"{kind}.") for name in types if name.startswith(f"{kind}.")]
    may_be_new = words and not get_close_matches(word, words, n=1, cutoff=0.75)
    return "" if may_be_new else nearest(type_, types)
