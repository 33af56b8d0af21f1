"""`deck.lint`: mistakes of the client, as a report or as a failure."""

from collections.abc import Iterable
from typing import Self

from deck_sim.base.errors import DeckSimError, listed, nearest
from deck_sim.handle.control import Json
from deck_sim.handle.expected_call import explain_dropped
from deck_sim.runtime.lint import LINT_RULES

_MOST_CALLS = 5  # shown for each finding


class LintReport(tuple[Json, ...]):
    """The findings, each with `name`, `what`, `why`, `fix` and its `calls`; `str()` prints all."""

    dropped: int = 0  # how many older calls the journal has lost

    def __new__(cls, findings: Iterable[Json] = (), dropped: int = 0) -> Self:
        """Keep the findings in a journal that has lost so many calls."""
        made = super().__new__(cls, findings)
        made.dropped = dropped
        return made

    def check(self, *ignore: str) -> None:
        """Assert that the list of findings is empty, apart from the rules named in `ignore`.

        It fails, too, once the journal has dropped calls.
        """
        __tracebackhide__ = True
        known = [rule.name for rule in LINT_RULES]
        for name in ignore:
            if name not in known:
                text = f"unknown lint rule {name!r}{nearest(name, known)}; known are"
                raise DeckSimError(f"{text} {listed(known)}")
        left = (found for found in self if found["name"] not in ignore)
        if report := LintReport(left, self.dropped).lines():
            raise AssertionError("\n".join(report))

    def lines(self) -> list[str]:
        """A paragraph for each finding, and one if calls were dropped."""
        return [*map(_format_finding, self), *explain_dropped(self.dropped)]

    def __str__(self) -> str:
        return "\n".join(self.lines()) or "no findings"


def _format_finding(found: Json) -> str:
    calls = [f"    {call['at']}  {call['method']} {call['path']}" for call in found["calls"]]
    more = len(calls) - _MOST_CALLS
    lines = [
        f"{found['name']}: {found['what']}",
        f"  why it matters: {found['why']}",
        f"  how to fix it: {found['fix']}",
        *calls[:_MOST_CALLS],
    ]
    return "\n".join([*lines, f"    and {more} more"] if more > 0 else lines)
