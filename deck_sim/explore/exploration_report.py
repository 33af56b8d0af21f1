"""The report of an exploration, as text and as data."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from deck_sim.base.errors import counted
from deck_sim.explore.troubles import Trouble

SURVIVED, FAILED, NOT_TESTED = "survived", "did not survive", "not tested"


@dataclass(frozen=True, slots=True)
class Result:
    """A trouble that was tried, and whether the program survived it."""

    trouble: Trouble
    occurred: bool
    problems: Sequence[str]  # the failure of the test, and how the worlds differ; empty: none
    findings: Sequence[str] = ()  # about its worlds, and not about those of the baseline
    waited: float = 0  # seconds of real time before the program repeated a refused call

    @property
    def verdict(self) -> str:
        if not self.occurred:
            return NOT_TESTED
        return FAILED if self.problems else SURVIVED

    def as_json(self) -> dict[str, Any]:
        trouble = self.trouble
        return {
            "trouble": str(trouble),
            "verdict": self.verdict,
            "problems": [*self.problems],
            "findings": [*self.findings],
            "advice": trouble.advice,
            "waited": round(self.waited, 1),
        }


@dataclass
class Report:
    """The results of the exploration of one test or command."""

    name: str
    again: Callable[[str], str]  # returns the command that repeats a trouble, by its name
    error: str | None = None  # why nothing was explored
    results: list[Result] = field(default_factory=list)
    left_out: int = 0  # troubles that are like another one
    not_tried: int = 0  # because of a limit
    missing: Sequence[str] = ()  # troubles that were asked for, but match no place
    no_timing: str | None = None  # why timing was not explored
    has_restored: bool = False  # whether a world that `deck.restore` put back was left out
    report_only: bool = False  # a trouble that is not survived fails no test

    @property
    def failed(self) -> bool:
        return not self.report_only and bool(self.error or self.of(FAILED))

    def of(self, verdict: str) -> list[Result]:
        return [result for result in self.results if result.verdict == verdict]

    def summary(self) -> str:
        if self.error is not None:
            return self.error.splitlines()[0].rstrip(":")
        survived, failed, missed = map(len, map(self.of, (SURVIVED, FAILED, NOT_TESTED)))
        missed += len(self.missing)
        total = counted(survived + failed + missed, "trouble")
        parts = [f"{total}: {survived} survived, {failed} did not, {missed} not tested"]
        if self.left_out:
            parts.append(f"{counted(self.left_out, 'similar trouble')} left out")
        if self.not_tried:
            parts.append(f"{self.not_tried} not tried (limit of runs or time)")
        if waited := sum(result.waited for result in self.results):
            parts.append(f"the program waited {waited:.1f} s of real time after a 429")
        if self.no_timing is not None:
            parts.append(f"timing not explored: {self.no_timing}")
        if self.has_restored:
            parts.append("worlds that `deck.restore` put back are not explored")
        return "; ".join(parts)

    def text(self) -> str:
        return "\n".join([self.error or self.summary(), *self.details()])

    def details(self) -> list[str]:
        lines = list[str]()
        for result in self.of(FAILED):
            trouble = result.trouble
            lines += [
                "",
                f"{trouble}",
                *(f"  {problem}" for problem in result.problems),
                *(f"  finding:    {text}" for text in result.findings),
                f"  what helps: {trouble.advice}",
                f"  again:      {self.again(str(trouble))}",
            ]
        if missed := [*(f"{result.trouble}" for result in self.of(NOT_TESTED)), *self.missing]:
            lines += ["", "these troubles did not occur, so they are not tested:"]
            lines += [f"  {name}" for name in missed]
        return lines

    def as_json(self) -> dict[str, Any]:
        return {
            "name": self.name,
            "error": self.error,
            "summary": self.summary(),
            "failed": self.failed,
            "details": self.details(),
            "results": [result.as_json() for result in self.results],
            "left_out": self.left_out,
            "not_tried": self.not_tried,
            "missing": [*self.missing],
            "no_timing": self.no_timing,
            "has_restored": self.has_restored,
        }
