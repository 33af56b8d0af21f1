"""The resources of the Deck API, one row each. What a row says, every room does: ids, paths, verbs,
paging, filters, printing and events follow from it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from deck_sim.contract import statuses
from deck_sim.contract.statuses import Machine

if TYPE_CHECKING:
    from deck_sim.contract import bodies


@dataclass(frozen=True, slots=True)
class Embed:
    """A short list of other resources that is printed inside this one."""

    kind: str
    by: str  # the field of those that holds this one's id
    shows: tuple[str, ...]


@dataclass(frozen=True)
class Kind:
    """One kind of resource."""

    object: str
    prefix: str
    path: str
    attributes: tuple[str, ...]  # printed between `object` and `created_at`, in this order
    verbs: tuple[str, ...] = ("create", "list", "get", "update", "delete")
    create: str | None = None  # the name of the body in `bodies`; the same for `update`
    update: str | None = None
    references: Mapping[str, str] = field(default_factory=dict)  # body field -> kind it must name
    schemas: tuple[str, ...] = ()  # body fields that must hold a valid JSON Schema
    filters: tuple[str, ...] = ()
    filter_fields: Mapping[str, str] = field(default_factory=dict)  # where they differ from it
    includes: tuple[str, ...] = ()  # printed only if `include=` asks for them
    named_by: Mapping[str, str] = field(default_factory=dict)  # attribute -> what has its name
    embeds: Mapping[str, Embed] = field(default_factory=dict)
    machine: Machine | None = None
    phases: tuple[str, ...] = ()  # the statuses of a kind that has some but no machine
    settled: frozenset[str] | None = None  # of those, where nothing is left to wait for; None: all
    lifecycle: tuple[str, ...] = ()  # of `created`, `updated`, `deleted`: those that are events
    more_events: tuple[str, ...] = ()  # events that are neither lifecycle nor a status
    create_status: int = 201
    summary: tuple[str, ...] | None = None  # what its events show of it; None: all

    def body(self, verb: str) -> type[bodies.Body]:
        """The body of `create` or `update`."""
        from deck_sim.contract import bodies

        model: type[bodies.Body] = getattr(bodies, getattr(self, verb))
        return model

    @property
    def not_found(self) -> str:
        """The catalog's name for an id that is not there."""
        return (
            "source/source_not_found"
            if self.object == "source"
            else f"request/{self.object}_not_found"
        )

    @property
    def statuses(self) -> tuple[str, ...]:
        """Every status that one of these can have; none, if the kind has no statuses."""
        return self.machine.statuses if self.machine else self.phases

    @property
    def first_status(self) -> str | None:
        """The status in which one of these is created."""
        return self.machine.initial if self.machine else next(iter(self.phases), None)

    def told(self, status: str) -> str:
        """How events spell a status."""
        return self.machine.event(status) if self.machine else status

    @property
    def noun(self) -> str:
        """What a sentence calls it."""
        return self.object.replace("_", " ")


_CRUD = ("created", "updated", "deleted")
_INCLUDES = ("input", "storage", "artifacts", "screenshots")  # the last is an older name

