"""The call that a test expects, and its differences from a call in the journal."""

import json as json_format
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs

from deck_sim.base.call_pattern import CallPattern
from deck_sim.base.errors import DeckSimError, cut, listed, nearest
from deck_sim.base.redaction import is_secret, is_secret_in, redact, redact_body
from deck_sim.contract.editions import explain_unknown_call
from deck_sim.contract.error_catalog import CATALOG
from deck_sim.runtime.call_journal import MOST_CALLS

_LONGEST = 100  # characters of a value in a line
_ABSENT = object()
_FIELDS = ("status", "error", "query", "headers", "json")
_NO_OPERATION = ("request/endpoint_not_found", "request/method_not_allowed")


@dataclass(frozen=True, slots=True)
class Comparison:
    """An expected and an actual value. If they differ, `weight` counts in `distance`."""

    name: str
    expected: Any
    actual: Any
    agrees: bool
    weight: int = 1
    keys: tuple[str, ...] = ()  # that lead to the value

    def show(self) -> str:
        """Format the comparison in one line, with secrets hidden by name."""
        keys = self.keys
        is_hidden = any(map(is_secret, keys)) or any(map(is_secret_in, keys[1:], keys))
        actual = "nothing" if self.actual is _ABSENT else show_value(self.actual)
        if self.agrees:
            return f"matches  {self.name}: {'the value is hidden' if is_hidden else actual}"
        if is_hidden:
            sent = "nothing" if self.actual is _ABSENT else "another value"
            return f"differs  {self.name}: {sent} was sent; secrets are hidden"
        expected = show_value(self.expected)
        return f"differs  {self.name}: expected {expected}, found {actual}"


class ExpectedCall:
    """A call that a test expects: a pattern, and the arguments of the assertion about it.

    An argument that is None is not compared, but `json=None` expects no body.
    """

    def __init__(
        self, pattern: str, kept_headers: Collection[str], expected: Mapping[str, Any]
    ) -> None:
        """Check the arguments of an assertion. Raises DeckSimError if no call could ever match,
        since `assert_not_called` would then always pass.
        """
        for name in expected:
            if name not in _FIELDS:
                text = f"unknown argument {name!r}{nearest(name, _FIELDS)}; allowed are"
                raise DeckSimError(f"{text} {listed(_FIELDS)}")
        fields = {name: v for name, v in expected.items() if v is not None or name == "json"}
        error, headers = fields.get("error"), fields.get("headers", {})
        try:
            # A call of a path that Deck does not have is answered with one of these errors.
            self._pattern = CallPattern.read(pattern, anywhere=error in _NO_OPERATION)
        except ValueError as wrong:
            raise DeckSimError(str(wrong)) from None
        is_missing = error in _NO_OPERATION or fields.get("status") in (404, 405)
        if not is_missing and (why := explain_unknown_call(pattern)):
            remedy = 'for a call that gets a 404, add `error="request/endpoint_not_found"`'
            raise DeckSimError(f"{why}; {remedy}")
        if not isinstance(fields.get("status", 0), int):
            raise DeckSimError(f"`status` must be a number like 409, not {fields['status']!r}")
        if error is not None and error not in CATALOG:
            likely = nearest(error, CATALOG) or "; write it like `request/state_invalid`"
            raise DeckSimError(f"unknown error {error!r}{likely}")
        for name in headers:
            if name.lower() not in kept_headers:
                text = f"the journal does not keep the header {name!r}; it keeps"
                remedy = f"call `deck.keep_headers({name!r})` before the call is made"
                raise DeckSimError(f"{text} {listed(kept_headers)}; {remedy}")
        self._fields = fields

    def matches(self, call: Mapping[str, Any]) -> bool:
        """Whether a call of the journal agrees with the pattern and every expected value."""
        return not self.distance(call)

    def distance(self, call: Mapping[str, Any]) -> int:
        """The sum of the weights of all differences; 0 if the call matches."""
        return sum(row.weight for row in self.compare(call) if not row.agrees)

    def compare(self, call: Mapping[str, Any]) -> Iterator[Comparison]:
        """Yield the comparisons of method, path and expected values; the first two weigh most."""
        pattern, fields, method, path = self._pattern, self._fields, call["method"], call["path"]
        yield Comparison("method", pattern.method, method, pattern.takes_method(method), 50)
        yield Comparison("path", pattern.path, path, pattern.takes_path(path), 100)
        if "status" in fields:
            status, answered = fields["status"], call["status"]
            yield Comparison("status", status, answered, status == answered, 2)
        if "error" in fields:
            error, errors = fields["error"], call["errors"]
            yield Comparison("error", error, errors, error in errors, 2)
        if "query" in fields:
            sent = parse_qs(call["query"], True)
            query = {
                name: [*map(str, value)] if isinstance(value, list | tuple) else f"{value}"
                for name, value in fields["query"].items()
            }
            actual = {name: v[0] if len(v) == 1 else v for name, v in sent.items()}
            yield from _compare_values("query", query, actual)
        if "headers" in fields:
            headers = {name.lower(): value for name, value in fields["headers"].items()}
            yield from _compare_values("headers", headers, call["headers"], ("headers",))
        if "json" in fields:
            yield from _compare_values("json", fields["json"], call["body"])


def explain_dropped(count: int) -> list[str]:
    """Return a line about the `count` calls that the journal has dropped; no line for 0."""
    if not count:
        return []
    calls = "1 older call was" if count == 1 else f"{count} older calls were"
    limit = f"it keeps the last {MOST_CALLS:,}"
    return [f"{calls} dropped from the journal and cannot be checked: {limit}; check earlier"]


def show_value(value: Any) -> str:
    """Format a value in one line, with secrets hidden by name. Long values except paths are cut."""
    if isinstance(value, str) and value.startswith("/"):
        return value
    return cut(json_format.dumps(redact_body(value), ensure_ascii=False, default=repr), _LONGEST)


def show_expected(pattern: str, expected: Mapping[str, Any]) -> str:
    """Format a pattern and the arguments of an assertion, with secrets hidden by name."""
    fields = redact(expected).items()
    rest = " and ".join(f"{name} {show_value(value)}" for name, value in fields)
    return f"`{pattern}`{f' with {rest}' if rest else ''}"


def _compare_values(
    place: str, expected: Any, actual: Any, keys: tuple[str, ...] = ()
) -> Iterator[Comparison]:
    """Yield a comparison for each expected value; the actual mapping may have further keys."""
    if isinstance(expected, Mapping) and isinstance(actual, Mapping):
        for name, value in expected.items():
            inner = actual.get(name, _ABSENT)
            yield from _compare_values(f"{place}.{name}", value, inner, (*keys, f"{name}"))
    elif isinstance(expected, list | tuple) and isinstance(actual, list):
        if len(expected) != len(actual):
            yield Comparison(f"{place} (length)", len(expected), len(actual), agrees=False)
        for index, pair in enumerate(zip(expected, actual, strict=False)):
            yield from _compare_values(f"{place}[{index}]", *pair, keys)
    else:
        is_alike = isinstance(expected, bool) == isinstance(actual, bool)
        agrees = expected == actual and is_alike
        yield Comparison(place, expected, actual, agrees, keys=keys)
