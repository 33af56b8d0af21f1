"""The timers of a world, in a heap by the moments at which they are due.

Laws:
1. Timers of one moment are due in the order in which they were armed.
2. A key (`owner`, `name`) has at most one timer; arming the key again replaces its timer.
3. A timer in the heap that is not the armed timer of its key counts as removed. It stays until it
   is the first, or until `arm` finds over `_SLACK` more removed timers than others.
4. The armed timers are kept by owner, since several timers of an owner are disarmed together. Most
   calls of `disarm` are for an owner without timers; one lookup shows this.
"""

import heapq
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

# Names of timers. The first three are progress; the others are timeouts and screenshots. A world
# without armed progress is idle.
STEP = "step"
ATTEMPT = "attempt"
AUTO_TRANSITION = "auto_transition"
PROGRESS = (STEP, ATTEMPT, AUTO_TRANSITION)
WINDOW = "window"
DISUSE = "disuse"
INACTIVITY = "inactivity"
SCREENSHOT = "screenshot"  # reads do not jump to it
TASK_TIMEOUT = "task_timeout"
# What happens when each timer fires. The order is that in which a story arms timers that may be due
# at the same moment.
EFFECTS = {
    TASK_TIMEOUT: "the task times out",
    INACTIVITY: "the run fails for inactivity",
    WINDOW: "the interaction times out",
    STEP: "the script continues",
    ATTEMPT: "a delivery is attempted",
    AUTO_TRANSITION: "the status changes by itself",
    DISUSE: "the status changes, since no run uses the resource",
    SCREENSHOT: "a screenshot is taken",
}
OF_A_STEP = (STEP, WINDOW, INACTIVITY)  # disarmed when the story leaves its step
OF_A_STORY = (*OF_A_STEP, TASK_TIMEOUT)
OF_DISUSE = (AUTO_TRANSITION, DISUSE)  # at most one is armed
_SLACK = 100  # so many removed timers may stay in the heap in any case


class Due(NamedTuple):
    """One armed timer: its owner, its name and the moment when it fires."""

    at: datetime
    number: int  # in the order in which timers were armed
    owner: str
    name: str


@dataclass(slots=True)
class Timers:
    """All timers of one world: a heap by moment, and the armed timers by owner."""

    _heap: list[Due] = field(default_factory=list, compare=False)
    # The armed timers: owner -> name -> timer.
    by_owner: dict[str, dict[str, Due]] = field(default_factory=dict)
    _removed: int = field(default=0, compare=False)  # how many in the heap are removed
    _count: int = 0  # how many timers were ever armed
    progress: int = 0  # how many of the armed timers are progress

    def __deepcopy__(self, memo: dict[int, object]) -> "Timers":
        # By hand, since `deepcopy` takes 20 times as long for moments and keys.
        armed = {owner: {**names} for owner, names in self.by_owner.items()}
        return Timers([*self._heap], armed, self._removed, self._count, self.progress)

    def arm(self, owner: str, name: str, at: datetime) -> None:
        self._count += 1
        due = Due(at, self._count, owner, name)
        mine = self.by_owner.setdefault(owner, {})
        if name in mine:
            self._removed += 1
        else:
            self.progress += name in PROGRESS
        mine[name] = due
        heapq.heappush(self._heap, due)
        if 2 * self._removed > len(self._heap) + _SLACK:
            self._heap, self._removed = self.upcoming(), 0

    def disarm(self, owner: str, names: Iterable[str]) -> None:
        mine = self.by_owner.get(owner)
        if mine is not None:
            for name in names:
                if name in mine:
                    self._removed += 1
                    self._forget(mine, mine[name])

    def take(self, limit: datetime) -> Due | None:
        """Remove and return the next timer; None if no timer is due by `limit`."""
        due = self.peek()
        if due is None or due.at > limit:
            return None
        heapq.heappop(self._heap)
        self._forget(self.by_owner[due.owner], due)
        return due

    def of(self, owner: str) -> list[Due]:
        """Return the armed timers of one owner in a fixed order, that of `EFFECTS`."""
        mine = self.by_owner.get(owner, {})
        return [mine[name] for name in EFFECTS if name in mine]

    def index(self) -> None:
        """Make the heap and the counts of a loaded world, whose `by_owner` was read from a file."""
        self._heap = self.upcoming()
        self._count = max((due.number for due in self._heap), default=0)
        self.progress = sum(due.name in PROGRESS for due in self._heap)

    def peek(self) -> Due | None:
        while self._heap:
            due = self._heap[0]
            if self.by_owner.get(due.owner, {}).get(due.name) is due:
                return due
            heapq.heappop(self._heap)
            self._removed -= 1
        return None

    def upcoming(self) -> list[Due]:
        """Return every armed timer, in the order in which they are due."""
        return sorted(due for mine in self.by_owner.values() for due in mine.values())

    def _forget(self, mine: dict[str, Due], due: Due) -> None:
        del mine[due.name]
        if not mine:
            del self.by_owner[due.owner]
        self.progress -= due.name in PROGRESS
