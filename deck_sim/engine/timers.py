"""Timers: a heap of due moments.

Laws:
1. Timers of one moment are due in the order in which they were armed.
2. A key (`owner`, `name`) has at most one timer; arming it again replaces it.
3. A timer that is taken back stays in the heap until `peek` meets it, or until most of the heap are
   such timers.
"""

import heapq
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

# Names of timers. The first three are progress; the others are timeouts. A world with nothing but
# timeouts is idle.
STEP = "step"
ATTEMPT = "attempt"
AUTO_TRANSITION = "auto_transition"
PROGRESS = (STEP, ATTEMPT, AUTO_TRANSITION)
WINDOW = "window"
DISUSE = "disuse"
INACTIVITY = "inactivity"
SCREENSHOT = "screenshot"  # reads do not jump to it
TASK_TIMEOUT = "task_timeout"
# What happens when each fires, in the order in which a story arms those that may fall due at the
# same moment.
EFFECTS = {
    TASK_TIMEOUT: "the task times out",
    INACTIVITY: "the run fails for inactivity",
    WINDOW: "the interaction times out",
    STEP: "the script goes on",
    ATTEMPT: "a delivery is attempted",
    AUTO_TRANSITION: "its status changes by itself",
    DISUSE: "it ends because no run uses it",
    SCREENSHOT: "a screenshot is taken",
}
OF_A_STEP = (STEP, WINDOW, INACTIVITY)  # taken back when the story leaves its step
_SLACK = 100  # timers in the heap that were taken back


class Due(NamedTuple):
    """One armed timer."""

    at: datetime
    number: int  # of all that were ever armed
    owner: str
    name: str


@dataclass
class Timers:
    """All timers of one world."""

    _heap: list[Due] = field(default_factory=list, compare=False)
    _armed: dict[tuple[str, str], Due] = field(default_factory=dict)  # by owner and name
    _count: int = 0  # of all that were ever armed
    _progress: int = 0  # how many of them are progress
    # Owners, for a state file.
    changed: dict[str, None] = field(default_factory=dict, compare=False)

    def __deepcopy__(self, memo: dict[int, object]) -> "Timers":
        # By hand, since `deepcopy` takes 20 times as long for moments and keys.
        return Timers(
            [*self._heap], dict(self._armed), self._count, self._progress, dict(self.changed)
        )

    def arm(self, owner: str, name: str, at: datetime) -> None:
        """Set the timer `name` of `owner` to that moment."""
        self.take_back(owner, name)
        self._count += 1
        self._add(Due(at, self._count, owner, name))

    def take_back(self, owner: str, *names: str) -> None:
        """Remove these timers of `owner`, armed or not."""
        for name in names:
            if self._armed.pop((owner, name), None) is not None:
                self._progress -= name in PROGRESS
                self.changed[owner] = None
        if len(self._heap) > 2 * len(self._armed) + _SLACK:
            self._heap = sorted(self._armed.values())

    def of(self, owner: str) -> list[Due]:
        """The armed timers of one owner."""
        return [self._armed[owner, name] for name in EFFECTS if (owner, name) in self._armed]

    def restore(self, armed: list[Due]) -> None:
        """Arm timers that `of` returned in another process."""
        for one in sorted(armed):
            self._count = max(self._count, one.number)
            self._add(one)

    def peek(self) -> Due | None:
        """The next timer, or None."""
        while self._heap and self._armed.get(self._heap[0][2:]) is not self._heap[0]:
            heapq.heappop(self._heap)
        return self._heap[0] if self._heap else None

    def is_idle(self) -> bool:
        """Whether only timeouts are armed."""
        return not self._progress

    def upcoming(self) -> Iterator[Due]:
        """Every armed timer, in the order in which they are due."""
        return iter(sorted(self._armed.values()))

    def _add(self, due: Due) -> None:
        self._armed[due.owner, due.name] = due
        self._progress += due.name in PROGRESS
        self.changed[due.owner] = None
        heapq.heappush(self._heap, due)
