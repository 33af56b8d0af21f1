"""A world: its resources, the events they emitted, its clock.

Laws:
1. Only `move` changes a status, and only as a row of the edition's table allows.
2. Only `pass_time` (in `playing`) changes `now`, and it lets one due thing happen at a time. A
   world in which nothing has happened yet may begin at another moment.
3. The state holds names and values, never rows of tables: a deep copy of a world is a world.
4. Nothing is created, moved or deleted without an entry in the timeline.
5. An event is given to the destinations as it is emitted, so nothing comes between the two.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from sys import intern
from typing import Any

from deck_sim.base.errors import listed
from deck_sim.contract.editions import DEFAULT_EDITION, EDITIONS, Edition
from deck_sim.contract.error_catalog import Problem
from deck_sim.contract.resources import Kind
from deck_sim.contract.statuses import Machine
from deck_sim.engine import cascade
from deck_sim.engine.chance import make_id
from deck_sim.engine.fan_out import post_event
from deck_sim.engine.holds import Hold
from deck_sim.engine.injected import Injected
from deck_sim.engine.records import (
    AdditiveChanges,
    Event,
    Resource,
    TimelineEntry,
    failure,
)
from deck_sim.engine.story import Path, Story
from deck_sim.engine.timers import OF_A_STEP, TASK_TIMEOUT, Timers

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
    users: dict[str, dict[str, None]] = field(default_factory=dict)  # what live runs use -> them
    timers: Timers = field(default_factory=Timers)
    events: list[Event] = field(default_factory=list)
    timeline: list[TimelineEntry] = field(default_factory=list)
    played: Counter[tuple[str, str, Path]] = field(default_factory=Counter)
    screenshots: dict[str, list[dict[str, Any]]] = field(default_factory=dict)  # by run
    outbox: list[str] = field(default_factory=list)  # deliveries to be attempted now
    attempts: dict[str, list[Any]] = field(default_factory=dict)  # the log, by delivery
    messages: dict[str, list[Event]] = field(default_factory=dict)  # what queues hold
    holds: dict[str, Hold] = field(default_factory=dict)  # where stories stop, by id
    script_errors: list[str] = field(default_factory=list)  # scripts that could not be played on
    injected: dict[str, list[Injected]] = field(default_factory=dict)  # faults, by owner
    fired: dict[str, Any] = field(default_factory=dict)  # attempts by faults, by delivery
    held_back: dict[str, str] = field(default_factory=dict)  # deliveries to be overtaken -> where
    counters: Counter[str] = field(default_factory=Counter)
    additive_changes: AdditiveChanges = field(default_factory=AdditiveChanges)

    def __post_init__(self) -> None:
        self.resources = {kind: {} for kind in self.rules.kinds}

    @property
    def rules(self) -> Edition:
        """The tables of this world's edition."""
        return EDITIONS[self.edition]

    @property
    def event_types(self) -> tuple[str, ...]:
        """Every type of event that there is here: the documented ones, and the surprise."""
        surprise = self.additive_changes.event_type
        return (*self.rules.event_types, *([surprise] if surprise else []))

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

    def resource(self, resource_id: str) -> Resource:
        """The resource with that id, which there is, of whatever kind; deleted ones included."""
        return next(kind for kind in self.resources.values() if resource_id in kind)[resource_id]

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

    @property
    def has_begun(self) -> bool:
        """Whether anything has happened in it, or is to happen."""
        return bool(self.events) or self.timers.peek() is not None

    # Changing

    def begin_at(self, moment: datetime) -> None:
        """Let a world that has not begun be one that begins at another moment, or earlier; what was
        seeded has then been there from that moment on.
        """
        self.now = moment
        self.timeline = [replace(entry, at=moment) for entry in self.timeline]
        for found in self.resources.values():
            for resource in found.values():
                created = min(resource.created_at, moment)
                found[resource.id] = replace(resource, created_at=created, updated_at=created)

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
        about: str = "",
        **standard: Any,
    ) -> Resource:
        """Add a resource in its kind's first status; `standard` overrides id, status, moments.

        `about` is what the timeline says of it beside that.
        """
        row = self.kind(kind)
        usual = {"status": row.first_status, "created_at": self.now, "updated_at": self.now}
        if "id" not in standard:
            standard["id"] = self._free_id(row)
        given = {**usual, **standard}
        resource = self._keep(Resource(kind, fields=fields, hidden=hidden or {}, **given))
        cascade.begin_use(self, resource)
        as_what = f" as {resource.status}" if resource.status else ""
        self.note(kind, resource.id, f"created{as_what}{about}")
        if not silent:
            self._emit_lifecycle(resource, "created")
            # If the creation is an event of its own, the first status is none (assumed).
            if row.machine and "created" not in row.lifecycle:
                self.emit(f"{kind}.{row.machine.event(str(resource.status))}", resource)
            self._emit_surprise(resource)
        cascade.let_pass(self, resource)
        return resource

    def change(
        self, resource: Resource, hidden: Mapping[str, Any] | None = None, **fields: Any
    ) -> Resource:
        """Set fields that are not the status, and what is hidden if it is given."""
        unseen = resource.hidden if hidden is None else hidden
        changed = self._keep(replace(resource.with_fields(self.now, **fields), hidden=unseen))
        self.note(resource.kind, resource.id, f"changed {', '.join(fields) or 'the login'}")
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
        self.emit(f"{resource.kind}.{machine.event(status)}", moved)
        if machine.is_final(status):
            self.stop_story(moved.id)
            cascade.end_use(self, moved)
        cascade.lead(self, moved)
        cascade.end_users(self, moved)
        cascade.let_pass(self, moved)
        return moved

    def fail(self, run: Resource, *problems: Problem) -> Resource:
        """Let a run fail with these errors."""
        return self.move(run, "failed", errors=failure(problems))

    def cancel(self, run: Resource) -> Resource:
        """Let a run be canceled, at once or by way of a status that says so."""
        target = self.machine(run).commands["cancel"].leads_to
        assert target is not None, "canceling leads to a status"
        moved = self.move(run, target)
        self.stop_story(run.id)
        return moved

    def emit(self, type_: str, resource: Resource) -> None:
        """Write an event about a resource as it is now, and give it to whoever wants it."""
        beside = self._beside(resource)
        event = Event(self.next_id("evt"), type_, resource, self.now, beside)
        self.events.append(event)
        post_event(self, event)

    def note(self, kind: str, resource_id: str, what: str) -> None:
        """Add a line to the timeline."""
        self.timeline.append(TimelineEntry(self.now, kind, resource_id, intern(what)))

    def stop_story(self, owner: str) -> None:
        """Let the script of a connection or run say nothing more, and its limits end nothing."""
        self.stories.pop(owner, None)
        self.timers.take_back(owner, *OF_A_STEP, TASK_TIMEOUT)

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
        if resource.fields.get("interaction") is not None:
            fields = {"interaction": None, **fields}
        if status in machine.results:
            fields = {**fields, "result": machine.results[status]}
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
        if row.summary is not None:
            return beside
        for name, used in row.references.items():
            other = self.all(used).get(resource[name])
            if other is not None and "external_id" in other.fields:
                beside["external_id"] = other["external_id"]
        return beside | {name: self.embedded(resource, name) for name in row.embeds}

    def _emit_lifecycle(self, resource: Resource, what: str) -> None:
        if what in self.kind(resource.kind).lifecycle:
            self.emit(f"{resource.kind}.{what}", resource)

    def _emit_surprise(self, resource: Resource) -> None:
        type_ = self.additive_changes.event_type
        if type_ and type_.startswith(f"{resource.kind}."):
            self.emit(type_, resource)
