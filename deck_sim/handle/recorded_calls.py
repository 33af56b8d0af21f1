"""`deck.requests` and `deck.lint`: the calls that an application made, and the mistakes in them.

A pattern such as `POST /v2/tasks/*/run` selects calls: a method (if omitted: any), then a path in
which `*` is one segment and `**` any number of segments.
"""

import re
from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from typing import Any, NoReturn, Self

from deck_sim.base.redaction import redact_query
from deck_sim.handle.connect.control import Json
from deck_sim.handle.expected_call import (
    ExpectedCall,
    explain_dropped,
    show_expected,
    show_value,
)
from deck_sim.handle.timeline import cut_middle
from deck_sim.runtime.call_journal import KEPT_HEADERS

_MOST_LINES = 40
_MOST_KINDS = 12  # of calls that a failure counts
_MOST_CALLS = 5  # shown for each finding


class Calls(tuple[Json, ...]):
    """Calls of the Deck API, oldest first, each as the control API shows it.

    A method raises a `DeckSimError` if an argument, such as a misspelt error, can match no call.
    """

    kept_headers: Collection[str] = KEPT_HEADERS
    dropped: int = 0  # how many older calls the journal has dropped

    def __new__(
        cls,
        calls: Iterable[Json] = (),
        kept_headers: Collection[str] = KEPT_HEADERS,
        dropped: int = 0,
    ) -> Self:
        """Make a tuple of calls from a journal that keeps the headers `kept_headers`, and has
        dropped `dropped` older calls.
        """
        instance = super().__new__(cls, calls)
        instance.kept_headers, instance.dropped = kept_headers, dropped
        return instance

    def where(self, pattern: str = "**", **expected: Any) -> "Calls":
        """Return the calls that match; the arguments are as in `assert_called`."""
        call = ExpectedCall(pattern, self.kept_headers, expected)
        return Calls(filter(call.matches, self), self.kept_headers, self.dropped)

    def assert_called(
        self, pattern: str = "**", *, times: int | None = None, **expected: Any
    ) -> "Calls":
        """Assert that a call matches, or exactly `times` calls; return the calls that match.

        The `json`, `query` and `headers` of a call may have more keys than the argument, at any
        depth; a list must have the same length. Secret values are compared, but not shown. `status`
        is that of the answer; `error`, such as `request/state_invalid`, is one of its errors. A
        failure shows the calls that match; if none does, the nearest call, field by field, and how
        often each call was made. With `times`, the assertion also fails if calls were dropped.
        """
        __tracebackhide__ = True
        matching, expectation = self.where(pattern, **expected), show_expected(pattern, expected)
        unknown = explain_dropped(self.dropped)
        if times is None and not matching:
            _fail(
                f"no call was {expectation}", *unknown, *self._describe_nearest(pattern, expected)
            )
        if times is not None and len(matching) != times:
            text = (
                f"{expectation} was called {_count_times(len(matching))}, not {_count_times(times)}"
            )
            _fail(text, *unknown, *(matching.lines() or self._describe_nearest(pattern, expected)))
        if times is not None and unknown:
            _fail(f"{expectation} may have been called more than {_count_times(times)}", *unknown)
        return matching

    def assert_not_called(self, pattern: str = "**", **expected: Any) -> None:
        """Assert that no call matches; a failure shows the matching calls.

        The assertion also fails if the journal has dropped calls.
        """
        __tracebackhide__ = True
        matching, expectation = self.where(pattern, **expected), show_expected(pattern, expected)
        if matching:
            _fail(
                f"{expectation} was called {_count_times(len(matching))}, but must not be called",
                *matching.lines(),
            )
        if unknown := explain_dropped(self.dropped):
            _fail(f"{expectation} may have been called, but must not be called", *unknown)

    def assert_order(self, *patterns: str) -> None:
        """Assert that calls of these patterns were made in this order; others may come in between.

        A failure names the first call that is missing or came too early, and shows the calls.
        """
        __tracebackhide__ = True
        start = 0
        for number, pattern in enumerate(patterns):
            call = ExpectedCall(pattern, self.kept_headers, {})
            places = [place for place, recorded in enumerate(self) if call.matches(recorded)]
            later = [place for place in places if place >= start]
            if not later:
                after = f" after `{patterns[number - 1]}`" if number else ""
                early = ", ".join(f"{place + 1}" for place in places)
                history = (
                    f"was only called before that, as call {early}" if early else "was never called"
                )
                text = f"expected `{pattern}`{after}, but it {history}. All calls:"
                _fail(text, *explain_dropped(self.dropped), *self.lines(numbered=True))
            start = later[0] + 1

    def lines(self, *, numbered: bool = False) -> list[str]:
        """Return an indented line for each call; of more than 40, the middle ones are left out."""
        lines = [
            f"  {f'{number}. ' if numbered else ''}{_format_call(call)}"
            for number, call in enumerate(self, 1)
        ]
        return cut_middle(lines, _MOST_LINES)

    def __str__(self) -> str:
        lines = [*explain_dropped(self.dropped), *(line.strip() for line in self.lines())]
        return "\n".join(lines) or "no calls"

    def _describe_nearest(self, pattern: str, expected: Mapping[str, Any]) -> list[str]:
        if not self:
            return ["the list of calls is empty: no call was made, or `where` left none"]
        call = ExpectedCall(pattern, self.kept_headers, expected)
        nearest = min(self, key=call.distance)
        fields = [f"    {field.show()}" for field in call.compare(nearest)]
        kinds = Counter[str]()  # calls without their ids
        for recorded in self:
            path = re.sub("^(/[^/]*/[^/]*)/[^/]*", r"\1/*", recorded["path"])  # /v2/tasks/ID/run
            kinds[f"{recorded['method']} {path} -> {recorded['status']}"] += 1
        counts = [f"  {count} x {kind}" for kind, count in kinds.most_common()]
        counted = cut_middle(counts, _MOST_KINDS)
        return [
            "the nearest call was",
            f"  {_format_call(nearest)}",
            *fields,
            "the calls were:",
            *counted,
        ]


