"""A world: its resources, the events that these emitted, its clock.

Laws:
1. Only `World.move` changes a status, and only as a row of the edition's table allows. `create`
   sets the first status. Both hold for deliveries, destinations and tasks, too.
2. Nothing outside this module writes to the resources; others read them through `all` and `find`.
3. Only `playing.pass_time` changes `now`, and it fires one timer at a time. Laws 1 to 3 do not bind
   the reading of a state file.
4. The state holds names and values, never rows of the contract's tables. So a deep copy of a world
   is a world.
5. Nothing is created, changed, moved or deleted without an entry in the timeline. A state file
   finds changed resources, and what belongs to them, by these entries.
6. `emit` makes the deliveries of an event at once, for the destinations that are active then. So a
   new destination gets no older event.
7. A world keeps its last timeline entries, events and finished runs, and counts the older ones.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import lru_cache
from itertools import takewhile
from typing import Any

from deck_sim.base.errors import listed
from deck_sim.contract import DEFAULT_EDITION
from deck_sim.contract.editions import EDITIONS, Edition
from deck_sim.contract.error_catalog import ApiError, Problem, problem
from deck_sim.contract.kinds import Kind
from deck_sim.contract.machines import Machine
from deck_sim.engine.injected_faults import EVERYBODY, TROUBLE, InjectedFaults
from deck_sim.engine.script import Path, Story
from deck_sim.engine.seeded_draws import MILLISECOND, make_id
from deck_sim.engine.timers import (
    ATTEMPT,
    AUTO_TRANSITION,
    DISUSE,
    OF_A_STORY,
    OF_DISUSE,
    SCREENSHOT,
    Timers,
)
from deck_sim.engine.world_values import (
    AdditiveChanges,
    Event,
    HoldPoint,
    Options,
    RecentLog,
    Resource,
    Screenshot,
    TimelineEntry,
    items_behind,
)

FROZEN_START = datetime(2025, 1, 15, 9, 30, tzinfo=UTC)
MOST_ENTRIES = 100_000  # that a world keeps, and as many events with their deliveries
MOST_RUNS = 10_000  # finished ones that a world keeps, and as many finished sessions
_MOST_SCRIPT_ERRORS = 100
RESET_REMOVED = "it was removed when the world was reset or deleted; do two tests share this key?"
_MOST_SHARED = 10_000
_NOTHING: Mapping[str, Any] = {}
ALL = "*"  # the events of a destination that receives every type


def listens(destination: Resource) -> bool:
    return not destination.deleted and destination.status == "active"


def _filter(
    resources: Iterator[Resource], name: str, values: Collection[Any]
) -> Iterator[Resource]:
    if name == "status":
        return (resource for resource in resources if resource.status in values)
    return (resource for resource in resources if resource.fields[name] in values)


class IllegalMove(Exception):
    """A script or the engine tried a transition that the edition forbids; nothing changed."""


@lru_cache(_MOST_SHARED)
def _shared(value: str) -> str:
    """Return the same object for equal texts, to save memory."""
    return value


@lru_cache(_MOST_SHARED)
def _external_id(value: str | None) -> Mapping[str, Any]:
    """Return the data that a login adds to events; equal ids share one object, to save memory."""
    return {"external_id": value}


@dataclass(slots=True)
class World:
    """The state of one world, and the only functions that change its resources."""

    edition: str = DEFAULT_EDITION
    seed: int = 0
    now: datetime = FROZEN_START
    # By kind and id.
    _resources: dict[str, dict[str, Resource]] = field(default_factory=lambda: defaultdict(dict))
    stories: dict[str, Story] = field(default_factory=dict)  # by connection, session or run
    users: dict[str, dict[str, None]] = field(default_factory=dict)  # resource -> its live runs
    timers: Timers = field(default_factory=Timers)
    events: RecentLog[Event] = field(default_factory=lambda: RecentLog(MOST_ENTRIES))
    timeline: RecentLog[TimelineEntry] = field(default_factory=lambda: RecentLog(MOST_ENTRIES))
    # Ids of finished runs and sessions, by kind.
    finished: dict[str, list[str]] = field(default_factory=dict)
    forgotten_runs: int = 0
    played: Counter[tuple[str, str, Path]] = field(default_factory=Counter)  # for coverage
    screenshots: dict[str, list[Screenshot]] = field(default_factory=dict)  # by run
    outbox: list[str] = field(default_factory=list)  # deliveries to be attempted now
    delivery_log: dict[str, list[Any]] = field(default_factory=dict)  # results, by delivery
    # The events in queues, each with its destination.
    messages: RecentLog[tuple[str, Event]] = field(default_factory=lambda: RecentLog(MOST_ENTRIES))
    holds: dict[str, HoldPoint] = field(default_factory=dict)  # by id
    # Why scripts could not be continued.
    script_errors: RecentLog[str] = field(default_factory=lambda: RecentLog(_MOST_SCRIPT_ERRORS))
    injected: InjectedFaults = field(default_factory=InjectedFaults)
    fired: dict[str, Any] = field(default_factory=dict)  # delivery -> fault of its next attempt
    until_next: dict[str, str] = field(default_factory=dict)  # postponed delivery: destination
    counters: dict[str, int] = field(default_factory=dict)  # of ids, by prefix
    additive_changes: AdditiveChanges = field(default=AdditiveChanges())
    options: Options = field(default=Options())
    pace: Any = None  # changes how long steps last; exploration sets it
    former_ids: Collection[str] = field(default=(), compare=False)  # from earlier worlds of the key

    @property
    def contract(self) -> Edition:
        return EDITIONS[self.edition]

    @property
    def event_types(self) -> tuple[str, ...]:
        """The names of all event types: the edition's, and one that additive changes may add."""
        added = self.additive_changes.event_type
        return (*self.contract.event_names, *([added] if added else []))

    def kind(self, name: str) -> Kind:
        return EDITIONS[self.edition].kinds[name]

    def machine(self, resource: Resource) -> Machine:
        machine = EDITIONS[self.edition].kinds[resource.kind].machine
        assert machine is not None, f"a {resource.kind} has no state machine"
        return machine

    @property
    def resources(self) -> Mapping[str, Mapping[str, Resource]]:
        return {kind: self.all(kind) for kind in self.contract.kinds}

    def all(self, kind: str) -> Mapping[str, Resource]:
        """Return every resource of a kind by id, in order of creation, including deleted ones."""
        return self._resources.get(kind, _NOTHING)

    def find(self, kind: str, resource_id: str) -> Resource | None:
        """Return the resource with this id; None if it is unknown, deleted or too old."""
        resource = self.all(kind).get(resource_id)
        return None if resource is None or self.is_gone(resource) else resource

    def newest_first(
        self, kind: str, filters: Mapping[str, Collection[Any]], behind: str | None = None
    ) -> Iterator[Resource]:
        """Yield resources of a kind, newest first, without deleted ones.

        Each filter has the values that a field may have; a resource must pass all filters. With
        `behind`, only resources older than the one with this id are yielded, also if it is deleted.
        Raises LookupError if no resource has the id `behind`.
        """
        resources = items_behind(reversed(self._resources.get(kind, {}).values()), behind)
        resources = (resource for resource in resources if not resource.deleted)
        for name, values in filters.items():
            resources = _filter(resources, name, values)
        return resources

    def fetch(self, kind: str, resource_id: str) -> Resource:
        """Return a resource. Raises ApiError (`…_not_found`) if unknown, deleted or too old."""
        resource = self.find(kind, resource_id)
        if resource is None:
            raise ApiError(self.not_found(kind, resource_id))
        return resource

    def not_found(self, kind: str, resource_id: str, field: str | None = None) -> Problem:
        """Make the problem of an unknown id in a body's `field`, or in the path if that is None."""
        # The catalog's text for sources is that of a failed run, which names no id.
        text = f"No {kind} has the id `{resource_id}`."
        if resource_id in self.former_ids:
            text = f"{text[:-1]}: {RESET_REMOVED}"
        return problem(self.kind(kind).not_found_error, text, field=field)

    def is_gone(self, resource: Resource) -> bool:
        """Whether a resource was deleted, or is too old to be read."""
        kept_for = self.kind(resource.kind).kept_for
        return resource.deleted or (
            kept_for is not None and self.now > resource.created_at + kept_for
        )

    def resource(self, resource_id: str) -> Resource:
        """Return the resource with this id, of any kind, deleted or not. It must exist."""
        return next(kind for kind in self._resources.values() if resource_id in kind)[resource_id]

    def is_settled(self, resource: Resource) -> bool:
        """Whether clients stop polling in the resource's status; true if its kind has no status."""
        machine = self.kind(resource.kind).machine
        return machine is None or resource.status in machine.settled

    def is_final(self, resource: Resource) -> bool:
        """Whether no other status can follow; false if the resource's kind has no status."""
        machine = self.kind(resource.kind).machine
        return machine is not None and machine.is_final(str(resource.status))

    def used_by(self, run: Resource) -> list[Resource]:
        """Return the connection, or credential and session, that a run uses; [] for other kinds."""
        used = self.contract.used_by_runs.items() if run.kind == "task_run" else ()
        resources = [self.all(kind).get(run.fields[name]) for name, kind in used]
        return [resource for resource in resources if resource is not None]

    def runtime_ms(self, resource: Resource, at: datetime) -> int:
        """Return the working time of a run or session in milliseconds, until its end or `at`."""
        if resource.started_at is None or self.is_final(resource):
            return int(resource.fields["runtime_ms"])
        return (at - resource.started_at) // MILLISECOND

    def embedded(self, resource: Resource, name: str) -> list[dict[str, Any]]:
        """Return the value of the field `name`, which shows related resources, oldest first: the
        `tasks` of an agent, for example.
        """
        embed = self.kind(resource.kind).embeds[name]
        inner = [
            {"id": other.id, "object": other.kind, "status": other.status, **other.fields}
            for other in self.newest_first(embed.kind, {embed.by: [resource.id]})
        ]
        return [{name: item[name] for name in embed.shows} for item in reversed(inner)]

    def event_extras(self, resource: Resource) -> Mapping[str, Any]:
        """Return the data that an event about `resource` shows of other resources, as they are now.

        An example is the external id of the login that the resource uses (documented).
        """
        contract = EDITIONS[self.edition]
        row, login = contract.kinds[resource.kind], contract.login
        if row.summary is not None:
            return {}
        user = resource
        if "task_run_id" in resource.fields:  # a file; its run may be forgotten
            user = self.all("task_run").get(resource.fields["task_run_id"], resource)
        used = self._resources.get(login, _NOTHING).get(user.fields.get(f"{login}_id", ""))
        extras = _NOTHING if used is None else _external_id(used.fields["external_id"])
        if row.embeds:
            extras = {**extras, **{name: self.embedded(resource, name) for name in row.embeds}}
        return extras

    # Changes

    def next_id(self, prefix: str) -> str:
        number = self.counters[prefix] = self.counters.get(prefix, 0) + 1
        return make_id(self.seed, prefix, number)

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
        """Add a resource in the first status of its kind.

        `standard` overrides its id, status and timestamps; with `silent`, no event is emitted;
        `about` is appended to the entry in the timeline.
        """
        row = self.kind(kind)
        while "id" not in standard or standard["id"] in self.all(kind):
            standard["id"] = self.next_id(row.prefix)  # again, if a seeded resource has it
        usual: dict[str, Any] = {"status": row.machine and row.machine.initial}
        usual |= {"created_at": self.now, "updated_at": self.now, **standard}
        if "runtime_ms" in row.attributes:
            fields = {"runtime_ms": 0, **fields}
        resource = Resource(kind, fields=fields, hidden=hidden or {}, **usual)
        self._resources[kind][resource.id] = resource
        for used in self._index(resource):
            self.timers.disarm(used.id, OF_DISUSE)
        as_status = f" as {resource.status}" if resource.status else ""
        what = f"created{as_status}{about}"
        self.note(kind, resource.id, what, resource.status, is_creation=True)
        if not silent:
            self._emit_lifecycle(resource, "created")
            # If the creation is an event of its own, the first status emits no event (assumed).
            if row.machine and "created" not in row.lifecycle:
                self.emit(f"{kind}.{row.machine.events[str(resource.status)]}", resource)
            added = self.additive_changes.event_type
            if added and added.startswith(f"{kind}."):
                self.emit(added, resource)
        if row.machine:
            self._arm_auto_transition(resource)
        return resource

    def change(
        self,
        resource: Resource,
        hidden: Mapping[str, Any] | None = None,
        *,
        what: str = "",
        **fields: Any,
    ) -> Resource:
        """Set fields other than the status. If `hidden` is given, it replaces the hidden fields.

        `what` is the text of the timeline entry; by default it names the fields.
        """
        new: dict[str, Any] = {"fields": {**resource.fields, **fields}} if fields else {}
        if hidden is not None:
            new["hidden"] = hidden
        changed = replace(resource, updated_at=self.now, **new)
        self._resources[resource.kind][resource.id] = changed
        text = f"changed {', '.join(fields) or 'the login'}"
        self.note(resource.kind, resource.id, what or text, changes=fields)
        self._emit_lifecycle(changed, "updated")
        return changed

    def delete(self, resource: Resource) -> None:
        """Mark a resource as deleted; deleting it again changes nothing."""
        if not resource.deleted:
            gone = replace(resource, updated_at=self.now, deleted=True)
            self._resources[resource.kind][resource.id] = gone
            self.note(resource.kind, resource.id, "deleted")
            self._emit_lifecycle(gone, "deleted")

    def move(
        self,
        resource: Resource,
        status: str,
        *,
        hidden: Mapping[str, Any] | None = None,
        what: str = "",
        **fields: Any,
    ) -> Resource:
        """Change a resource's status, together with the fields that change with it.

        `what` is the text of the timeline entry; by default it names both statuses. If the
        edition does not allow the transition, `IllegalMove` is raised and nothing changes.
        """
        machine, before, started = self.machine(resource), str(resource.status), resource.started_at
        kind, id_, old, now = resource.kind, resource.id, resource.fields, self.now
        if status not in machine.follows[before]:
            allowed = listed(machine.follows[before], last="or")
            text = f"{id_}: `{before}` cannot become `{status}`; it can become {allowed}"
            raise IllegalMove(text)
        ends = not machine.follows[status]
        if old.get("interaction") is not None:
            fields = {"interaction": None, **fields}
        if status in machine.results:
            fields = {"result": machine.results[status], **fields}
        if status == machine.timed_from:
            started = started or now
        if started and ends:
            fields["runtime_ms"] = (now - started) // MILLISECOND
        moved = Resource(  # `replace` takes three times as long
            kind,
            id_,
            resource.created_at,
            now,
            status,
            # Most moves change no field; old and new value then share the fields, to save memory.
            {**old, **fields} if fields else old,
            resource.hidden if hidden is None else hidden,
            started,
            resource.deleted,
        )
        if status in machine.leads_first:
            self._lead_used(moved, machine)
        self._resources[kind][id_] = moved
        self.note(kind, id_, what or f"{before} -> {status}", status, fields)
        word = machine.events[status]
        if word is not None:
            self.emit(_shared(f"{kind}.{word}"), moved)
        if ends:
            self._note_end(moved)
            self.stop_story(moved.id)
            for used in self.used_by(moved):
                users = self.users.get(used.id, {})
                if moved.id in users:
                    del users[moved.id]
                    self._arm_auto_transition(used)
        if machine.leads and status not in machine.leads_first:
            self._lead_used(moved, machine)
        if status in machine.ends_users:  # assumed
            self._end_users(moved, machine.ends_users[status])
        if machine.auto_transitions:
            self._arm_auto_transition(moved)
        if machine.is_run and self.options.screenshots:
            self._arm_screenshot(moved)
        return moved

    def set_options(self, options: Options) -> None:
        """Set the world's options. Timers whose duration changes start again now."""
        changed, self.options = options.changes(self.options), options
        for kind in self.contract.kinds.values():
            machine = kind.machine
            rows = machine.auto_transitions.values() if machine else ()
            if any(row.option in changed for row in rows):
                for resource in self.all(kind.object).values():
                    self._arm_auto_transition(resource)
        if "screenshots" in changed:
            for run in self.all("task_run").values():
                self._arm_screenshot(run)

    def fire_webhook(self, where: str, event: Event) -> Any:
        """Count a webhook for each fault that applies; return the fault that fires, or None."""
        run_id = event.data.fields.get("task_run_id", "")
        about = {TROUBLE: None, EVERYBODY: None, event.data.id: None, run_id: None}
        subject = event.data.id, *self.contract.names_of(event.type)
        return self.injected.fire((where,), subject, about, self.now)

    def emit(self, type_: str, resource: Resource) -> None:
        """Record an event with the state of a resource; make the event's deliveries, due now."""
        extras, after = self.event_extras(resource), self.timeline.total
        event = Event(self.next_id("evt"), type_, resource, self.now, extras, after)
        self.events.append(event)
        for destination in self.all("event_destination").values():
            names = {ALL, *self.contract.names_of(type_)}
            if not names.isdisjoint(destination["events"]) and listens(destination):
                fields = {
                    "event_type": type_,
                    "event_id": event.id,
                    "event_destination_id": destination.id,
                    "attempts": 0,
                    "delivered_at": None,
                }
                hidden = {"event": event, "number": self.events.total, "replayed_after": 0}
                about = f": {type_} to {destination.id}"
                delivery = self.create("event_delivery", fields, hidden, silent=True, about=about)
                self.timers.arm(delivery.id, ATTEMPT, self.now)

    def note(
        self,
        kind: str,
        resource_id: str,
        what: str,
        status: str | None = None,
        changes: Mapping[str, Any] | None = None,
        *,
        is_creation: bool = False,
    ) -> None:
        story = self.stories.get(resource_id)
        place = story.script.positions[story.path].place if story else None
        entry = TimelineEntry(
            self.now, kind, resource_id, _shared(what), status, changes or None, place, is_creation
        )
        self.timeline.append(entry)

    def stop_story(self, owner: str) -> None:
        self.stories.pop(owner, None)
        self.timers.disarm(owner, OF_A_STORY)

    def forget_oldest(self) -> list[str]:
        """Keep the last `MOST_RUNS` finished runs, and as many finished sessions; forget the older
        ones, the files of these runs, and ended deliveries of dropped events. Return the ids of the
        forgotten runs and sessions.
        """
        over = takewhile(  # up to the first that is not over
            lambda delivery: (
                delivery.hidden["number"] <= self.events.dropped and self.is_settled(delivery)
            ),
            self.all("event_delivery").values(),
        )
        for delivery in [*over]:
            self._forget(delivery)
        forgotten = []
        for kind, ids in self.finished.items():
            oldest = ids[:-MOST_RUNS]
            del ids[:-MOST_RUNS]
            for resource_id in oldest:
                self._forget(self.all(kind)[resource_id])
            self.forgotten_runs += len(oldest) if kind == "task_run" else 0
            forgotten += oldest
        files = self.all("storage").values() if forgotten else ()
        for file in [file for file in files if file["task_run_id"] in forgotten]:
            self._forget(file)
        return forgotten

    def _forget(self, resource: Resource) -> None:
        id_ = resource.id
        del self._resources[resource.kind][id_]
        records: dict[str, Any]
        for records in (self.users, self.screenshots, self.delivery_log, self.injected.by_owner):
            records.pop(id_, None)

    def index(self) -> None:
        """Build `users` and `finished` of a loaded world; `create` and `move` update both later."""
        for resources in self._resources.values():
            for resource in resources.values():
                self._index(resource)
        for kind, ids in self.finished.items():
            ids.sort(key=lambda id_: self._resources[kind][id_].updated_at)

    def _index(self, resource: Resource) -> list[Resource]:
        """Enter a finished run or session in `finished`, and an unfinished run in the `users` of
        its login and session. Return these two for an unfinished run, else [].
        """
        if self.is_final(resource):
            self._note_end(resource)
            return []
        used = self.used_by(resource)
        for login_or_session in used:
            # A status in `ends_users` has ended this run already.
            if login_or_session.status not in self.machine(login_or_session).ends_users:
                self.users.setdefault(login_or_session.id, {})[resource.id] = None
        return used

    def _note_end(self, resource: Resource) -> None:
        if resource.kind in ("task_run", "session"):
            self.finished.setdefault(resource.kind, []).append(resource.id)

    def _emit_lifecycle(self, resource: Resource, what: str) -> None:
        if what in self.kind(resource.kind).lifecycle:
            self.emit(f"{resource.kind}.{what}", resource)

    def _lead_used(self, run: Resource, machine: Machine) -> None:
        """Move the login and session of a run to the statuses that `machine.leads` has for the
        run's errors or new status, if the edition allows these transitions.
        """
        # The errors of a run say nothing about its login before the run has begun to work.
        errors = run.fields.get("errors", ()) if run.started_at else ()
        words = [f"{error['type']}/{error['code']}" for error in errors]
        words += [*(error["type"] for error in errors), str(run.status)]
        for name, leads in machine.leads.items():
            targets = next((leads[word] for word in words if word in leads), ())
            used = self.all(self.kind(run.kind).references[name]).get(run[name])
            if used is not None:
                status = str(used.status)
                reachable = (status, *self.machine(used).follows[status])
                target = next((target for target in targets if target in reachable), status)
                if target != status:
                    self.move(used, target)

    def _end_users(self, used: Resource, error: str | None) -> None:
        """Fail the runs that use a login or session with `error`; cancel them if that is None."""
        text = f"The {self.kind(used.kind).noun} became `{used.status}` during the run."
        for run in [self.all("task_run")[user] for user in self.users.pop(used.id, {})]:
            machine = self.machine(run)
            if str(run.status) in machine.auto_transitions:
                continue  # it is ending already
            if error is not None:
                self.move(run, "failed", errors=[problem(error, text).as_json()])
            else:
                self.move(run, machine.status_after_cancel)
                self.stop_story(run.id)

    def _arm_auto_transition(self, resource: Resource) -> None:
        self.timers.disarm(resource.id, OF_DISUSE)
        row = self.machine(resource).auto_transitions.get(str(resource.status))
        after = row and (row.after or getattr(self.options, row.option))
        if row and after and not self.users.get(resource.id):
            name = DISUSE if row.is_timeout else AUTO_TRANSITION
            self.timers.arm(resource.id, name, self.now + after)

    def _arm_screenshot(self, run: Resource) -> None:
        self.timers.disarm(run.id, (SCREENSHOT,))
        if self.options.screenshots and run.status == self.machine(run).timed_from:
            self.timers.arm(run.id, SCREENSHOT, self.now + self.contract.screenshot_interval)
