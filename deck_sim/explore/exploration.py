"""An exploration: a program runs twice without trouble, then once for each trouble; its report."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from deck_sim.base.errors import counted
from deck_sim.explore.troubles import Trouble, choose_troubles, find_troubles
from deck_sim.explore.watch import Watch

SURVIVED, FAILED, NOT_TESTED = "survived", "did not survive", "not tested"
HARMLESS = "changed only counts or moments"
RUN_LIMIT = 200  # runs with a trouble, unless a test sets its own limit

_HASTY = "the call is repeated before its `Retry-After` has passed"

# Runs the program once, and returns its failure in one line, or None.
Run = Callable[[Watch], str | None]


@dataclass(frozen=True)
class Plan:
    """The troubles to try, and the limits and options of an exploration."""

    only: Iterable[str] = ()  # troubles, with or without their places; empty: all
    skip: Iterable[str] = ()
    limit: int = RUN_LIMIT
    may_lack: bool = False  # a run may lack resources of the baseline, as after a failure
    may_begin: Callable[[], bool] = lambda: True  # whether another run may begin
    map: Callable[..., Iterable[Any]] = map  # one run after the other; an executor's: parallel


@dataclass(frozen=True, slots=True)
class Result:
    """A trouble that was tried, and whether the program survived it."""

    trouble: Trouble
    occurred: bool
    problems: Sequence[str]  # the failure of the test, and how the worlds differ; empty: none
    findings: Sequence[str] = ()  # about its worlds, and not about those of the baseline
    waited: float = 0  # seconds of real time before the program repeated a refused call
    is_harmless: bool = False  # the test failed, but only since it counts calls or names a moment

    @property
    def verdict(self) -> str:
        if not self.occurred:
            return NOT_TESTED
        if self.is_harmless:
            return HARMLESS
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
    interrupted: bool = False  # by Ctrl-C or a signal, so some troubles were not tried
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
        missed, harmless = missed + len(self.missing), len(self.of(HARMLESS))
        total = counted(survived + failed + missed + harmless, "trouble")
        parts = [f"{total}: {survived} survived, {failed} did not, {missed} not tested"]
        if harmless:
            parts.append(f"{HARMLESS}: {harmless}")
        if self.left_out:
            parts.append(f"{counted(self.left_out, 'similar trouble')} left out")
        if self.not_tried or self.interrupted:
            why = "interrupted" if self.interrupted else "limit of runs or time"
            parts.append(f"{self.not_tried} not tried ({why})")
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
            "interrupted": self.interrupted,
            "details": self.details(),
            "results": [result.as_json() for result in self.results],
            "left_out": self.left_out,
            "not_tried": self.not_tried,
            "missing": [*self.missing],
            "no_timing": self.no_timing,
            "has_restored": self.has_restored,
        }


def find_untested(names: Iterable[str], reports: Iterable[Mapping[str, Any]]) -> list[str]:
    """Return the names with a place whose trouble occurred in none of these reports (as JSON)."""
    rows = [row for report in reports for row in report["results"]]
    tested = {row["trouble"] for row in rows if row["verdict"] != NOT_TESTED}
    return [name for name in names if " " in name and name not in tested]


def explore(
    baseline: Watch, run: Run, plan: Plan, report: Report, progress: Callable[[int, int], None]
) -> None:
    """Run a program again for each trouble that `baseline`, its first run, has a place for; put the
    results into `report`. If a second run without trouble fails or differs, report only this.
    """
    again = Watch(caller=baseline.caller)
    failure = run(again)
    differences = [f"the second run fails: {failure}"] if failure else []
    if differences := differences or again.other_calls(baseline) + again.differences(baseline):
        text = "the two runs without trouble differ; make both do the same:"
        report.error = "\n  ".join([text, *differences])
        return
    report.no_timing, report.has_restored = baseline.why_no_timing(), baseline.has_restored
    troubles, report.left_out = find_troubles(baseline.places())
    chosen, report.missing = choose_troubles(troubles, plan.only, plan.skip)
    tried, usual = chosen[: plan.limit], baseline.findings()

    def try_trouble(trouble: Trouble) -> Result | None:
        if not plan.may_begin():
            return None
        # A program that sleeps before it repeats a call may not be ready for a webhook until then.
        moves = ("by", "to", "until", *(("sleep",) if trouble.is_of_webhook else ()))
        finishes = moves if baseline.all_delivered else ()
        watch = Watch(trouble, finishes, caller=baseline.caller)
        failure = run(watch)
        differences = watch.differences(baseline, may_lack=plan.may_lack)
        differences += [_HASTY] if watch.is_hasty else []
        problems = [failure] if failure else differences
        findings = [text for text in watch.findings() if text not in usual]
        # In a world as usual, the test may count calls or name a moment.
        is_harmless = (
            bool(failure) and not differences and watch.is_harmless(f"{failure}", baseline)
        )
        return Result(trouble, watch.occurred, problems, findings, watch.waited, is_harmless)

    report.not_tried = len(chosen)
    progress(0, len(tried))
    for number, result in enumerate(plan.map(try_trouble, tried), 1):
        if result is not None:
            report.results.append(result)
            report.not_tried -= 1
        progress(number, len(tried))
