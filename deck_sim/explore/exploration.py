"""An exploration: a program runs twice without trouble, then once for each trouble."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from deck_sim.explore.causes import LOST, TWICE, WRONG, find_advice, find_cause
from deck_sim.explore.exploration_report import FAILED, Report, Result
from deck_sim.explore.outcome import LESS, MORE, OTHER, Difference
from deck_sim.explore.places import LAST
from deck_sim.explore.troubles import (
    ENDS_FIRST,
    Pair,
    Trouble,
    choose_troubles,
    find_pairs,
    find_troubles,
    pair_names,
)
from deck_sim.explore.watch import Watch

RUN_LIMIT = 200  # runs with a trouble, unless a test sets its own limit

_HASTY = "the call is repeated before its `Retry-After` has passed"

# Runs the program once, and returns its failure in one line, or None.
Run = Callable[[Watch], str | None]


@dataclass(frozen=True)
class Plan:
    """The troubles to try, and the limits and options of an exploration."""

    only: Sequence[str] = ()  # troubles, with or without their places; empty: all
    skip: Iterable[str] = ()
    limit: int = RUN_LIMIT
    may_lack: bool = False  # a run may lack resources of the baseline, as after a failure
    may_begin: Callable[[], bool] = lambda: True  # whether another run may begin
    can_rerun: bool = False  # the program can be killed, and run again in the same worlds
    first: Sequence[str] = ()  # troubles to begin with
    pairs: bool = False  # also try two troubles at once where each alone was survived
    keeps_timelines: bool = False  # for the page of the report
    map: Callable[..., Iterable[Any]] = map  # one run after the other; an executor's: parallel


def explore(
    baseline: Watch, run: Run, plan: Plan, report: Report, progress: Callable[[int, int], None]
) -> None:
    """Run a program again for each trouble that `baseline`, its first run, has a place for; put the
    results into `report`. If a second run without trouble fails or differs, report only this.
    """
    again = Watch(caller=baseline.caller)
    failure = run(again)
    lines = [f"the second run fails: {failure}"] if failure else again.other_calls(baseline)
    if lines := lines or [line for _, line in again.differences(baseline)]:
        text = "the two runs without trouble differ; make both do the same:"
        report.error = "\n  ".join([text, *lines])
        return
    report.no_timing, report.has_restored = baseline.why_no_timing(), baseline.has_restored
    report.timeline = baseline.timeline() if plan.keeps_timelines else ()
    troubles, report.left_out = find_troubles(baseline.places(), can_rerun=plan.can_rerun)
    chosen, report.missing = choose_troubles(troubles, plan.only, plan.skip)
    usual, wanted_pairs = baseline.findings(), pair_names(plan.only)
    has_pairs, baseline_likes = plan.pairs or wanted_pairs, {trouble.like for trouble in troubles}
    reached = dict[Trouble, list[Trouble]]()  # from each one that was survived

    def try_trouble(trouble: Trouble | Pair) -> Result | None:
        if not plan.may_begin():
            return None
        # A program that sleeps before it repeats a call may not be ready for a webhook until then.
        moves = ("by", "to", "until", *(("sleep",) if trouble.is_of_webhook else ()))
        finishes = moves if baseline.all_delivered else ()
        watch = Watch(trouble, finishes, caller=baseline.caller)
        failure = run(watch) or next((text for text in watch.crashes() if text not in usual), None)
        differences = watch.differences(baseline, may_lack=plan.may_lack)
        if trouble.kind.name == ENDS_FIRST:  # the run and the test may end as they like
            differences = []
            failure = failure if failure and watch.shows_conflict(failure) else None
        findings = [text for text in watch.findings() if text not in (*usual, failure)]
        ran_again = watch.first_failure is not None
        result = Result(
            trouble, watch.occurred, findings=findings, waited=watch.waited, ran_again=ran_again
        )
        if not (failure or differences or watch.is_hasty or watch.accepted_forgery):
            if isinstance(trouble, Trouble) and has_pairs and watch.occurred:
                others, _ = choose_troubles(find_troubles(watch.places())[0], plan.only, plan.skip)
                reached[trouble] = [other for other in others if other.like not in baseline_likes]
            return result
        result = _explain(result, watch, baseline, failure, differences)
        return replace(result, timeline=watch.timeline()) if plan.keeps_timelines else result

    def try_all(troubles: Iterable[Trouble | Pair]) -> None:
        ordered = sorted(troubles, key=lambda trouble: f"{trouble}" not in plan.first)
        tried, done = ordered[: plan.limit - len(report.results)], len(report.results)
        report.not_tried += len(ordered)
        progress(done, done + len(tried))
        for number, result in enumerate(plan.map(try_trouble, tried), done + 1):
            if result is not None:
                report.not_tried -= 1
                # A test that does not poll says nothing about a webhook that never comes.
                if result.occurred or result.trouble.place.kind != LAST or plan.only:
                    report.results.append(result)
                else:
                    report.unread += 1
            progress(number, done + len(tried))

    try_all(chosen)
    if has_pairs:
        failed = {(row.trouble.kind, row.trouble.place.subject) for row in report.of(FAILED)}
        survived = {
            first: [new for new in reached[first] if (new.kind, new.place.subject) not in failed]
            for first in chosen
            if first in reached
        }
        pairs = {f"{pair}": pair for pair in find_pairs(survived)}
        try_all([pairs[name] for name in wanted_pairs or pairs if name in pairs])
        report.missing = [*report.missing, *(name for name in wanted_pairs if name not in pairs)]


def _explain(
    result: Result,
    watch: Watch,
    baseline: Watch,
    failure: str | None,
    differences: list[Difference],
) -> Result:
    """Add what went wrong, why, and what helps."""
    trouble, aftermath, forgery = result.trouble, watch.aftermath, watch.accepted_forgery
    cause = find_cause(
        trouble,
        {kind for kind, _ in differences},
        aftermath,
        is_hasty=watch.is_hasty,
        has_failed=bool(failure),
        is_crash=bool(failure) and not (forgery or watch.fails_by_assertion(f"{failure}")),
    )
    if cause == LOST and aftermath.is_abandoned:
        problems = [f"Deck has one {aftermath.creates} that the program does not know"]
    else:
        costs = {TWICE: MORE, LOST: LESS, WRONG: OTHER}
        problems = [line for kind, line in differences if not failure or kind == costs.get(cause)]
    problems += [forgery] if forgery else []
    problems += [failure] if failure else [_HASTY] if watch.is_hasty else []
    problems += [f"it ran again after: {watch.first_failure}"] if watch.first_failure else []
    # In a world as usual, the test may count calls or name a moment.
    is_harmless = bool(failure) and not (differences or watch.is_hasty or forgery)
    return replace(
        result,
        problems=problems,
        cause=cause,
        advice=find_advice(trouble, aftermath, cause),
        is_harmless=is_harmless and watch.is_harmless(f"{failure}", baseline),
    )
