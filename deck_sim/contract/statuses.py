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
    passages: Mapping[str, AutoTransition] = field(default_factory=dict)
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

    @property
    def statuses(self) -> tuple[str, ...]:
        """Every status, in the order of the table."""
        return tuple(self.follows)

    def event(self, status: str) -> str:
        """The word by which an event tells that `status` was entered."""
        return self.spelled.get(status, status)

    @property
    def approval(self) -> str:
        """The status in which a person is waited for."""
        return self.commands["approve"].allowed[0]

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
    broken="invalid",
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

CREDENTIAL = Machine(
    initial="unverified",
    follows={
        "unverified": ("verified", "invalid", "deleted"),
        "verified": ("unverified", "invalid", "deleted"),
        # Assumed: a login that works after one that did not makes it good again.
        "invalid": ("unverified", "verified", "deleted"),
        "deleted": (),
    },
    commands={
        # Assumed for `invalid`: only of a deleted one it is documented that it runs nothing.
        "run": Command(("unverified", "verified", "invalid")),
        "update": Command(("unverified", "verified", "invalid")),
        "delete": Command(("unverified", "verified", "invalid"), "deleted"),
        "invalidate": Command(("unverified", "verified"), "invalid"),
    },
    settled=frozenset({"unverified", "verified", "invalid", "deleted"}),
    # Assumed, as for the connections of the other edition.
    fails_users_with={"deleted": "task/task_failed"},
)

SESSION = Machine(
    initial="queued",
    follows={
        "queued": ("running", "completing", "failed"),
        "running": ("idle", "completing", "failed"),
        "idle": ("running", "completing", "failed"),
        "completing": ("completed",),
        "completed": (),
        "failed": (),
    },
    commands={
        "run": Command(("idle",)),  # assumed: one run at a time
        "end": Command(("queued", "running", "idle"), "completing"),
        "drop": Command(("running", "idle"), "failed"),
    },
    settled=frozenset({"idle", "completed", "failed"}),
    passages={
        "idle": AutoTransition("completing", timedelta(minutes=10), patience=True),
        "completing": AutoTransition("completed", timedelta(seconds=1)),  # assumed: the second
    },
    fails_users_with={"failed": "task/task_failed"},  # assumed
    broken="failed",
    cancels_users_in=frozenset({"completing"}),
)

_LIVE = ("queued", "running", "interaction_required", "review_required")

CREDENTIAL_RUN = Machine(
    initial="queued",
    follows={
        "queued": ("running", "failed", "cancelling"),
        "running": ("interaction_required", "review_required", "completed", "failed", "cancelling"),
        "interaction_required": ("running", "interaction_required", "failed", "cancelling"),
        "review_required": ("completed", "failed", "cancelling"),
        "cancelling": ("canceled",),
        "completed": (),
        "failed": (),
        "canceled": (),
    },
    commands={
        "answer": Command(("interaction_required",)),
        "cancel": Command(_LIVE, "cancelling"),  # assumed: in every live status
        "approve": Command(("review_required",)),
        "reject": Command(("review_required",)),
    },
    settled=frozenset({"completed", "failed", "canceled"}),
    works_in="running",
    passages={
        "cancelling": AutoTransition("canceled", timedelta(seconds=1))
    },  # assumed: the second
    leads={
        "session_id": {
            "running": ("running",),
            "completed": ("idle",),
            "canceled": ("idle", "completing"),
            "failed": ("idle", "completing"),
            "auth": ("failed",),
            "session": ("failed",),
        },
        # The login is part of the run. What fails before or beside it tells nothing of it.
        "credential_id": {
            "review_required": ("verified",),
            "completed": ("verified",),
            "task": ("verified",),
            "storage": ("verified",),
            "auth/auth_invalid": ("invalid",),
        },
    },
    results={"completed": "success", "failed": "failure", "canceled": "unknown"},
    spelled={"cancelling": "canceling"},  # observed
)
