"""The state of a world, and how it is read. Only `World` changes it."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from deck_sim.contract.editions import DEFAULT_EDITION, EDITIONS, Edition
from deck_sim.contract.resources import Kind
from deck_sim.contract.statuses import Machine
from deck_sim.engine.injected import InjectedFaults
from deck_sim.engine.options import Options
from deck_sim.engine.recent_log import RecentLog
from deck_sim.engine.records import AdditiveChanges, Event, Hold, Resource, TimelineEntry
from deck_sim.engine.story import Path, Story
from deck_sim.engine.timers import Timers

FROZEN_START = datetime(2025, 1, 15, 9, 30, tzinfo=UTC)
MOST_ENTRIES = 100_000  # that a world keeps, and as many events with their deliveries
MOST_RUNS = 10_000  # finished ones that a world keeps, and as many finished sessions
_MOST_SCRIPT_ERRORS = 100
MOST_ENTRIES = 100_000  # that a world keeps, and as many events with their deliveries
MOST_RUNS = 10_000  # finished ones that a world keeps, and as many finished sessions
_MOST_SCRIPT_ERRORS = 100
MILLISECOND = timedelta(milliseconds=1)
OF_RUN = "task_run_id"  # the field of a file that names its run


@dataclass
class WorldState:
    """The fields of a world, and functions that read them."""

    edition: str = DEFAULT_EDITION
    seed: int = 0
    now: datetime = FROZEN_START
    _resources: dict[str, dict[str, Resource]] = field(init=False)  # kind -> id -> resource
    stories: dict[str, Story] = field(default_factory=dict)  # by connection, session or run
    users: dict[str, dict[str, None]] = field(default_factory=dict)  # resource -> live runs on it
    # The ids in the lists of resources: those of an agent's tasks are under its id and `agent_id`,
    # those of a run's files under its id and `task_run_id`.
    members: dict[tuple[str, str], list[str]] = field(default_factory=dict)
    timers: Timers = field(default_factory=Timers)
    events: RecentLog[Event] = field(default_factory=lambda: RecentLog(MOST_ENTRIES))
    timeline: RecentLog[TimelineEntry] = field(default_factory=lambda: RecentLog(MOST_ENTRIES))
    # Ids of runs and sessions, by kind.
    finished: dict[str, list[str]] = field(default_factory=dict)
    forgotten_runs: int = 0
    played: Counter[tuple[str, str, Path]] = field(default_factory=Counter)  # for coverage
    screenshots: dict[str, list[dict[str, Any]]] = field(default_factory=dict)  # by run
    outbox: list[str] = field(default_factory=list)  # deliveries to be attempted now
    attempts: dict[str, list[Any]] = field(default_factory=dict)  # the log, by delivery
    # The events in queues, each with its destination.
    messages: RecentLog[tuple[str, Event]] = field(default_factory=lambda: RecentLog(MOST_ENTRIES))
    holds: dict[str, Hold] = field(default_factory=dict)  # by id
    # Why scripts could not be continued.
    script_errors: RecentLog[str] = field(default_factory=lambda: RecentLog(_MOST_SCRIPT_ERRORS))
    injected: InjectedFaults = field(default_factory=InjectedFaults)
    fired: dict[str, Any] = field(default_factory=dict)  # delivery -> fault of its next attempt
    held_back: dict[str, str] = field(default_factory=dict)  # reordered delivery -> destination
    counters: Counter[str] = field(default_factory=Counter)  # of ids, by prefix
    additive_changes: AdditiveChanges = field(default_factory=AdditiveChanges)
    options: Options = field(default_factory=Options)
    # What a state file has to write again: the table and the key of each record that has changed.
    changed: dict[tuple[str, Any], None] = field(default_factory=dict, compare=False)

    def __post_init__(self) -> None:
        self._resources = {kind: {} for kind in self.rules.kinds}

    def touch(self, table: str, key: Any) -> None:
        """Note that a record has changed, for a state file."""
        self.changed[table, key] = None

    def mark_saved(self) -> None:
        """Forget what has changed, since it was saved, or is not kept in a file."""
        for changed in (self.changed, self.injected.changed, self.timers.changed):
            changed.clear()

    @property
    def rules(self) -> Edition:
        """The tables of this world's edition."""
        return EDITIONS[self.edition]

    @property
    def event_types(self) -> tuple[str, ...]:
        """Every type of event: the documented ones, and the additive change's."""
        added = self.additive_changes.event_type
        return (*self.rules.event_types, *([added] if added else []))

    def kind(self, name: str) -> Kind:
        """The row of a kind of resource."""
        return self.rules.kinds[name]

    def machine(self, resource: Resource) -> Machine:
        """The state machine of a resource whose kind has one."""
        return self.rules.machine(resource.kind)

    @property
    def resources(self) -> Mapping[str, Mapping[str, Resource]]:
        """Every resource by kind and id, as `all` returns them."""
        return self._resources

    def all(self, kind: str) -> Mapping[str, Resource]:
        """Every resource of a kind by id, oldest first, deleted ones included."""
        return self._resources[kind]

    def find(self, kind: str, resource_id: str) -> Resource | None:
        """The resource with that id; None if it does not exist or is gone."""
        found = self._resources[kind].get(resource_id)
        return None if found is None or self.is_gone(found) else found

    def is_gone(self, resource: Resource) -> bool:
        """Whether a resource was deleted, or is too old to be read."""
        kept_for = self.kind(resource.kind).kept_for
        return resource.deleted or (
            kept_for is not None and self.now > resource.created_at + kept_for
        )

    def resource(self, resource_id: str) -> Resource:
        """The resource with that id, which must exist, of whatever kind, deleted or not."""
        return next(kind for kind in self._resources.values() if resource_id in kind)[resource_id]

    def is_settled(self, resource: Resource) -> bool:
        """Whether a caller has nothing left to wait for."""
        machine = self.kind(resource.kind).machine
        return machine is None or resource.status in machine.settled

    def is_final(self, resource: Resource) -> bool:
        """Whether no other status can follow."""
        machine = self.kind(resource.kind).machine
        return machine is not None and machine.is_final(str(resource.status))

    def used_by(self, run: Resource) -> list[Resource]:
        """The connection, or credential and session, that a run uses, as far as they are kept."""
        row = self.kind(run.kind)
        if not (row.machine and row.machine.is_run):
            return []
        used = {name: kind for name, kind in row.references.items() if self.kind(kind).machine}
        found = (self.all(kind).get(run[name]) for name, kind in used.items())
        return [one for one in found if one is not None]

    def runtime_ms(self, resource: Resource, at: datetime) -> int:
        """The milliseconds for which a run or session has worked when it ends, or so far `at`."""
        if resource.started_at is None or self.is_final(resource):
            return int(resource["runtime_ms"])
        return (at - resource.started_at) // MILLISECOND

    def embedded(self, resource: Resource, name: str) -> list[dict[str, Any]]:
        """The short list of others that is printed inside a resource under that name."""
        embed = self.kind(resource.kind).embeds[name]
        found = self.all(embed.kind)
        inner = [
            {"id": other.id, "object": other.kind, "status": other.status, **other.fields}
            for other in map(found.__getitem__, self.members.get((resource.id, embed.by), ()))
            if not other.deleted
        ]
        return [{name: item[name] for name in embed.shows} for item in inner]

    def event_extras(self, resource: Resource) -> dict[str, Any]:
        """The data of other resources in an event, as they are now.

        Events about a run carry the external id of its connection, too (documented).
        """
        row, extras = self.kind(resource.kind), dict[str, Any]()
        if row.summary is not None:
            return extras
        for name, used in row.references.items():
            other = self.all(used).get(resource[name])
            if other is not None and "external_id" in other.fields:
                extras["external_id"] = other["external_id"]
        return extras | {name: self.embedded(resource, name) for name in row.embeds}

    def listed_by(self, kind: str) -> tuple[str, ...]:
        """The fields of a kind that name the resources which list it."""
        return (OF_RUN,) if kind == "storage" else self.rules.embedded_by[kind]
