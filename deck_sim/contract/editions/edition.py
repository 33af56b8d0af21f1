"""The class of an edition: everything in which editions differ."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cached_property
from typing import TYPE_CHECKING, Any

from deck_sim.contract import endpoints, error_catalog
from deck_sim.contract.endpoints import Operation
from deck_sim.contract.error_catalog import ErrorRow
from deck_sim.contract.kinds import Kind
from deck_sim.contract.machines import Machine

if TYPE_CHECKING:
    from deck_sim.contract.bodies import Body


@dataclass(frozen=True, slots=True)
class RateLimit:
    """The number of calls allowed in a period. Further calls are refused."""

    requests: int
    per: timedelta
    retry_after: bool = False  # deck-sim's own: send `Retry-After`


@dataclass(frozen=True, slots=True)
class Idempotency:
    """Which calls take an `Idempotency-Key`, and which answers are kept for repeated calls."""

    methods: tuple[str, ...]
    creates_only: bool
    stored_statuses: range  # of the answers that are kept
    kept_for: timedelta = timedelta(hours=24)
    longest_key: int = 256

    def covers(self, operation: Operation) -> bool:
        """Whether a call takes an idempotency key. Other calls ignore the key (assumed)."""
        creates = operation.status == 201 or operation.name.startswith("create_")
        return operation.method in self.methods and (creates or not self.creates_only)


@dataclass(frozen=True, eq=False, kw_only=True)
class Edition:
    """One edition of the API: its resources, calls, errors, limits and periods."""

    name: str
    kinds: Mapping[str, Kind]
    bodies: Callable[[], Any]  # imports the module of the edition's own bodies
    operations: tuple[Operation, ...]  # added to the shared ones; equal names replace them
    errors: tuple[ErrorRow, ...] = ()  # added to the shared ones
    login: str  # the kind of resource that stores a login
    login_status: str  # the status of a resource whose login works
    answer_key: str  # the field of the body that answers an interaction
    answer_body: str  # the name of this body's model
    numbers_messages: bool  # whether messages to destinations have a `request_id`
    idempotency: Idempotency
    # Event type -> another name that selects it.
    also_known_as: Mapping[str, str] = field(default_factory=dict)
    silent_event_types: tuple[str, ...] = ()  # that destinations may name, and nothing emits
    # Whether files are duplicates by the fields of `deduplication_schema`, not by their content.
    compares_extractions: bool = False
    inactivity: timedelta = timedelta(minutes=30)  # after which a run fails
    interaction_window: timedelta = timedelta(minutes=5)  # assumed: how long a prompt waits
    interaction_attempts: int = 3  # assumed: how many answers a prompt takes
    # Assumed: Deck documents that the delays grow exponentially, but no figures.
    retry_delays: tuple[timedelta, ...] = tuple(timedelta(seconds=s) for s in (5, 25, 125))
    secret_overlap: timedelta = timedelta(hours=24)  # how long a rotated secret still signs
    event_retention: timedelta = timedelta(days=30)  # how long events can be read
    screenshot_retention: timedelta = timedelta(days=15)
    screenshot_interval: timedelta = timedelta(seconds=5)  # between two automatic screenshots
    rate_limit: RateLimit = RateLimit(requests=200, per=timedelta(seconds=10))  # off by default

    @cached_property
    def event_types(self) -> tuple[str, ...]:
        return tuple(
            f"{kind.object}.{word}"
            for kind in self.kinds.values()
            for word in (*kind.lifecycle, *kind.status_events)
        )

    @cached_property
    def event_names(self) -> tuple[str, ...]:
        """Every name that a destination may have: the event types, and the other names of some."""
        return (*self.event_types, *self.also_known_as.values(), *self.silent_event_types)

    def names_of(self, event_type: str) -> tuple[str, ...]:
        """Return the names that select events of this type: the type, and its other name if any."""
        name = self.also_known_as.get(event_type)
        return (event_type, name) if name else (event_type,)

    @cached_property
    def every_operation(self) -> tuple[Operation, ...]:
        """Every call of the edition; a call of its own replaces a general one of the same name."""
        usual = (endpoints.usual(verb, kind) for kind in self.kinds.values() for verb in kind.verbs)
        every = (*usual, *endpoints.SHARED_OPERATIONS, *self.operations)
        return tuple({operation.name: operation for operation in every}.values())

    @cached_property
    def used_by_runs(self) -> dict[str, str]:
        """Each field of a run that refers to a resource with a status, and the resource's kind."""
        references = self.kinds["task_run"].references.items()
        return {name: kind for name, kind in references if self.kinds[kind].machine}

    def write_webhook(self, url: str, **secret: str) -> dict[str, Any]:
        """Return the fields of a new destination that hold its URL and, if given, its `secret`."""
        if "config" in self.kinds["event_destination"].named_by:
            return {"webhook": {"url": url, **secret}}
        return {"config": {"url": url}, **({"credentials": secret} if secret else {})}

    def statuses(self, kind: str) -> tuple[str, ...]:
        """Return every status of a kind; empty if it has none, or the edition lacks the kind."""
        return self.kinds[kind].statuses if kind in self.kinds else ()

    def machine(self, kind: str) -> Machine:
        """Return the state machine of a kind, which must have one."""
        machine = self.kinds[kind].machine
        assert machine is not None, f"a {kind} has no state machine"
        return machine

    def has_error(self, name: str) -> bool:
        return name in error_catalog.SHARED_ERRORS or any(row.name == name for row in self.errors)

    def body_name(self, operation: Operation) -> str | None:
        """Return the name of the model of an operation's body; None if it has no body."""
        return self.answer_body if operation.answers else operation.body

    def body(self, name: str) -> "type[Body]":
        """Return the body model called `name`: the edition's own, else the shared one."""
        from deck_sim.contract import bodies

        model: type[Body] = getattr(self.bodies(), name, None) or getattr(bodies, name)
        return model

    def body_of(self, operation: Operation) -> "type[Body] | None":
        name = self.body_name(operation)
        return None if name is None else self.body(name)