AGENT = Kind(
    object="agent",
    prefix="agt",
    path="agents",
    attributes=("name", "description", "tasks"),
    create="CreateAgent",
    update="UpdateAgent",
    embeds={"tasks": Embed("task", by="agent_id", shows=("id", "object", "name", "status"))},
    lifecycle=_CRUD,
)
SOURCE = Kind(
    object="source",
    prefix="src",
    path="sources",
    attributes=("name", "type", "website"),
    create="CreateSource",
    update="UpdateSource",
    lifecycle=_CRUD,
    create_status=200,  # as the reference shows it, unlike every other create
)
TASK = Kind(
    object="task",
    prefix="task",
    path="tasks",
    attributes=(
        "name",
        "status",
        "agent_id",
        "description",
        "prompt",
        "input_schema",
        "output_schema",
        "storage",
        "extraction",
        "settings",
    ),
    create="CreateTask",
    update="UpdateTask",
    references={"agent_id": "agent"},
    schemas=("input_schema", "output_schema"),
    filters=("agent_id", "status"),
    phases=("learning", "test", "live"),
    more_events=("reset",),
    lifecycle=_CRUD,
)
CONNECTION = Kind(
    object="connection",
    prefix="conn",
    path="connections",
    attributes=("status", "source_id", "auth_method", "external_id", "interaction"),
    verbs=("list", "get", "update"),
    create="CreateConnection",
    update="UpdateConnection",
    references={"source_id": "source"},
    filters=("source_id", "external_id", "status"),
    machine=statuses.CONNECTION,
)
STORAGE = Kind(
    object="storage",
    prefix="stor",
    path="storage",
    attributes=("file_name", "file_type", "file_size", "url", "extraction", "task_run_id"),
    verbs=("get",),
    lifecycle=("created", "deleted"),
)
EVENT_DESTINATION = Kind(
    object="event_destination",
    prefix="evtd",
    path="event-destinations",
    attributes=("name", "type", "status", "config", "events"),
    verbs=("list", "get", "delete"),
    filters=("type", "status"),
    # Assumed: a new one is active at once; nothing public says how one is verified.
    phases=("active", "inactive", "pending_verification"),
    more_events=("activated", "deactivated"),
)
EVENT_DELIVERY = Kind(
    object="event_delivery",
    prefix="edlv",
    path="event-deliveries",
    attributes=(
        "status",
        "event_type",
        "event_id",
        "event_destination_id",
        "attempts",
        "delivered_at",
    ),
    verbs=(),
    filters=("status", "event_type"),
    # `pending` is assumed: what one is called until it has succeeded or failed for good.
    phases=("pending", "success", "failure"),
    settled=frozenset({"success", "failure"}),
)
TASK_RUN = Kind(
    object="task_run",
    prefix="trun",
    path="task-runs",
    attributes=(
        "status",
        "task_id",
        "agent_id",
        "source_id",
        "connection_id",
        "runtime_ms",
        "output",
        "errors",
        "interaction",
    ),
    verbs=("list", "get"),
    create="RunTask",
    references={"connection_id": "connection"},
    filters=("status", "task_id", "agent_id", "connection_id"),
    includes=_INCLUDES,
    machine=statuses.TASK_RUN,
)

# The `credentials` edition. What its events show of a resource is assumed: enough to fetch it by,
# and to know what it is about.

CREDENTIAL = Kind(
    object="credential",
    prefix="cred",
    path="credentials",
    attributes=("status", "source_id", "auth_method", "external_id"),
    verbs=("list", "get"),
    create="CreateCredential",
    update="UpdateCredential",
    references={"source_id": "source"},
    filters=("source_id", "external_id", "status"),
    machine=statuses.CREDENTIAL,
    lifecycle=("created",),
    summary=("status", "source_id", "external_id"),
)
SESSION = Kind(
    object="session",
    prefix="sess",
    path="sessions",
    attributes=("status", "credential_id", "source_id"),
    verbs=("list", "get"),
    create="StartSession",
    references={"credential_id": "credential", "source_id": "source"},
    filters=("status", "credential_id", "source_id"),
    machine=statuses.SESSION,
    summary=("status", "credential_id", "source_id"),
)
CREDENTIAL_RUN = replace(
    TASK_RUN,
    attributes=(
        "status",
        "result",
        "task_id",
        "agent_id",
        "source_id",
        "credential_id",
        "session_id",
        "runtime_ms",
        "output",
        "errors",
        "interaction",
    ),
    create="RunTaskWithLogin",
    references={"credential_id": "credential", "source_id": "source", "session_id": "session"},
    filters=("status", "task_id", "agent_id", "credential_id", "source_id", "outcome"),
    filter_fields={"outcome": "result"},
    machine=statuses.CREDENTIAL_RUN,
    summary=(
        "status",
        "result",
        "task_id",
        "agent_id",
        "source_id",
        "credential_id",
        "session_id",
    ),
)
SUMMARY_AGENT = replace(AGENT, summary=("name",))
SUMMARY_SOURCE = replace(SOURCE, summary=("name", "type"))
SUMMARY_TASK = replace(TASK, summary=("name", "status", "agent_id"))
RESULT_STORAGE = replace(
    STORAGE,
    attributes=(*STORAGE.attributes, "result"),
    summary=("file_name", "file_type", "file_size", "task_run_id", "result"),
)
TYPED_DESTINATION = replace(
    EVENT_DESTINATION,
    named_by={"config": "type"},
    summary=("name", "type", "status"),
)
