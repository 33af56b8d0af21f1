"""The exception that users see, and the parts of sentences that messages share."""

from collections.abc import Iterable, Mapping, Sequence
from difflib import get_close_matches

LONGEST = 60  # characters of a found value that a message repeats


class DeckSimError(Exception):
    """The simulator could not do what its user asked of it; says why.

    `errors` are the elements of the server's answer, if it gave one.
    """

    def __init__(self, message: str, errors: Sequence[Mapping[str, str]] = ()) -> None:
        super().__init__(message)
        self.errors = tuple(errors)


def quote(word: str) -> str:
    """A found word in quotes, short enough for a sentence."""
    return repr(word if len(word) <= LONGEST else f"{word[: LONGEST - 1]}…")


def listed(words: Iterable[str], *, last: str = "and") -> str:
    """Words in a sentence, each quoted: `a`, `b` and `c`."""
    *front, end = [f"`{word}`" for word in words] or ["nothing"]
    return f"{', '.join(front)} {last} {end}" if front else end


def nearest(word: str, allowed: Iterable[str]) -> str:
    """`; did you mean 'x'?` for the closest spelling, or nothing if none is close."""
    close = get_close_matches(word, list(allowed), n=1, cutoff=0.6)
    return f"; did you mean {close[0]!r}?" if close else ""


def nearest_type(type_: str, known: Iterable[str]) -> str:
    """The same for a type of event, such as `task_run.completed`.

    A scenario may emit types that no table knows, such as `task_run.progress`. So within a kind
    that there is, only a word that is hardly another one is taken for a misspelling.
    """
    known = [*known]
    kind, _, word = type_.partition(".")
    words = [one.removeprefix(f"{kind}.") for one in known if one.startswith(f"{kind}.")]
    may_be_new = words and not get_close_matches(word, words, n=1, cutoff=0.75)
    return "" if may_be_new else nearest(type_, known)
