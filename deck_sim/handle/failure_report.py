"""The report on a world that a failed test shows.

The report has the findings, those of the world and those that only the process of the test can
know, then the scenarios that were played and why, and the history.
"""

import re
import textwrap
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, NamedTuple

from deck_sim.base.durations import format_duration
from deck_sim.base.errors import listed
from deck_sim.base.real_time import process_now
from deck_sim.handle.expected_call import show_value
from deck_sim.handle.timeline import Timeline, TimelineEntry, cut_middle
from deck_sim.runtime.findings import FINDING_KINDS, Finding, is_needless, list_findings
from deck_sim.runtime.moment_text import format_moment

if TYPE_CHECKING:
    from deck_sim.handle.deck import Deck

_WIDTH = 100  # columns of a line
_MOST_LINES = 60  # of the timeline
_MOST_ROWS = 8  # of each other section
_LONGEST_ROUND = 4  # lines that a client repeats: a poll, a sleep, and their effects
_FEWEST_ROUNDS = 3  # fewer repetitions are shown one by one
_HOW_TO_FREEZE = (
    "the fixture `deck_time` freezes it at the world's time, or give the world the real date:"
    " `@pytest.mark.deck(now=datetime.now(UTC))`"
)
_DATE = re.compile(r"\b\d{4}(?:-\d\d-\d\d|, \d+, \d+)")  # also as `repr` shows a date
_ID = re.compile(r"\b([a-z]+_\w{3})\w{9,}(\w{4})\b")  # shortened as on the page
_TICK = timedelta(seconds=1)  # a frozen time that moved less was only ticking
# The titles of the findings of the test's process, and of those of the world.
_TITLES = {"two_clocks": "two clocks", "frozen_process": FINDING_KINDS["frozen_clock"].title}
_PRESENT = FINDING_KINDS["unfinished_resource"].title
_TITLES |= {name: kind.title for name, kind in FINDING_KINDS.items()}

_Row = Mapping[str, Any]


class Report(NamedTuple):
    """The report on a world, and the reason of the failure in a line; "" if there is not only one
    finding.
    """

    text: str
    reason: str


def write_report(deck: "Deck", failure: str = "") -> Report:
    """Return the report on the world of `deck`, without the findings that `failure`, pytest's text
    about the test, has already.
    """
    journal, entries, state = deck.requests, deck.timeline, deck.next(limit=1)
    findings = [
        *_find_own_dates(journal, failure, state["now"]),
        *_find_moved_process(deck, entries),
        *(Finding(**row) for row in deck.findings),
    ]
    played = [
        f"{call['answered']['id']}  {call['scenario']}"
        for call in journal
        if call["scenario"] and "id" in call["answered"]
    ]
    groups = dict[str, list[Finding]]()
    for finding in findings:
        if finding.reason in failure or is_needless(finding.kind, failure):
            continue
        if finding.kind == "no_calls" and finding.remedy and deck.interceptions:
            hosts = listed(host for client in deck.interceptions for host in client.hosts)
            passed = dict.fromkeys(host for client in deck.interceptions for host in client.passed)
            others = f"; calls to {listed(passed)} were not intercepted" if passed else ""
            finding = finding._replace(remedy=f"`deck.intercept()` answers for {hosts}{others}")
        groups.setdefault(_TITLES[finding.kind], []).append(finding)
    findings = [finding for rows in groups.values() for finding in rows]
    due = "nothing is due"
    if state["due"]:
        due = "the next timer, of `{id}`, is due in {in}".format(**state["due"][0])
    sections = {title: list_findings(rows) for title, rows in groups.items()}
    present = sections.pop(_PRESENT, [f"nothing waits, and {due}"])
    now = f"the time is {state['now']}"
    sections |= {_PRESENT: [*present, now], "scenarios played, and why": played}
    lines = list[str]()
    for title, rows in sections.items():
        if rows:
            lines += [f"{title}:", *(f"  {row}" for row in cut_middle(rows, _MOST_ROWS)), ""]
    history = cut_middle([*_show_history(journal, entries)], _MOST_LINES)
    day = f"timeline of {entries[0].at:%Y-%m-%d}:" if entries else "nothing happened in this world"
    text = "\n".join(part for line in [*lines, day, *history] for part in _wrap(line))
    # An error of deck-sim says itself what is wrong.
    return Report(text, "" if "DeckSimError: " in failure else _find_reason(findings))


