"""What falls due, and when: a heap of `(due, sequence, key)`.

Laws:
1. Equal moments go first in, first out; the sequence sees to it.
2. A key (`owner`, `name`) has at most one timer; setting it again replaces it.
3. Taking a timer back leaves its entry in the heap; an entry counts only while `_armed` still names
   its sequence. So arming, replacing and taking back each cost a heap push at the most.
"""

import heapq
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

# What can fall due. A script that moves on by itself and an attempt to deliver are progress; the
# others are somebody's patience that ends, so a world in which only those are left is idle.
STEP = "step"
ATTEMPT = "attempt"
PROGRESS = (STEP, ATTEMPT)
WINDOW = "window"
INACTIVITY = "inactivity"
TASK_TIMEOUT = "task_timeout"
OF_A_STEP = (STEP, WINDOW, INACTIVITY)  # those that are over when the story leaves its step


class Due(NamedTuple):
    """One armed timer."""

    at: datetime
    sequence: int
    owner: str
    name: str


@dataclass
class Timers:
    """All timers of one world."""

    _heap: list[Due] = field(default_factory=list)
    _armed: dict[tuple[str, str], int] = field(default_factory=dict)
    _counts: Counter[str] = field(default_factory=Counter)
    _sequence: int = 0

    def arm(self, owner: str, name: str, at: datetime) -> None:
        """Let `name` fall due for `owner` at that moment, instead of when it would have."""
        self.take_back(owner, name)
        self._sequence += 1
        self._counts[name] += 1
        self._armed[owner, name] = self._sequence
        heapq.heappush(self._heap, Due(at, self._sequence, owner, name))

    def take_back(self, owner: str, *names: str) -> None:
        """Forget these timers of `owner`, armed or not."""
        for name in names:
            if self._armed.pop((owner, name), None):
                self._counts[name] -= 1

    def peek(self) -> Due | None:
        """The next timer, or None."""
        while self._heap and not self._is_armed(self._heap[0]):
            heapq.heappop(self._heap)
        return self._heap[0] if self._heap else None

    def pop(self) -> Due:
        """Take the next timer out; the caller has peeked that there is one."""
        due = heapq.heappop(self._heap)
        self.take_back(due.owner, due.name)
        return due

    def is_idle(self) -> bool:
        """Whether nothing is due but the end of somebody's patience."""
        return not any(self._counts[name] for name in PROGRESS)

    def count(self, name: str) -> int:
        """How many timers of this name are armed."""
        return self._counts[name]

    def upcoming(self) -> Iterator[Due]:
        """Every armed timer, in the order in which they fall due."""
        return (due for due in sorted(self._heap) if self._is_armed(due))

    def _is_armed(self, due: Due) -> bool:
        return self._armed.get((due.owner, due.name)) == due.sequence
