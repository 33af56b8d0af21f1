"""The report of an exploration, with what was not survived grouped by its cause."""

import re
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from deck_sim.base.errors import counted
from deck_sim.explore.causes import CAUSES, CRASH, WRONG
from deck_sim.explore.troubles import Pair, Trouble

SURVIVED, FAILED, NOT_TESTED = "survived", "did not survive", "not tested"
HARMLESS = "changed only counts or moments"
_MOST_FINDINGS = 2  # that the text of a group has
_MOST_SUBJECTS = 5
_ASSERTION = ("assert ", "AssertionError")
# In the name of a trouble, the call or event, as in `late at task_run.running of run 2`.
_SUBJECT = re.compile(r" at (.+?)(?: #| of | in world|$)")
# What differs between the messages of one cause: ids, URLs and numbers.
_VARYING = re.compile(r"https?://\S+|\b[a-z]+_\w{6,}|\d+")

Row = Mapping[str, Any]  # a result as JSON, which a worker of pytest-xdist can send
Timeline = Sequence[tuple[float, str]]  # the seconds since its world began, and what happened


@dataclass(frozen=True, slots=True)
class Result:
    """A trouble that was tried, and whether the program survived it."""

    trouble: Trouble | Pair
    occurred: bool
    problems: Sequence[str] = ()  # the failure of the test, and how the worlds differ; empty: none
    findings: Sequence[str] = ()  # about its worlds, and not about those of the baseline
    cause: str = ""  # a row of `CAUSES`; empty if there is no problem
    advice: str = ""
    waited: float = 0  # seconds of real time before the program repeated a refused call
    is_harmless: bool = False  # the test failed, but only since it counts calls or names a moment
    ran_again: bool = False  # after a failure, in the same worlds
    timeline: Timeline = ()  # of a run that was not survived, if it is kept

    @property
    def verdict(self) -> str:
        if not self.occurred:
            return NOT_TESTED
        if self.is_harmless:
            return HARMLESS
        return FAILED if self.problems else SURVIVED

    def as_json(self, again: str) -> dict[str, Any]:
        return {
            "trouble": f"{self.trouble}",
            "verdict": self.verdict,
            "cause": self.cause,
            "problems": [*self.problems],
            "findings": [*self.findings],
            "advice": self.advice,
            "again": again,
            "waited": round(self.waited, 1),
            "ran_again": self.ran_again,
            **({"timeline": self.timeline} if self.timeline else {}),
        }


@dataclass
class Report:
    """The results of the exploration of one test or command."""

    name: str
    again: Callable[[str], str]  # returns the command that repeats a trouble, by its name
    error: str | None = None  # why nothing was explored
    results: list[Result] = field(default_factory=list)
    timeline: Timeline = ()  # of the baseline, if it is kept
    left_out: int = 0  # troubles that are like another one
    not_tried: int = 0  # because of a limit
    unread: int = 0  # webhooks of which `lost` says nothing, since the program does not poll
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
        verdicts = [result.verdict for result in self.results]
        parts = [count_verdicts([*verdicts, *(NOT_TESTED for _ in self.missing)])]
        if again := sum(result.ran_again for result in self.results):
            parts.append(f"run again after a failure: {again}")
        if self.left_out:
            parts.append(f"{counted(self.left_out, 'similar trouble')} left out")
        if self.unread:
            parts.append(f"not polled after a lost webhook: {self.unread}")
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
        for rows in group_rows(self.rows()):
            problem, *others = rows[0]["problems"]
            lines += [
                "",
                name_places(rows),
                *_count_subjects(rows),
                f"  {rows[0]['cause']}: {problem}",
                *(f"  {problem}" for problem in others),
                *(f"  finding:    {text}" for text in rows[0]["findings"][:_MOST_FINDINGS]),
                f"  what helps: {rows[0]['advice']}",
                f"  again:      {rows[0]['again']}",
            ]
        harmless = dict[str, list[Row]]()
        for row in self.rows():
            if row["verdict"] == HARMLESS:
                harmless.setdefault(row["problems"][0], []).append(row)
        if harmless:
            lines += ["", f"{HARMLESS}, which fails nothing:"]
            lines += [f"  {name_places(rows)}: {problem}" for problem, rows in harmless.items()]
        singles = (row.trouble for row in self.of(NOT_TESTED) if isinstance(row.trouble, Trouble))
        if missed := [*map(str, singles), *self.missing]:
            lines += ["", "these troubles did not occur, so they are not tested:"]
            lines += [f"  {name}" for name in missed]
        return lines

    def rows(self) -> list[Row]:
        return [result.as_json(self.again(f"{result.trouble}")) for result in self.results]

    def as_json(self) -> dict[str, Any]:
        return {
            "name": self.name,
            "error": self.error,
            "summary": self.summary(),
            "failed": self.failed,
            "interrupted": self.interrupted,
            "details": self.details(),
            "results": self.rows(),
            "left_out": self.left_out,
            "not_tried": self.not_tried,
            "unread": self.unread,
            "missing": [*self.missing],
            "no_timing": self.no_timing,
            "has_restored": self.has_restored,
            **({"timeline": self.timeline} if self.timeline else {}),
        }


