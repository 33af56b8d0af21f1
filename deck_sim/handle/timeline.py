"""What happened in a world, as values that a test can look into and a person can read."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from deck_sim.base.durations import HOW_TO_WRITE, format_duration
from deck_sim.base.errors import DeckSimError
from deck_sim.runtime.serialization import print_moment


@dataclass(frozen=True, slots=True)
class Line:
    """At that moment, what happened to what."""

    at: datetime
    kind: str  # a resource's kind, or `call`, `clock` or `queue`
    id: str
    what: str

    def __str__(self) -> str:
        kind = self.kind.removeprefix("event_")  # `delivery` and `destination` say as much
        return f"{print_moment(self.at)}  {kind:<11}  {self.id:<21}  {self.what}"


class Timeline(tuple[Line, ...]):
    """Lines in the order in which they happened; `str()` prints them one below the other."""

    __slots__ = ()

    def __str__(self) -> str:
        return "\n".join(str(line) for line in self)


@dataclass(frozen=True, slots=True)
class Report:
    """What came of moving the clock."""

    now: datetime
    happened: Timeline
    held: tuple[Mapping[str, Any], ...] = ()  # what stands at a hold: its `id`, and the `event`

    def __str__(self) -> str:
        lines = f"{self.happened}\n" if self.happened else "nothing happened\n"
        held = "".join(f"{one['id']} is held before {one['event']}\n" for one in self.held)
        return f"{lines}{held}now it is {print_moment(self.now)}"


def cut_middle(lines: list[str], most: int) -> list[str]:
    """At most so many lines: from too many the middle is cut, and counted."""
    if len(lines) <= most:
        return lines
    head, tail = most // 3, most - most // 3 - 1
    left_out = f"  … {len(lines) - head - tail} lines are left out …"
    return [*lines[:head], left_out, *lines[len(lines) - tail :]]


def read_timeline(entries: Iterable[Mapping[str, Any]]) -> Timeline:
    """The timeline of an answer's entries."""
    return Timeline(
        Line(datetime.fromisoformat(entry["at"]), entry["kind"], entry["id"], entry["what"])
        for entry in entries
    )


def write_length(length: str | timedelta) -> str:
    """A length of time as the control API reads it, to the microsecond.

    Raises:
        DeckSimError: if it is something else, such as a number, which has no unit.

    """
    if isinstance(length, str):
        return length
    if not isinstance(length, timedelta):
        text = f"{length!r} is not a length of time: that is a `timedelta`, or text;"
        raise DeckSimError(f"{text} {HOW_TO_WRITE}")
    if length % timedelta(milliseconds=1):
        return f"{length.days}d{length.seconds}.{length.microseconds:06}s"
    return format_duration(length)


def write_moment(moment: str | datetime) -> str:
    """A moment as the control API reads it; without an offset it is UTC.

    Raises:
        DeckSimError: if it is something else, such as a number.

    """
    if isinstance(moment, str):
        return moment
    if not isinstance(moment, datetime):
        text = "is not a moment: that is a `datetime`, or text like `2025-01-15T09:30:00Z`"
        raise DeckSimError(f"{moment!r} {text}")
    return moment.isoformat()
