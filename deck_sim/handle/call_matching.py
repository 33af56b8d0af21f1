"""Whether a call is the one that a test asks for, and where it differs from it."""

import json as json_format
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from typing import Any, Self
from urllib.parse import parse_qs

from deck_sim.base.call_pattern import CallPattern
from deck_sim.base.errors import DeckSimError, listed, nearest
from deck_sim.contract.error_catalog import CATALOG
from deck_sim.runtime.journal import KEPT_HEADERS

_LONGEST = 100  # characters of a value that a line shows
_ABSENT = object()


@dataclass(frozen=True, slots=True)
class Difference:
    """One field of a call beside what was asked for; `weight` is 0 if they agree."""

    name: str
    expected: Any
    found: Any
    weight: int

    def __str__(self) -> str:
        found = "nothing" if self.found is _ABSENT else show_value(self.found)
        if not self.weight:
            return f"fits     {self.name}: {found}"
        return f"differs  {self.name}: expected {show_value(self.expected)}, found {found}"


@dataclass(frozen=True, slots=True)
class Wish:
    """What a test asks for. What is None may be anything."""

    pattern: CallPattern
    status: int | None = None
    error: str | None = None
    query: Mapping[str, Any] | None = None
    headers: Mapping[str, str] | None = None
    json: Any = _ABSENT

    @classmethod
    def read(cls, pattern: str, **wanted: Any) -> Self:
        """Read a pattern and what else is asked for.

        Raises:
            DeckSimError: if it is no pattern, or no call can have what is asked for: an assertion
                that there was none would always hold.

        """
        try:
            read = CallPattern.read(pattern)
        except ValueError as error:
            raise DeckSimError(str(error)) from None
        allowed = [row.name for row in fields(cls)][1:]
        unknown = [name for name in wanted if name not in allowed]
        if unknown:
            text = f"a call has no {unknown[0]!r}{nearest(unknown[0], allowed)}; it can be asked"
            raise DeckSimError(f"{text} for {listed(allowed)}")
        wish = cls(read, **wanted)
        for fault in _impossible(wish):
            raise DeckSimError(fault)
        return wish


def _impossible(wish: Wish) -> Iterator[str]:
    """What is asked for and no call can have."""
    if wish.status is not None and not isinstance(wish.status, int):
        yield f"`status` is a number like 409, and not {wish.status!r}"
    if wish.error is not None and wish.error not in CATALOG:
        likely = nearest(wish.error, CATALOG) or "; write `type/code`, like `request/state_invalid`"
        yield f"no call is answered with the error {wish.error!r}{likely}"
    for name in wish.headers or ():
        if name.lower() not in KEPT_HEADERS:
            yield f"the journal does not keep the header {name!r}; it keeps {listed(KEPT_HEADERS)}"


def differences(
    call: Mapping[str, Any], wish: Wish, *, differing: bool = False
) -> Iterator[Difference]:
    """Each field that is asked for beside what the call has; only the `differing` ones, if so."""
    found = (row for rows in _compared(call, wish) for row in rows)
    return (row for row in found if row.weight or not differing)


def show_value(value: Any) -> str:
    """A value in a line, shortened."""
    if isinstance(value, str) and value.startswith("/"):
        return value
    text = json_format.dumps(value, ensure_ascii=False, default=repr)
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"


def show_wish(pattern: str, wanted: Mapping[str, Any]) -> str:
    """What was asked for, in a sentence."""
    rest = " and ".join(f"{name} {show_value(value)}" for name, value in wanted.items())
    return f"`{pattern}`{f' with {rest}' if rest else ''}"


def _compared(call: Mapping[str, Any], wish: Wish) -> Iterator[Iterator[Difference]]:
    # One of another path or method is another call, rather than the same with a mistake.
    pattern, method, path = wish.pattern, call["method"], call["path"]
    yield _line("method", pattern.method, method, pattern.takes_method(method), 50)
    yield _line("path", pattern.path, path, pattern.takes_path(path), 100)
    if wish.status is not None:
        yield _line("status", wish.status, call["status"], wish.status == call["status"], 2)
    if wish.error is not None:
        yield _line("error", wish.error, call["errors"], wish.error in call["errors"], 2)
    if wish.query is not None:
        sent = {n: v[0] if len(v) == 1 else v for n, v in parse_qs(call["query"], True).items()}
        yield _compare("query", {n: _as_sent(v) for n, v in wish.query.items()}, sent)
    if wish.headers is not None:
        yield _compare("headers", {n.lower(): v for n, v in wish.headers.items()}, call["headers"])
    if wish.json is not _ABSENT:
        yield _compare("json", wish.json, call["body"])


def _line(name: str, expected: Any, found: Any, fits: bool, weight: int) -> Iterator[Difference]:
    yield Difference(name, expected, found, 0 if fits else weight)


def _as_sent(value: Any) -> Any:
    """A value as a query string has it: text, or a list of texts."""
    return [f"{item}" for item in value] if isinstance(value, list | tuple) else f"{value}"


def _compare(place: str, expected: Any, found: Any) -> Iterator[Difference]:
    """Each value that is expected, however deep, beside what is there; more may be there."""
    if isinstance(expected, Mapping) and isinstance(found, Mapping):
        for name, value in expected.items():
            yield from _compare(f"{place}.{name}", value, found.get(name, _ABSENT))
    elif isinstance(expected, list | tuple) and isinstance(found, list):
        if len(expected) != len(found):
            yield Difference(f"{place} (length)", len(expected), len(found), 1)
        for index, pair in enumerate(zip(expected, found, strict=False)):
            yield from _compare(f"{place}[{index}]", *pair)
    else:
        fits = expected == found and isinstance(expected, bool) == isinstance(found, bool)
        yield Difference(place, expected, found, 0 if fits else 1)
