"""The kinds of resources that editions have in common, one row each.

Ids, paths, verbs, filters, JSON, events and the OpenAPI document follow from these rows.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Literal, get_args

from deck_sim.contract import machines
from deck_sim.contract.machines import Machine
from deck_sim.contract.shapes import (
    ADDRESS,
    ANY_OBJECT,
    COUNT,
    EXTERNAL_ID,
    FILE,
    INTERACTION,
    MOMENT,
    Shape,
    choice,
    constant,
    identity,
    many,
    named,
    nullable,
    record,
    text,
)


@dataclass(frozen=True, slots=True)
class Embed:
    """A list of other resources that is shown inside a resource."""

    kind: str
    by: str  # the field of the other resources that holds this resource's id
    shows: tuple[str, ...]


@dataclass(frozen=True)
class Kind:
    """One kind of resource: its attributes, verbs, references, filters and statuses."""

    object: str
    prefix: str
    path: str
    attributes: Mapping[str, Shape]  # shown in this order, after `object`
    verbs: tuple[str, ...] = ("create", "list", "get", "update", "delete")
    # Verb -> fields that replace those of its usual operation; `endpoint` is None if not given.
    special: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    create: str | None = None  # the name of the model of the body
    update: str | None = None  # the same for PATCH
    # Body field -> kind of resource whose id it holds.
    references: Mapping[str, str] = field(default_factory=dict)
    # Body fields that must hold a valid JSON Schema; a field in another is written with a dot.
    schemas: tuple[str, ...] = ()
    # Body field -> field that is required if the first is true.
    needs: Mapping[str, str] = field(default_factory=dict)
    filters: tuple[str, ...] = ()
    # filter -> attribute, if their names differ
    filter_fields: Mapping[str, str] = field(default_factory=dict)
    includes: Mapping[str, Shape] = field(default_factory=dict)  # shown if `include` names it
    # attribute -> attribute that holds its JSON key
    named_by: Mapping[str, str] = field(default_factory=dict)
    embeds: Mapping[str, Embed] = field(default_factory=dict)
    listed: tuple[str, ...] = ()  # the fields of an item of its list; empty: all
    kept_for: timedelta | None = None  # how long a resource can be read; None: forever
    machine: Machine | None = None
    moments: tuple[str, ...] = ("created_at", "updated_at")  # shown last
    lifecycle: tuple[str, ...] = ()  # of `created`, `updated`, `deleted`: those with events
    create_status: int = 201
    summary: tuple[str, ...] | None = None  # the fields in its events, in order; None: all
    errors_of: str = "request"  # the type of the error for an unknown id
    malformed: str | None = None  # the error for a reference that does not look like an id

    @property
    def not_found_error(self) -> str:
        return f"{self.errors_of}/{self.object}_not_found"

    @property
    def statuses(self) -> tuple[str, ...]:
        return self.machine.statuses if self.machine else ()

    @property
    def status_events(self) -> tuple[str, ...]:
        """The words for statuses in the kind's event types: `completed` in `task_run.completed`."""
        return tuple(filter(None, self.machine.events.values())) if self.machine else ()

    def filter_words(self, name: str) -> list[str]:
        """Return the words that a filter takes; an empty list if it takes any text."""
        results = self.machine.results.values() if self.machine else ()
        return [*dict.fromkeys({"status": self.statuses, "outcome": results}.get(name, ()))]

    @property
    def noun(self) -> str:
        """The kind as words in a sentence: `task run`."""
        return self.object.replace("_", " ")


def insert_after(name: str, attributes: Mapping[str, Shape], **new: Shape) -> Mapping[str, Shape]:
    """Return `attributes`, with the `new` ones after the attribute called `name`."""
    extended = dict[str, Shape]()
    for old_name, shape in attributes.items():
        extended[old_name] = shape
        if old_name == name:
            extended |= new
    return extended


def by_object(*kinds: Kind) -> dict[str, Kind]:
    return {kind.object: kind for kind in kinds}


CRUD = ("created", "updated", "deleted")

# The method `username_password` needs these fields; a source field cannot have their names.
LOGIN_PARTS = ("username", "password")
TIMEOUT_SECONDS = 1800  # of a task that sets none (documented)
METHOD_NEEDS: Mapping[str, tuple[str, ...]] = {"username_password": LOGIN_PARTS}
AuthMethod = Literal["username_password", "google_sso", "none"]
# Stands for a schema that follows from the rest of the row: of the status, of an embedded list.
DERIVED: Shape = {}
_DESCRIPTION = nullable(text("Reads what the hotel shows."))

