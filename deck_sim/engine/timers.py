"""Timers: a heap of due moments, and a queue for each of them.

Laws:
1. Timers of one moment are due in the order in which they were armed: each moment has one queue.
2. A key (`owner`, `name`) has at most one timer; arming it again replaces it.
3. Taking a timer back removes it from its queue. The moment of an emptied queue stays in the heap
   until `peek` meets it.
"""

import heapq
from collections import OrderedDict
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

Key = tuple[str, str]
Queue = OrderedDict[Key, None]  # its first key is found at once, however many went before


class Due(NamedTuple):
    """One armed timer."""

    at: datetime
    owner: str
    name: str


@dataclass
class Timers:
    """All timers of one world."""

    _moments: list[datetime] = field(default_factory=list, compare=False)
    _queues: dict[datetime, Queue] = field(default_factory=dict)  # none of them is empty
    _armed: dict[Key, datetime] = field(default_factory=dict)
    _progress: int = 0  # how many of them are progress

    def __deepcopy__(self, memo: dict[int, object]) -> "Timers":
        # By hand, since `deepcopy` takes 20 times as long for moments and keys.
        queues = {at: OrderedDict(queue) for at, queue in self._queues.items()}
        return Timers([*self._moments], queues, dict(self._armed), self._progress)

    def arm(self, owner: str, name: str, at: datetime) -> None:
        """Set the timer `name` of `owner` to that moment."""
        self.take_back(owner, name)
        key = owner, name
        self._armed[key] = at
        self._progress += name in PROGRESS
        if at not in self._queues:
            self._queues[at] = OrderedDict()
            heapq.heappush(self._moments, at)
        self._queues[at][key] = None

    def take_back(self, owner: str, *names: str) -> None:
        """Remove these timers of `owner`, armed or not."""
        for name in names:
            key = owner, name
            at = self._armed.pop(key, None)
            if at is not None:
                self._progress -= name in PROGRESS
                del self._queues[at][key]
                if not self._queues[at]:
                    del self._queues[at]

    def of(self, owner: str) -> list[Due]:
        """The armed timers of one owner."""
        return [Due(self._armed[owner, n], owner, n) for n in EFFECTS if (owner, n) in self._armed]

    def peek(self) -> Due | None:
        """The next timer, or None."""
        while self._moments and self._moments[0] not in self._queues:
            heapq.heappop(self._moments)
        if not self._moments:
            return None
        at = self._moments[0]
        return Due(at, *next(iter(self._queues[at])))

    def is_armed(self, owner: str, name: str) -> bool:
        """Whether this timer is set."""
        return (owner, name) in self._armed

    def is_idle(self) -> bool:
        """Whether only timeouts are armed."""
        return not self._progress

    def upcoming(self) -> Iterator[Due]:
        """Every armed timer, in the order in which they are due."""
        return (Due(at, *key) for at in sorted(self._queues) for key in self._queues[at])
