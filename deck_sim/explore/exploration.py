"""An exploration: a program runs twice without trouble, then once for each trouble."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from deck_sim.explore.exploration_report import Report, Result
from deck_sim.explore.troubles import Trouble, choose_troubles, find_troubles
from deck_sim.explore.watch import Watch

RUN_LIMIT = 200  # runs with a trouble, unless a test sets its own limit

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
        report.error = "\n  ".join(
            ["the two runs without trouble differ; make both do the same:", *differences]
        )
        return
    report.no_timing, report.has_restored = baseline.why_no_timing(), baseline.has_restored
    troubles, report.left_out = find_troubles(baseline.places())
    chosen, report.missing = choose_troubles(troubles, plan.only, plan.skip)
    tried, usual = chosen[: plan.limit], baseline.findings()

    def try_trouble(trouble: Trouble) -> Result | None:
        if not plan.may_begin():
            return None
        watch = Watch(trouble, waits_for_retries=baseline.all_delivered, caller=baseline.caller)
        failure = run(watch)
        differences = watch.differences(baseline, may_lack=plan.may_lack)
        problems = [failure] if failure else differences
        findings = [text for text in watch.findings() if text not in usual]
        return Result(trouble, watch.occurred, problems, findings, watch.waited)

    report.not_tried = len(chosen)
    progress(0, len(tried))
    for number, result in enumerate(plan.map(try_trouble, tried), 1):
        if result is not None:
            report.results.append(result)
            report.not_tried -= 1
        progress(number, len(tried))
