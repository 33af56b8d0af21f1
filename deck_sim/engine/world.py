"""A world: its resources, the events they emitted, its clock.

Laws:
1. Only `move` changes a status, and only as a row of the edition's table allows.
2. Only `pass_time` (in `playing`) changes `now`, and it lets one due thing happen at a time.
3. The state holds names and values, never rows of tables: a deep copy of a world is a world.
4. Nothing is created, moved or deleted without an entry in the timeline.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from sys import intern
from typing import Any

from deck_sim.contract.editions import DEFAULT_EDITION, EDITIONS, Edition
from deck_sim.contract.resources import Kind
from deck_sim.contract.statuses import Machine
from deck_sim.engine.chance import make_id
from deck_sim.engine.holds import Hold
from deck_sim.engine.records import Entry, Event, Resource, failure
from deck_sim.engine.story import Path, Story
from deck_sim.engine.timers import OF_A_STEP, TASK_TIMEOUT, Timers
from deck_sim.errors import Problem, listed, problem

FROZEN_START = datetime(2025, 1, 15, 9, 30, tzinfo=UTC)


class IllegalMove(Exception):
    """A script or the engine tried a step that no row allows; nothing changed."""


@dataclass
class World:
    """One isolated universe."""

    edition: str = DEFAULT_EDITION
    seed: int = 0
    now: datetime = FROZEN_START
    resources: dict[str, dict[str, Resource]] = field(init=False)  # kind -> id -> resource
    stories: dict[str, Story] = field(default_factory=dict)
    users: dict[str, dict[str, None]] = field(default_factory=dict)  # connection -> its live runs
    timers: Timers = field(default_factory=Timers)
    events: list[Event] = field(default_factory=list)
    timeline: list[Entry] = field(default_factory=list)
    played: Counter[tuple[str, str, Path]] = field(default_factory=Counter)
    screenshots: dict[str, list[dict[str, Any]]] = field(default_factory=dict)  # by run
    files_url: str = "http://127.0.0.1:8765/_sim/files"  # where the bytes of files are served
    posted: int = 0  # how many of the events have been given to the destinations
    outbox: list[str] = field(default_factory=list)  # deliveries to be attempted now
    attempts: dict[str, list[Any]] = field(default_factory=dict)  # the log, by delivery
    messages: dict[str, list[Event]] = field(default_factory=dict)  # what queues hold
    holds: dict[str, Hold] = field(default_factory=dict)  # where stories stop, by id
    faults: list[str] = field(default_factory=list)  # scripts that could not be played on
    counters: Counter[str] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        self.resources = {kind: {} for kind in self.rules.kinds}

    @property
    def rules(self) -> Edition:
        """The tables of this world's edition."""
        return EDITIONS[self.edition]

    def kind(self, name: str) -> Kind:
        """The row of a kind of resource."""
        return self.rules.kinds[name]

    def machine(self, resource: Resource) -> Machine:
        """The state machine that a resource lives by."""
        return self.rules.machine(resource.kind)

    # Reading

    def all(self, kind: str) -> dict[str, Resource]:
        """Every resource of a kind, oldest first, deleted ones included."""
        return self.resources[kind]

    def find(self, kind: str, resource_id: str) -> Resource | None:
        """The resource with that id, unless there is none or it was deleted."""
        found = self.resources[kind].get(resource_id)
        return None if found is None or found.deleted else found

    def is_settled(self, resource: Resource) -> bool:
        """Whether a caller has nothing left to wait for."""
        row = self.kind(resource.kind)
        settled = row.machine.settled if row.machine else row.settled
        return settled is None or resource.status in settled

    def embedded(self, resource: Resource, name: str) -> list[dict[str, Any]]:
        """The short list of others that is printed inside a resource under that name."""
        embed = self.kind(resource.kind).embeds[name]
        inner = [
            {"id": other.id, "object": other.kind, "status": other.status, **other.fields}
            for other in self.all(embed.kind).values()
            if not other.deleted and other[embed.by] == resource.id
        ]
        return [{name: item[name] for name in embed.shows} for item in inner]

    # Changing

    def next_id(self, prefix: str) -> str:
        """The next id with this prefix."""
        self.counters[prefix] += 1
        return make_id(self.seed, prefix, self.counters[prefix])

    def create(
        self,
        kind: str,
        fields: Mapping[str, Any],
        hidden: Mapping[str, Any] | None = None,
        *,
        silent: bool = False,
        **standard: Any,
    ) -> Resource:
        """Add a resource in its kind's first status; `standard` overrides id, status, moments."""
        row = self.kind(kind)
        usual = {"status": row.first_status, "created_at": self.now, "updated_at": self.now}
        if "id" not in standard:
            standard["id"] = self._free_id(row)
        given = {**usual, **standard}
        resource = self._keep(Resource(kind, fields=fields, hidden=hidden or {}, **given))
        for name, used in row.references.items():
            if row.machine and self.kind(used).machine:
                self.users.setdefault(fields[name], {})[resource.id] = None
        as_what = f" as {resource.status}" if resource.status else ""
        self.note(kind, resource.id, f"created{as_what}")
        if not silent:
            self._emit_lifecycle(resource, "created")
            if row.machine:
                self.emit(f"{kind}.{resource.status}", resource)
        return resource

    def change(self, resource: Resource, **fields: Any) -> Resource:
        """Set fields that are not the status."""
        changed = self._keep(resource.with_fields(self.now, **fields))
        self.note(resource.kind, resource.id, f"changed {', '.join(fields)}")
        self._emit_lifecycle(changed, "updated")
        return changed

    def restart(self, resource: Resource) -> Resource:
        """Put a resource that has statuses but no machine back into its first one."""
        first = self._keep(
            replace(resource, updated_at=self.now, status=self.kind(resource.kind).first_status)
        )
        self.note(resource.kind, resource.id, f"reset to {first.status}")
        return first

    def delete(self, resource: Resource) -> None:
        """Take a resource out of every answer; deleting it again changes nothing."""
        if not resource.deleted:
            gone = self._keep(replace(resource, updated_at=self.now, deleted=True))
            self.note(resource.kind, resource.id, "deleted")
            self._emit_lifecycle(gone, "deleted")

    def move(self, resource: Resource, status: str, **fields: Any) -> Resource:
        """Let a resource enter `status`, together with the fields that come with it.

        Raises:
            IllegalMove: if no row allows it; the world is as it was.

        """
        machine = self.machine(resource)
        follows = machine.follows[str(resource.status)]
        if status not in follows:
            raise IllegalMove(
                f"{resource.id}: `{resource.status}` cannot become `{status}`;"
                f" it can become {listed(follows, last='or')}"
            )
        moved = self._keep(self._entering(resource, status, fields))
        self.note(resource.kind, resource.id, f"{resource.status} -> {status}")
        self.emit(f"{resource.kind}.{status}", moved)
        if machine.is_final(status):
            self._retire(moved)
        if status in machine.fails_users_with:
            self._fail_users(moved, machine.fails_users_with[status])
        return moved

    def fail(self, run: Resource, *problems: Problem) -> Resource:
        """Let a run fail with these errors."""
        return self.move(run, "failed", errors=failure(problems))

    def emit(self, type_: str, resource: Resource) -> None:
        """Write an event about a resource as it is now."""
        beside = self._beside(resource)
        self.events.append(Event(self.next_id("evt"), type_, resource, self.now, beside))

    def note(self, kind: str, resource_id: str, what: str) -> None:
        """Add a line to the timeline."""
        self.timeline.append(Entry(self.now, kind, resource_id, intern(what)))

    def stop_story(self, owner: str) -> None:
        """Let the script of a connection or run say nothing more."""
        self.stories.pop(owner, None)
        self.timers.take_back(owner, *OF_A_STEP)

    # Private

    def _free_id(self, row: Kind) -> str:
        """The next id that no seeded resource has taken."""
        while (made := self.next_id(row.prefix)) in self.resources[row.object]:
            pass
        return made

    def _entering(self, resource: Resource, status: str, fields: dict[str, Any]) -> Resource:
        """The resource in its next status: asking nothing unless `fields` say so, and with the time
        that it has worked.
        """
        machine, started = self.machine(resource), resource.started_at
        if resource["interaction"] is not None:
            fields = {"interaction": None, **fields}
        if status == machine.works_in:
            started = started or self.now
        if machine.works_in and machine.is_final(status):
            worked = self.now - (started or self.now)
            fields = {**fields, "runtime_ms": worked // timedelta(milliseconds=1)}
        # Most moves change no field; the values then share theirs, which keeps events small.
        shown = {**resource.fields, **fields} if fields else resource.fields
        return replace(
            resource, status=status, updated_at=self.now, fields=shown, started_at=started
        )

    def _keep(self, resource: Resource) -> Resource:
        self.all(resource.kind)[resource.id] = resource
        return resource

    def _beside(self, resource: Resource) -> dict[str, Any]:
        """What an event shows of other resources, which may change before it is read.

        Events about a run carry the external id of its connection, too (documented).
        """
        row, beside = self.kind(resource.kind), dict[str, Any]()
        for name, used in row.references.items():
            other = self.all(used).get(resource[name])
            if other is not None and "external_id" in other.fields:
                beside["external_id"] = other["external_id"]
        return beside | {name: self.embedded(resource, name) for name in row.embeds}

    def _emit_lifecycle(self, resource: Resource, what: str) -> None:
        if what in self.kind(resource.kind).lifecycle:
            self.emit(f"{resource.kind}.{what}", resource)

    def _retire(self, resource: Resource) -> None:
        self.stop_story(resource.id)
        self.timers.take_back(resource.id, TASK_TIMEOUT)
        for name in self.kind(resource.kind).references:
            self.users.get(resource[name], {}).pop(resource.id, None)

    def _fail_users(self, resource: Resource, error: str) -> None:
        """A run cannot outlive the connection it works through (assumed)."""
        for run_id in list(self.users.pop(resource.id, {})):
            text = f"The {self.kind(resource.kind).noun} became `{resource.status}` during the run."
            self.fail(self.all("task_run")[run_id], problem(error, text))