AGENT = Kind(
    object="agent",
    prefix="agt",
    path="agents",
    attributes={"name": text("Concierge"), "description": _DESCRIPTION, "tasks": DERIVED},
    create="CreateAgent",
    update="UpdateAgent",
    embeds={"tasks": Embed("task", by="agent_id", shows=("id", "object", "name", "status"))},
    lifecycle=CRUD,
)
SOURCE = Kind(
    object="source",
    prefix="src",
    path="sources",
    attributes={
        "name": nullable(text("Hotel")),
        "type": constant("website"),
        "website": named("SourceWebsite"),
    },
    create="CreateSource",
    update="UpdateSource",
    lifecycle=CRUD,
    create_status=200,  # as in Deck's reference, unlike every other create
    errors_of="source",
    malformed="source/source_invalid",
)
TASK = Kind(
    object="task",
    prefix="task",
    path="tasks",
    attributes={
        "name": text("Read reservations"),
        "status": DERIVED,
        "agent_id": identity(AGENT.prefix),
        "description": _DESCRIPTION,
        "prompt": nullable(text("List the reservations of the next week.")),
        "input_schema": nullable(ANY_OBJECT),
        "output_schema": nullable(ANY_OBJECT),
        "storage": nullable(named("KeptTaskStorage")),
        "extraction": {"type": "boolean"},
        "settings": named("KeptTaskSettings"),
    },
    create="CreateTask",
    update="UpdateTask",
    references={"agent_id": "agent"},
    schemas=(
        *("input_schema", "output_schema"),
        *("storage.extraction_schema", "storage.deduplication_schema"),
    ),
    filters=("agent_id", "status"),
    machine=machines.TASK,
    lifecycle=CRUD,
)
# The `needs` of a task, in editions in which it has any.
STORAGE_NEEDS = {
    "storage.extraction": "storage.extraction_schema",
    "storage.deduplication": "storage.deduplication_schema",
}
# Attributes of the kind of resource that stores a login in an edition.
LOGIN: Mapping[str, Shape] = {
    "status": DERIVED,
    "source_id": identity(SOURCE.prefix),
    "auth_method": choice(*get_args(AuthMethod)),
    "external_id": EXTERNAL_ID,
}
# Editions add the login that a run uses, and the machine.
TASK_RUN = Kind(
    object="task_run",
    prefix="trun",
    path="task-runs",
    attributes={
        "status": DERIVED,
        "task_id": identity(TASK.prefix),
        "agent_id": identity(AGENT.prefix),
        "source_id": identity(SOURCE.prefix),
        "runtime_ms": COUNT,
        "output": nullable(ANY_OBJECT),
        "errors": many(named("Error")),
        "interaction": INTERACTION,
    },
    verbs=("list", "get"),
    includes={
        "input": ANY_OBJECT,
        "storage": many(named("Storage")),
        "artifacts": record({"screenshots": many(named("Screenshot"))}),
        "screenshots": many(named("Screenshot")),  # an older name
    },
)
STORAGE = Kind(
    object="storage",
    prefix="stor",
    path="storage",
    attributes={
        **FILE,
        "url": ADDRESS,
        "extraction": {"description": "The data that was extracted from the file, if any."},
        "task_run_id": identity(TASK_RUN.prefix),
        "metadata": nullable(ANY_OBJECT),
    },
    verbs=("get",),
    moments=("created_at",),
    kept_for=timedelta(days=90),
    lifecycle=("created", "deleted"),
)
WEBHOOK = "webhook"
# The fields that each type of destination needs: texts that are not empty. The edition decides
# whether they are in `config` or in the object named after the type.
REQUIRED: Mapping[str, tuple[str, ...]] = {
    "webhook": ("url",),
    "aws_sqs": ("queue_url",),
    "aws_kinesis": ("stream_name", "region"),
    "aws_s3": ("bucket", "region"),
    "aws_eventbridge": ("event_bus_name", "region"),
    "gcp_pubsub": ("project_id", "topic"),
    "azure_servicebus": ("name",),
    "rabbitmq": ("exchange", "server_url"),
    "hookdeck": (),
}
if TYPE_CHECKING:
    DestinationType = str
else:
    DestinationType = Literal[tuple(REQUIRED)]


def destination_settings(type_: str) -> Shape:
    """Return the schema of the settings that an answer shows for this type of destination."""
    fields: Mapping[str, Shape] = {name: {"type": "string"} for name in REQUIRED[type_]}
    return {**record(fields), "additionalProperties": True}


EVENT_DESTINATION = Kind(
    object="event_destination",
    prefix="evtd",
    path="event-destinations",
    attributes={
        "name": text("Hook"),
        "type": choice(*REQUIRED),
        "status": DERIVED,
        "config": ANY_OBJECT,
        "events": {**many({"type": "string"}), "minItems": 1},
    },
    special={
        "create": {"body": "CreateDestination", "answer": "created_event_destination"},
        "update": {"body": "UpdateDestination"},
    },
    filters=("type", "status"),
    machine=machines.EVENT_DESTINATION,
)
EVENT_DELIVERY = Kind(
    object="event_delivery",
    prefix="edlv",
    path="event-deliveries",
    attributes={
        "status": DERIVED,
        "event_type": text("task_run.completed"),
        "event_id": identity("evt"),
        "event_destination_id": identity(EVENT_DESTINATION.prefix),
        "attempts": COUNT,
        "delivered_at": nullable(MOMENT),
    },
    verbs=(),
    moments=("created_at",),
    filters=("status", "type"),
    filter_fields={"type": "event_type"},
    machine=machines.EVENT_DELIVERY,
)