def count_verdicts(verdicts: Sequence[str]) -> str:
    survived, failed, missed, harmless = map(
        verdicts.count, (SURVIVED, FAILED, NOT_TESTED, HARMLESS)
    )
    text = f"{counted(len(verdicts), 'trouble')}: {survived} survived, {failed} did not"
    return f"{text}, {missed} not tested" + (f"; {HARMLESS}: {harmless}" if harmless else "")


def describe_progress(done: int, of: int, began: float) -> str:
    """Describe how far an exploration is that began at this reading of `time.perf_counter`."""
    seconds = (time.perf_counter() - began) / done * (of - done) if done else 0
    return f"{done}/{of} troubles" + (f", {seconds:.0f} s left" if seconds >= 1 else "")


def group_rows(rows: Iterable[Row]) -> list[list[Row]]:
    """Group the troubles that were not survived by their cause and advice, the worst first."""
    groups = dict[tuple[str, ...], list[Row]]()
    for row in rows:
        if row["verdict"] == FAILED:
            # Of the other causes, and of assertions, the message only says at which place it was.
            message, is_own = row["problems"][0], row["cause"] in (WRONG, CRASH)
            is_own = is_own and not message.startswith(_ASSERTION)
            message = _VARYING.sub("…", message) if is_own else ""
            groups.setdefault((row["cause"], message, row["advice"]), []).append(row)
    return sorted(groups.values(), key=lambda rows: CAUSES.index(rows[0]["cause"]))


def name_places(rows: Sequence[Row]) -> str:
    kinds = Counter(row["trouble"].partition(" ")[0] for row in rows)
    counts = ", ".join(f"{kind} {count}" for kind, count in kinds.items())
    more = f", and {len(rows) - 1} more" if rows[1:] else ""
    return f"{rows[0]['trouble']}{more}" + (f" ({counts})" if len(kinds) > 1 else "")


def _count_subjects(rows: Sequence[Row]) -> Iterator[str]:
    """Yield a line with the calls and events at which the troubles are, unless it is only one."""
    matches = (_SUBJECT.search(row["trouble"]) for row in rows)
    counts = Counter(match[1] for match in matches if match).most_common()
    if counts[1:]:
        first = [f"{subject} {count}" for subject, count in counts[:_MOST_SUBJECTS]]
        others = [f"{len(counts) - len(first)} others"] if counts[_MOST_SUBJECTS:] else []
        yield f"  at:         {', '.join([*first, *others])}"


def summarize(reports: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """Yield the lines about a whole suite: the counts, then each cause, the worst first."""
    rows = [{**row, "test": report["name"]} for report in reports for row in report["results"]]
    verdicts = [row["verdict"] for row in rows]
    yield f"{counted(len(reports), 'test')}, {count_verdicts(verdicts)}"
    previous = None
    for group in group_rows(rows):
        cause = group[0]["cause"]
        if cause != previous:
            count = sum(row["cause"] == cause and row["verdict"] == FAILED for row in rows)
            yield f"{cause}: {counted(count, 'trouble')}"
        tests = {row["test"] for row in group}
        where = counted(len(tests), "test") if len(tests) > 1 else group[0]["test"]
        yield f"  {name_places(group)}, in {where}: {group[0]['problems'][0]}"
        previous = cause


def find_untested(names: Iterable[str], reports: Iterable[Mapping[str, Any]]) -> list[str]:
    """Return the names with a place whose trouble occurred in none of these reports (as JSON)."""
    rows = [row for report in reports for row in report["results"]]
    tested = {row["trouble"] for row in rows if row["verdict"] != NOT_TESTED}
    return [name for name in names if " " in name and name not in tested]
