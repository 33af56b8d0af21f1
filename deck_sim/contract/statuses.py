"""The state machines of the Deck API.

Laws:
1. Everything that decides which status may follow which is in this file, and only rows decide it.
2. A table is total: every status has a row; a final status has an empty one.
3. A command (what a caller, a person or the source does) names the statuses that allow it and the
   status that it leads to; that step must itself stand in the table.
4. This file knows nothing of scenarios, of time or of HTTP.

Sources: sections 3 and 4 of the contract. Where the public documentation is silent, the row says
"assumed".
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta


@dataclass(frozen=True, slots=True)
class Command:
    """What someone outside the script may do: from which statuses, and where it leads."""

    allowed: tuple[str, ...]
    leads_to: str | None = None  # None: the script decides


@dataclass(frozen=True, slots=True)
class AutoTransition:
    """A status that a resource leaves by itself, if nobody uses it for so long."""

    to: str
    after: timedelta
    patience: bool = False  # whether it is somebody's patience that ends, which is no progress


@dataclass(frozen=True)
class Machine:
    """The life of one kind of resource."""

    initial: str
    follows: Mapping[str, tuple[str, ...]]
    commands: Mapping[str, Command]
    settled: frozenset[str]  # statuses in which a caller has nothing left to wait for
    works_in: str | None = None  # `runtime_ms` counts from the first entry into this status
    auto_transitions: Mapping[str, AutoTransition] = field(default_factory=dict)
    # When a resource leaves for one of these, the live runs that use it fail with this error …
    fails_users_with: Mapping[str, str] = field(default_factory=dict)
    cancels_users_in: frozenset[str] = frozenset()  # … or are canceled.
    # What a run's step does to what the run uses: for each field that names such a thing, by the
    # status that the run enters, or by the `type/code` or the type of the error that it fails with:
    # the statuses that this leads to, of which the first that may follow, or that it is in, counts.
    leads: Mapping[str, Mapping[str, tuple[str, ...]]] = field(default_factory=dict)
    results: Mapping[str, str] = field(default_factory=dict)  # `result`, by final status
    broken: str | None = None  # where a script that cannot be played on leaves what is no run
    spelled: Mapping[str, str] = field(default_factory=dict)  # statuses that events spell so
    silent: frozenset[str] = frozenset()  # statuses that no event announces
    announces_first: bool = True  # whether creation is the event of the first status

    @property
    def statuses(self) -> tuple[str, ...]:
        """Every status, in the order of the table."""
        return tuple(self.follows)

    def event(self, status: str) -> str | None:
        """The word for `status` in an event's type; None if no event announces it."""
        return None if status in self.silent else self.spelled.get(status, status)

    @property
    def approval(self) -> str:
        """The status in which a person is waited for."""
        return self.commands["approve"].allowed[0]

    def is_final(self, status: str) -> bool:
        """Whether nothing can follow `status`."""
        return not self.follows[status]

    @property
    def ends(self) -> bool:
        """Whether a resource can come to a status that nothing follows."""
        return any(map(self.is_final, self.statuses))


TASK = Machine(
    initial="learning",
    follows={"learning": ("learning",), "test": ("learning",), "live": ("learning",)},
    commands={},
    settled=frozenset({"learning", "test", "live"}),
    spelled={"learning": "reset"},
    silent=frozenset({"test", "live"}),
)

EVENT_DESTINATION = Machine(
    # Assumed: a new one is active at once; nothing public says how one is verified.
    initial="active",
    follows={
        "active": ("inactive", "pending_verification"),
        "inactive": ("active", "pending_verification"),
        "pending_verification": ("active", "inactive"),
    },
    commands={},
    settled=frozenset({"active", "inactive", "pending_verification"}),
    spelled={"active": "activated", "inactive": "deactivated"},  # observed
    silent=frozenset({"pending_verification"}),
    announces_first=False,
)

EVENT_DELIVERY = Machine(
    # Assumed: `pending` is the status of a delivery until it has succeeded or failed for good.
    initial="pending",
    follows={
        "pending": ("success", "failure"),
        "success": ("pending",),  # by a replay
        "failure": ("pending",),
    },
    commands={},
    settled=frozenset({"success", "failure"}),
    silent=frozenset({"pending", "success", "failure"}),
    announces_first=False,
)
