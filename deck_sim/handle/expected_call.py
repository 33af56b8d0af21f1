"""The call that a test expects, and how a call in the journal differs from it."""

import json as json_format
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, fields
from typing import Any, Self
from urllib.parse import parse_qs

from deck_sim.base.call_pattern import CallPattern
from deck_sim.base.errors import DeckSimError, cut, listed, nearest
from deck_sim.base.redaction import is_secret, redact, redact_body
from deck_sim.contract.error_catalog import CATALOG
from deck_sim.runtime.journal import KEPT_HEADERS

_LONGEST = 100  # characters of a value in a line
_ABSENT = object()
_NO_OPERATION = ("request/endpoint_not_found", "request/method_not_allowed")


@dataclass(frozen=True, slots=True)
class Comparison:
    """An expected field and the one that was found; `weight` is 0 if they agree."""

    name: str
    expected: Any
    found: Any
    weight: int
    keys: tuple[str, ...] = ()  # in the body

    def show(self) -> str:
        """The comparison in a line, without secrets."""
        found = "nothing" if self.found is _ABSENT else show_value(self.found)
        if not self.weight:
            return f"matches  {self.name}: {found}"
        if any(map(is_secret, self.keys)):
            return f"differs  {self.name}: another value was sent; both are hidden"
        expected = show_value(self.expected)
        return f"differs  {self.name}: expected {expected}, found {found}"


@dataclass(frozen=True, slots=True)
class ExpectedCall:
    """A call that a test expects. A field that is None is not compared."""

    pattern: CallPattern
    status: int | None = None
    error: str | None = None
    query: Mapping[str, Any] | None = None
    headers: Mapping[str, str] | None = None
    json: Any = _ABSENT

    @classmethod
    def read(
        cls,
        pattern: str,
        kept_headers: Collection[str] = KEPT_HEADERS,
        **expected: Any,
    ) -> Self:
        """Read the arguments of an assertion about calls.

        Raises:
            DeckSimError: if no call could ever match; `assert_not_called` would always pass.

        """
        # Other paths are called, too, but are answered with one of these errors only.
        anywhere = expected.get("error") in _NO_OPERATION
        try:
            read = CallPattern.read(pattern, anywhere=anywhere)
        except ValueError as error:
            raise DeckSimError(str(error)) from None
        allowed = [row.name for row in fields(cls)][1:]
        for name in expected:
            if name not in allowed:
                text = f"unknown argument {name!r}{nearest(name, allowed)}; allowed are"
                raise DeckSimError(f"{text} {listed(allowed)}")
        call = cls(read, **expected)
        if call.status is not None and not isinstance(call.status, int):
            raise DeckSimError(f"`status` is a number like 409, not {call.status!r}")
        if call.error is not None and call.error not in CATALOG:
            likely = nearest(call.error, CATALOG) or "; write it like `request/state_invalid`"
            raise DeckSimError(f"unknown error {call.error!r}{likely}")
        for name in call.headers or ():
            if name.lower() not in kept_headers:
                text = f"the journal does not keep the header {name!r}; it keeps"
                remedy = f"call `deck.keep_headers({name!r})` before the call is made"
                raise DeckSimError(f"{text} {listed(kept_headers)}; {remedy}")
        return call

    def matches(self, call: Mapping[str, Any]) -> bool:
        """Whether a call of the journal agrees with every field."""
        return not any(row.weight for row in self.compare(call))

    def compare(self, call: Mapping[str, Any]) -> Iterator[Comparison]:
        """A row for each expected field. Method and path weigh more than all that is sent."""
        pattern, method, path = self.pattern, call["method"], call["path"]
        yield _row("method", pattern.method, method, pattern.takes_method(method), 50)
        yield _row("path", pattern.path, path, pattern.takes_path(path), 100)
        if self.status is not None:
            yield _row("status", self.status, call["status"], self.status == call["status"], 2)
        if self.error is not None:
            yield _row("error", self.error, call["errors"], self.error in call["errors"], 2)
        if self.query is not None:
            sent = parse_qs(call["query"], True)
            found = {name: v[0] if len(v) == 1 else v for name, v in sent.items()}
            query = {
                name: [*map(str, value)] if isinstance(value, list | tuple) else f"{value}"
                for name, value in self.query.items()
            }
            yield from _compare("query", query, found)
        if self.headers is not None:
            headers = {name.lower(): value for name, value in self.headers.items()}
            yield from _compare("headers", headers, call["headers"])
        if self.json is not _ABSENT:
            yield from _compare("json", self.json, call["body"])


def explain_dropped(count: int) -> list[str]:
    """A line about calls that the journal has dropped; none without any."""
    if not count:
        return []
    calls = "1 older call was" if count == 1 else f"{count} older calls were"
    return [f"{calls} dropped from the journal and cannot be looked at"]


def show_value(value: Any) -> str:
    """A value in a line, shortened and without secrets."""
    if isinstance(value, str) and value.startswith("/"):
        return value
    return cut(json_format.dumps(redact_body(value), ensure_ascii=False, default=repr), _LONGEST)


def show_expected(pattern: str, expected: Mapping[str, Any]) -> str:
    """The arguments of an assertion in a sentence, without secrets."""
    shown = redact(expected).items()
    rest = " and ".join(f"{name} {show_value(value)}" for name, value in shown)
    return f"`{pattern}`{f' with {rest}' if rest else ''}"


def _row(name: str, expected: Any, found: Any, agrees: bool, weight: int) -> Comparison:
    return Comparison(name, expected, found, 0 if agrees else weight)


def _compare(
    place: str, expected: Any, found: Any, keys: tuple[str, ...] = ()
) -> Iterator[Comparison]:
    """Compare each expected value, however deep; mappings may hold more than is expected."""
    if isinstance(expected, Mapping) and isinstance(found, Mapping):
        for name, value in expected.items():
            inner = found.get(name, _ABSENT)
            yield from _compare(f"{place}.{name}", value, inner, (*keys, f"{name}"))
    elif isinstance(expected, list | tuple) and isinstance(found, list):
        if len(expected) != len(found):
            yield Comparison(f"{place} (length)", len(expected), len(found), 1)
        for index, pair in enumerate(zip(expected, found, strict=False)):
            yield from _compare(f"{place}[{index}]", *pair, keys)
    else:
        is_alike = isinstance(expected, bool) == isinstance(found, bool)
        agrees = expected == found and is_alike
        yield Comparison(place, expected, found, 0 if agrees else 1, keys)