def _format_call(call: Json) -> str:
    query = f"?{redact_query(call['query'])}" if call["query"] else ""
    errors = f" ({', '.join(call['errors'])})" if call["errors"] else ""
    body = "" if call["body"] is None else f"  {show_value(call['body'])}"
    return f"{call['at']}  {call['method']} {call['path']}{query} -> {call['status']}{errors}{body}"


def _count_times(count: int) -> str:
    return {1: "once", 2: "twice"}.get(count, f"{count} times")


def _fail(*lines: str) -> NoReturn:
    __tracebackhide__ = True
    raise AssertionError("\n".join(lines))


class LintReport(tuple[Json, ...]):
    """The findings of `deck.lint`, each with `name`, `what`, `why`, `fix`, `calls`; `print` it."""

    dropped: int = 0  # how many older calls the journal has dropped

    def __new__(cls, findings: Iterable[Json] = (), dropped: int = 0) -> Self:
        """Make a report of findings; the journal has dropped `dropped` older calls."""
        report = super().__new__(cls, findings)
        report.dropped = dropped
        return report

    def check(self, *ignore: str) -> None:
        """Assert that the report has no findings, except those with a `name` in `ignore`.

        The assertion also fails if the journal has dropped calls.
        """
        __tracebackhide__ = True
        findings = (finding for finding in self if finding["name"] not in ignore)
        if report := LintReport(findings, self.dropped).lines():
            raise AssertionError("\n".join(report))

    def lines(self) -> list[str]:
        """Return a paragraph for each finding, and one more if calls were dropped."""
        paragraphs = list[str]()
        for finding in self:
            calls = [
                f"    {call['at']}  {call['method']} {call['path']}" for call in finding["calls"]
            ]
            more = len(calls) - _MOST_CALLS
            lines = [
                f"{finding['name']}: {finding['what']}",
                f"  why it matters: {finding['why']}",
                f"  how to fix it: {finding['fix']}",
                *calls[:_MOST_CALLS],
                *([f"    and {more} more"] if more > 0 else []),
            ]
            paragraphs.append("\n".join(lines))
        return paragraphs + explain_dropped(self.dropped)

    def __str__(self) -> str:
        return "\n".join(self.lines()) or "no findings"
