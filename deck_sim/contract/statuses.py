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


@dataclass(frozen=True, slots=True)
class Command:
    """What someone outside the script may do: from which statuses, and where it leads."""

    allowed: tuple[str, ...]
    leads_to: str | None = None  # None: the script decides


@dataclass(frozen=True)
class Machine:
    """The life of one kind of resource."""

    initial: str
    follows: Mapping[str, tuple[str, ...]]
    commands: Mapping[str, Command]
    settled: frozenset[str]  # statuses in which a caller has nothing left to wait for
    works_in: str | None = None  # `runtime_ms` counts from the first entry into this status
    # When a resource leaves for one of these, the live runs that use it fail with this error.
    fails_users_with: Mapping[str, str] = field(default_factory=dict)

    @property
    def statuses(self) -> tuple[str, ...]:
        """Every status, in the order of the table."""
        return tuple(self.follows)

    def is_final(self, status: str) -> bool:
        """Whether nothing can follow `status`."""
        return not self.follows[status]


CONNECTION = Machine(
    initial="connecting",
    follows={
        "connecting": ("connected", "interaction_required", "invalid", "terminated"),
        # `invalid` after an interaction is assumed: every attempt at the code was wrong.
        "interaction_required": (
            "connected",
            "interaction_required",
            "invalid",
            "disconnected",
            "terminated",
        ),
        "connected": ("disconnected", "invalid", "terminated"),
        "disconnected": ("connecting", "terminated"),
        "invalid": ("terminated",),
        "terminated": (),
    },
    commands={
        "run": Command(("connected",)),
        "answer": Command(("interaction_required",)),
        "disconnect": Command(("connected",), "disconnected"),
        "reopen": Command(("disconnected",), "connecting"),
        # Documented for `connected`; assumed for the rest: stored credentials can always be
        # deleted.
        "terminate": Command(
            ("connecting", "interaction_required", "connected", "disconnected", "invalid"),
            "terminated",
        ),
        "drop": Command(("connected",), "disconnected"),
        "invalidate": Command(("connected",), "invalid"),
    },
    settled=frozenset({"connected", "disconnected", "invalid", "terminated"}),
    # Assumed: nothing public says what becomes of a run whose connection goes away.
    fails_users_with={
        "disconnected": "task/task_failed",
        "invalid": "auth/auth_invalid",
        "terminated": "task/task_failed",
    },
)

TASK_RUN = Machine(
    initial="queued",
    follows={
        "queued": ("running", "failed", "canceled"),
        "running": ("interaction_required", "pending", "completed", "failed", "canceled"),
        # Asked again is a step of its own: it is how a client learns that its answer was wrong.
        "interaction_required": ("running", "interaction_required", "failed"),
        "pending": ("completed", "failed", "canceled"),
        "completed": (),
        "failed": (),
        "canceled": (),
    },
    commands={
        "answer": Command(("interaction_required",)),
        "cancel": Command(("pending", "queued", "running"), "canceled"),
        "approve": Command(("pending",)),
        "reject": Command(("pending",)),
    },
    settled=frozenset({"completed", "failed", "canceled"}),
    works_in="running",
)
