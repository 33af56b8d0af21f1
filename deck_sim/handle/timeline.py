"""The timeline and the report of an advance, as values for inspection and printing."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Self

from deck_sim.base.durations import format_duration
from deck_sim.runtime.moment_text import format_moment

Duration = str | timedelta | float  # text such as `5m`, or a number of seconds


@dataclass(frozen=True, slots=True)
class TimelineEntry:
    """A call, or one thing that happened to a resource or the clock, with its time."""

    at: datetime
    kind: str  # a kind of resource, or `call`, `clock`, `magic_name` or `dropped`
    id: str
    what: str
    # The other keys of the entry in the control API, such as `status`, `changes` and `step`.
    details: Mapping[str, Any] = field(default_factory=dict, compare=False, repr=False)

    @classmethod
    def from_json(cls, row: Mapping[str, Any]) -> Self:
        """Make the entry from its JSON in the control API."""
        details = {**row}
        at, kind, id_ = details.pop("at"), details.pop("kind"), details.pop("id")
        return cls(datetime.fromisoformat(at), kind, id_, details.pop("what"), details)

    def as_json(self) -> dict[str, Any]:
        """Return the entry as the control API shows it."""
        at = format_moment(self.at)
        return {"at": at, "kind": self.kind, "id": self.id, "what": self.what, **self.details}

    def __str__(self) -> str:
        kind = self.kind.removeprefix("event_")  # `delivery` and `destination` are shorter
        return f"{format_moment(self.at)}  {kind:<11}  {self.id:<21}  {self.what}"


class Timeline(tuple[TimelineEntry, ...]):
    """Entries in the order in which they happened. `str()` shows one per line."""

    __slots__ = ()

    def __str__(self) -> str:
        return "\n".join(map(str, self))


@dataclass(frozen=True, slots=True)
class AdvanceReport:
    """The time after an advance, its timeline entries, and the resources that holds stop now."""

    now: datetime
    happened: Timeline
    held: tuple[Mapping[str, Any], ...] = ()  # each with `id`, `event` and `hold`

    def as_json(self) -> dict[str, Any]:
        """Return the report as the control API shows it."""
        happened = [entry.as_json() for entry in self.happened]
        return {"now": format_moment(self.now), "happened": happened, "held": [*self.held]}

    def __str__(self) -> str:
        happened = f"{self.happened}\n" if self.happened else "nothing happened\n"
        held = "".join(f"{row['id']} is held before {row['event']}\n" for row in self.held)
        return f"{happened}{held}now it is {format_moment(self.now)}"


def cut_middle(lines: list[str], most: int) -> list[str]:
    """Return at most `most` lines; in a longer list, one line counts the ones left out."""
    if len(lines) <= most:
        return lines
    head, tail = most // 3, most - most // 3 - 1
    left_out = f"  … {len(lines) - head - tail} lines are left out …"
    return [*lines[:head], left_out, *lines[len(lines) - tail :]]


def write_duration(duration: Duration | None) -> str | None:
    """Write a duration for the control API, to the microsecond; text and None stay as they are."""
    if isinstance(duration, bool):  # a bool is an int, but not a duration
        return str(duration)
    if isinstance(duration, int | float):
        duration = timedelta(seconds=duration)
    if not isinstance(duration, timedelta):
        return duration
    if duration % timedelta(milliseconds=1):
        return f"{duration.days}d{duration.seconds}.{duration.microseconds:06}s"
    return format_duration(duration)
