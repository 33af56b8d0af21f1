"""The page of an exploration: what was not survived, with the timelines of two runs."""

from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from difflib import SequenceMatcher
from itertools import groupby
from pathlib import Path
from typing import Any

from jinja2 import Environment

from deck_sim.base.durations import format_duration
from deck_sim.explore.exploration_report import Timeline, group_rows, name_places, summarize

_TEMPLATE = Path(__file__).with_name("exploration_page.html")
_SAME, _LATER, _OTHER = "same", "later", "other"  # marks of a row: the two runs are equal, or not
_MOST_SHOWN = 12  # rows with one mark; of more, those in the middle are folded
_SHOWN_AROUND = 4  # before and after the folded rows

Entry = tuple[float, str]  # of a timeline
Row = tuple[str, Entry | None, Entry | None]  # a mark, and the entries of both runs


def write_page(reports: Sequence[Mapping[str, Any]]) -> str:
    """Return the page about these reports (as JSON), one for each test, as HTML."""
    rows = [{**row, "test": report["name"]} for report in reports for row in report["results"]]
    baselines = {report["name"]: report.get("timeline", ()) for report in reports}
    groups = [
        {
            "title": name_places(group),
            "row": group[0],
            "others": group[1:],
            "parts": [*_fold(_align(baselines[group[0]["test"]], group[0].get("timeline", ())))],
        }
        for group in group_rows(rows)
    ]
    counts = next(iter(summarize(reports))) if len(reports) > 1 else reports[0]["summary"]
    environment = Environment(autoescape=True, trim_blocks=True, lstrip_blocks=True)
    environment.filters["duration"] = lambda seconds: format_duration(timedelta(seconds=seconds))
    template = environment.from_string(_TEMPLATE.read_text("utf-8"))
    return template.render(reports=reports, counts=counts, groups=groups)


def _align(baseline: Timeline, explored: Timeline) -> Iterator[Row]:
    """Yield the rows of both timelines, in order of time. An entry that moved is `later` if the
    entries before it did not move as much.
    """
    first, second = (
        [text.partition(" -> ")[0] for _, text in timeline] for timeline in (baseline, explored)
    )
    shift = 0.0  # how many seconds later the explored run is
    for tag, *ends in SequenceMatcher(None, first, second, autojunk=False).get_opcodes():
        usual, troubled = deque(baseline[slice(*ends[:2])]), deque(explored[slice(*ends[2:])])
        while usual or troubled:
            delay = troubled[0][0] - usual[0][0] - shift if usual and troubled else 0.0
            if tag == "equal":
                shift += delay
                mark = _LATER if abs(delay) >= 1 else _SAME
                mark = mark if usual[0][1] == troubled[0][1] else _OTHER
                yield mark, usual.popleft(), troubled.popleft()
            else:
                entry = usual.popleft() if usual and (not troubled or delay > -1) else None
                other = troubled.popleft() if troubled and (entry is None or delay < 1) else None
                yield _OTHER, entry, other


def _fold(rows: Iterator[Row]) -> Iterator[tuple[bool, list[Row]]]:
    """Yield rows in parts: whether the part is folded, and its rows."""
    for _, group in groupby(rows, key=lambda row: row[0]):
        part = [*group]
        if len(part) <= _MOST_SHOWN:
            yield False, part
        else:
            yield False, part[:_SHOWN_AROUND]
            yield True, part[_SHOWN_AROUND:-_SHOWN_AROUND]
            yield False, part[-_SHOWN_AROUND:]
