"""What a client does wrong, as a report for people or as a failure."""

from typing import Any

from deck_sim.base.errors import DeckSimError, listed, nearest
from deck_sim.runtime.lint import LINT_RULES

Json = dict[str, Any]

_MOST_CALLS = 5  # that a report shows of each


class LintReport(tuple[Json, ...]):
    """The bad habits that were seen: each with `name`, `what`, `why`, `mend` and its `calls`."""

    __slots__ = ()

    def check(self, *ignore: str) -> None:
        """See that there are none, but for those whose names are to be ignored.

        Raises:
            AssertionError: with the report.
            DeckSimError: if a name is none.

        """
        __tracebackhide__ = True
        known = [rule.name for rule in LINT_RULES]
        for name in ignore:
            if name not in known:
                text = f"unknown lint rule {name!r}{nearest(name, known)}; known are"
                raise DeckSimError(f"{text} {listed(known)}")
        left = LintReport(found for found in self if found["name"] not in ignore)
        if left:
            raise AssertionError(str(left))

    def __str__(self) -> str:
        return "\n".join(map(_spell, self)) or "nothing to complain of"


def _spell(found: Json) -> str:
    calls = [f"    {call['at']}  {call['method']} {call['path']}" for call in found["calls"]]
    more = len(calls) - _MOST_CALLS
    told = [
        f"{found['name']}: {found['what']}",
        f"  why it matters: {found['why']}",
        f"  how to mend it: {found['mend']}",
        *calls[:_MOST_CALLS],
    ]
    return "\n".join([*told, f"    and {more} more"] if more > 0 else told)
