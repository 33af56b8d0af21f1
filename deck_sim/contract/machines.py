"""The state machines that all editions have, and the classes that machines are made of.

Only the table `follows` decides which status may follow which, also after a command. Every status
has a row in it; the row of a final status is empty. What Deck does not document is marked
"assumed".
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cached_property


@dataclass(frozen=True, slots=True)
class Command:
    """An action from outside the script, the statuses that allow it, and the status it leads to."""

    allowed: tuple[str, ...]
    leads_to: str | None = None  # None: the script decides, or the status stays


@dataclass(frozen=True, slots=True)
class AutoTransition:
    """A transition that happens without a command, after some time in a status."""

    to: str
    after: timedelta | None  # None: the world's option `option` gives the time, if it is set
    option: str = ""
    is_timeout: bool = False  # a timeout is no progress: reads do not advance to it


@dataclass(frozen=True)
class Machine:
    """The statuses of one kind of resource, and the transitions between them."""

    follows: Mapping[str, tuple[str, ...]]  # the first row is the status of a new resource
    commands: Mapping[str, Command]
    settled: frozenset[str]  # statuses in which clients stop polling
    good: frozenset[str] = frozenset()  # statuses of success
    bad: frozenset[str] = frozenset()  # statuses of failure
    is_run: bool = False  # runs fail when inactive, and have screenshots
    timed_from: str | None = None  # `runtime_ms` counts from the first entry into this status
    auto_transitions: Mapping[str, AutoTransition] = field(default_factory=dict)
    # Status -> error with which runs fail when a resource that they use enters this status; None:
    # these runs are canceled.
    ends_users: Mapping[str, str | None] = field(default_factory=dict)
    # How a run moves the resources that it uses: field of the run -> new status of the run, or
    # `type/code` or type of its error -> candidates for the new status of the resource. The first
    # candidate that the resource may enter, or has already, counts.
    leads: Mapping[str, Mapping[str, tuple[str, ...]]] = field(default_factory=dict)
    # Statuses that a run enters after the resources that it uses have moved, not before.
    leads_first: frozenset[str] = frozenset()
    results: Mapping[str, str] = field(default_factory=dict)  # `result`, by final status
    broken: str | None = None  # the status after a script error, for kinds other than runs
    # Status -> its word in event types, if this is another word.
    spelled: Mapping[str, str] = field(default_factory=dict)
    silent: frozenset[str] = frozenset()  # statuses without an event

    @property
    def initial(self) -> str:
        return next(iter(self.follows))

    @property
    def statuses(self) -> tuple[str, ...]:
        return tuple(self.follows)

    @cached_property
    def events(self) -> Mapping[str, str | None]:
        """The word of each status in event types; None if no event announces the status."""
        return {s: None if s in self.silent else self.spelled.get(s, s) for s in self.follows}

    def asks_person(self, status: str | None) -> bool:
        """Whether a person may have to answer a prompt or decide in this status."""
        rows = (self.commands.get(name) for name in ("answer", "approve"))
        return any(status in row.allowed for row in rows if row)

    def family(self, status: str) -> str:
        """Return the family of a status, which decides its color; `person`: somebody must act."""
        if self.asks_person(status):
            return "person"
        if status in self.good | self.bad:
            return "good" if status in self.good else "bad"
        if status == self.initial:
            return "waiting"
        return "over" if status in self.settled else "working"

    @property
    def review_status(self) -> str:
        return self.commands["approve"].allowed[0]

    @property
    def status_after_cancel(self) -> str:
        return str(self.commands["cancel"].leads_to)

    def is_final(self, status: str) -> bool:
        return not self.follows[status]


TASK = Machine(
    follows={"learning": ("learning",), "test": ("learning",), "live": ("learning",)},
    commands={},
    settled=frozenset({"learning", "test", "live"}),
    good=frozenset({"live"}),
    spelled={"learning": "reset"},
    silent=frozenset({"test", "live"}),
)

EVENT_DESTINATION = Machine(
    follows={
        # Assumed: a new destination is active at once; nothing public says how it is verified.
        "active": ("inactive", "pending_verification"),
        "inactive": ("active", "pending_verification"),
        "pending_verification": ("active", "inactive"),
    },
    commands={"activate": Command(("inactive",), "active")},
    settled=frozenset({"active", "inactive", "pending_verification"}),
    good=frozenset({"active"}),
    bad=frozenset({"inactive"}),
    spelled={"active": "activated", "inactive": "deactivated"},  # observed
    silent=frozenset({"pending_verification"}),
)

EVENT_DELIVERY = Machine(
    follows={
        # Assumed: `pending` is the status of a delivery until it has succeeded or failed for good.
        "pending": ("success", "failure"),
        "success": ("pending",),  # by a replay
        "failure": ("pending",),
    },
    commands={},
    settled=frozenset({"success", "failure"}),
    good=frozenset({"success"}),
    bad=frozenset({"failure"}),
    silent=frozenset({"pending", "success", "failure"}),
)