def _find_reason(findings: Sequence[Finding]) -> str:
    """Return the only finding in a line, without the id and status of what is unfinished."""
    kinds = {finding.kind for finding in findings}
    if "frozen_clock" in kinds:  # is why the others wait
        findings = [row for row in findings if row.kind != "unfinished_resource"]
    # Many runs have no output, and few tests look at it.
    if len(findings) != 1 or "empty_output" in kinds:
        return ""
    text = findings[0].text.partition("\n")[0]
    return text.partition(". ")[2] if findings[0].kind == "unfinished_resource" else text


def _wrap(text: str) -> list[str]:
    """Return the lines of a text; those after its first one are indented by two more columns."""
    indent = " " * (len(text) - len(text.lstrip()) + 2)
    wrapper = textwrap.TextWrapper(
        _WIDTH, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False
    )
    return [part for line in text.split("\n") for part in wrapper.wrap(line) or [""]]


def _show_history(journal: Iterable[_Row], entries: Sequence[TimelineEntry]) -> Iterator[str]:
    """Yield a line for each entry, with the body of a call; fold rounds of lines that repeat."""
    bodies = {call["request_id"]: call["body"] for call in journal}
    lines, keys = list[str](), list[tuple[str, str]]()  # equal keys: the lines say the same
    for entry in entries:
        body = bodies.get(entry.id)
        sent = "" if body is None else f"  {show_value(body)}"
        name = entry.kind if entry.id in bodies else _shorten(entry.id) or entry.kind
        time = _show_time(entry.at, entries[0].at)
        lines.append(f"{time}  {name:<13}  {_shorten(entry.what + sent)}")
        keys.append((entry.what, sent) if entry.id in bodies else (entry.id, entry.what))
    start = 0
    while start < len(lines):
        for length in range(1, _LONGEST_ROUND + 1):
            end = start + length
            while keys[end : end + length] == keys[start : start + length]:
                end += length
            if end - start >= _FEWEST_ROUNDS * length:
                break
        else:
            length, end = 1, start + 1
        yield from lines[start : start + length]
        if count := (end - start) // length - 1:
            until = _show_time(entries[end - 1].at, entries[0].at)
            yield f"  … {count} more times, until {until}"
        start = end


def _shorten(text: str) -> str:
    return _ID.sub(r"\1…\2", text)


def _show_time(moment: datetime, first: datetime) -> str:
    """Return the time of the day; of another day than that of `first` with its date."""
    text = format_moment(moment)
    return text if moment.date() != first.date() else text[11:-1]


def _find_moved_process(deck: "Deck", entries: Timeline) -> Iterator[Finding]:
    """Yield a finding if a frozen process moved its time, and the world did not move."""
    times = deck.transport.frozen_times
    moved = times[-1] - times[0] if times else timedelta()
    if moved >= _TICK and not any(entry.kind == "clock" for entry in entries):
        reason = (
            f"the time of this frozen process moved {format_duration(moved)}, and the world's did"
            " not"
        )
        remedy = "use `deck_time`, or call `deck.advance_to(datetime.now(UTC))` after each move"
        yield Finding("frozen_process", "", reason, remedy, {})


def _find_own_dates(journal: Iterable[_Row], failure: str, now: str) -> Iterator[Finding]:
    """Yield a finding if the application seems not to use the world's time: a call or pytest's text
    shows the date of this process, and the world has another date.
    """
    today = process_now().date()
    days = [today + timedelta(days=days) for days in (-1, 0, 1)]
    dates = {f"{day}": day for day in days}
    dates |= {f"{day.year}, {day.month}, {day.day}": day for day in days}
    texts = [
        (f"{call['method']} {call['path']} sent", f"{call['query']} {call['body']}", call["at"])
        for call in journal
    ]
    errors = "\n".join(line for line in failure.splitlines() if line.startswith("E "))
    for source, text, at in (*texts, ("the failure shows", errors, now)):
        shown_days = [dates[date] for date in _DATE.findall(text) if date in dates]
        world_day = datetime.fromisoformat(at).date()
        if shown_days and abs(world_day - today) > timedelta(days=1):
            reason = (
                f"{source} {min(shown_days)}, but the world's date is {world_day}: the"
                " application's `datetime.now()` stays real"
            )
            yield Finding("two_clocks", "", reason, _HOW_TO_FREEZE, {})
            return
