"""The calls that an application made, as a list that a test can look into and assert about.

A call is told by a pattern such as `POST /v2/tasks/*/run`: a method (left out: any), then a path in
which `*` stands for one part of it and `**` for any number of parts. What else is asked for is
compared by `deck.matching`; a failure shows the call that came nearest, field by field.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any, NoReturn

from deck_sim.handle.call_matching import Wish, differences, show_value, show_wish
from deck_sim.handle.timeline import cut_middle

Json = dict[str, Any]

_MOST_KINDS = 12  # of calls that a failure counts
_ID_PLACE = 3  # in a path, which begins with a slash: `/v2/tasks/ID/run`


class Calls(tuple[Json, ...]):
    """Calls of the Deck API, oldest first, each as the control API prints it."""

    __slots__ = ()

    def where(self, pattern: str = "**", **wanted: Any) -> "Calls":
        """Those that fit: `status`, `json`, `query`, `headers`, `error`, as in `assert_called`."""
        wish = Wish.read(pattern, **wanted)
        return Calls(call for call in self if not any(differences(call, wish, differing=True)))

    def assert_called(
        self, pattern: str = "**", *, times: int | None = None, **wanted: Any
    ) -> "Calls":
        """See that a call was made, `times` times if that is given; returns those that fit.

        `json`, `query` and `headers` are matched by what they name, and the call may have more: as
        a subset, however deep. A list must be as long as the one that was sent. `status` is the
        answer's, and `error` (`request/state_invalid`) one of those in it.

        Raises:
            AssertionError: with the call that came nearest, and how often what came.

        """
        __tracebackhide__ = True
        found = self.where(pattern, **wanted)
        if times is None and not found:
            _fail(f"no call was {show_wish(pattern, wanted)}", *self._instead(pattern, wanted))
        if times is not None and len(found) != times:
            what = (
                f"{show_wish(pattern, wanted)} was called {_times(len(found))}, not {_times(times)}"
            )
            _fail(what, *(found.lines() or self._instead(pattern, wanted)))
        return found

    def assert_not_called(self, pattern: str = "**", **wanted: Any) -> None:
        """See that no such call was made.

        Raises:
            AssertionError: with those that were.

        """
        __tracebackhide__ = True
        found = self.where(pattern, **wanted)
        if found:
            what = f"{show_wish(pattern, wanted)} was called {_times(len(found))}, and must not be"
            _fail(what, *found.lines())

    def assert_order(self, *patterns: str) -> None:
        """See that such calls were made one after another, whatever came in between.

        Raises:
            AssertionError: with the first that did not come in its turn, and where it did come.

        """
        __tracebackhide__ = True
        place = 0
        for number, pattern in enumerate(patterns):
            fitting = [place for place, call in enumerate(self) if Calls((call,)).where(pattern)]
            after = [found for found in fitting if found >= place]
            if not after:
                before = patterns[number - 1] if number else ""
                _fail(_out_of_turn(pattern, before, fitting), *self.lines(numbered=True))
            place = after[0] + 1

    def lines(self, *, numbered: bool = False) -> list[str]:
        """One line for each call, indented; the first and the last if they are many."""
        lines = [
            f"  {f'{number}. ' if numbered else ''}{_line(call)}"
            for number, call in enumerate(self, 1)
        ]
        return cut_middle(lines, 40)

    def __str__(self) -> str:
        return "\n".join(line.strip() for line in self.lines()) or "no calls"

    def _instead(self, pattern: str, wanted: Mapping[str, Any]) -> list[str]:
        """The call that came nearest, field by field, and all that came, counted."""
        if not self:
            return ["no call was made at all"]
        wish = Wish.read(pattern, **wanted)
        nearest = min(self, key=lambda call: sum(d.weight for d in differences(call, wish)))
        fields = [f"    {field}" for field in differences(nearest, wish)]
        return ["the nearest was", f"  {_line(nearest)}", *fields, *self._counted()]

    def _counted(self) -> list[str]:
        """How often what came."""
        counts = Counter(_kind(call) for call in self).most_common()
        lines = [f"  {count} x {kind}" for kind, count in counts[:_MOST_KINDS]]
        more = len(counts) - _MOST_KINDS
        return ["what came:", *lines, *([f"  and {more} more kinds of calls"] if more > 0 else [])]


def _line(call: Json) -> str:
    query = f"?{call['query']}" if call["query"] else ""
    errors = f" ({', '.join(call['errors'])})" if call["errors"] else ""
    body = "" if call["body"] is None else f"  {show_value(call['body'])}"
    what = f"{call['method']} {call['path']}{query} -> {call['status']}{errors}"
    return f"{call['at']}  {what}{body}"


def _kind(call: Json) -> str:
    """What a call was, without the id in its path."""
    parts = call["path"].split("/")
    parts[_ID_PLACE : _ID_PLACE + 1] = ["*"] * len(parts[_ID_PLACE : _ID_PLACE + 1])
    return f"{call['method']} {'/'.join(parts)} -> {call['status']}"


def _times(count: int) -> str:
    return {1: "once", 2: "twice"}.get(count, f"{count} times")


def _out_of_turn(pattern: str, before: str, fitting: Iterable[int]) -> str:
    came = ", ".join(f"{place + 1}" for place in fitting)
    where = f"came only before that, as call {came}" if came else "never came"
    after = f" after `{before}`" if before else ""
    return f"expected `{pattern}`{after}; it {where}. The calls were"


def _fail(*lines: str) -> NoReturn:
    __tracebackhide__ = True
    raise AssertionError("\n".join(lines))
