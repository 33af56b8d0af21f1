"""A world: its resources, the events they emitted, its clock.

Laws:
1. Only `World.move` changes a status, and only as a row of the edition's table allows. `create`
   gives the first one. This holds for deliveries, destinations and tasks as for runs.
2. Nothing outside this module writes to the resources; others read them through `all` and `find`.
3. Only `playing.pass_time` changes `now`, and it fires one timer at a time.
4. The state holds names and values, never rows of tables: a deep copy of a world is a world.
5. Nothing is created, changed, moved or deleted without an entry in the timeline.
6. `emit` makes the deliveries of an event at once, for the destinations of that moment. So a new
   destination gets no older event, and the delivery log tells what became of every event.
7. A world keeps its last entries and events, and its last finished runs; it counts the others.
"""

from collections.abc import Mapping
from dataclasses import replace
from functools import lru_cache
from itertools import takewhile
from typing import Any

from deck_sim.base.errors import listed
from deck_sim.contract.error_catalog import Problem, problem
from deck_sim.engine.cascade import arm_auto_transition, arm_screenshot, find_led
from deck_sim.engine.chance import make_id
from deck_sim.engine.options import Options
from deck_sim.engine.records import Event, Resource, TimelineEntry
from deck_sim.engine.timers import ATTEMPT, AUTO_TRANSITION, DISUSE, OF_A_STEP, TASK_TIMEOUT
from deck_sim.engine.world_state import MILLISECOND, MOST_RUNS, OF_RUN, WorldState

ALL = "*"  # the events of a destination that receives every type


def listens(destination: Resource) -> bool:
    """Whether a destination receives events now."""
    return not destination.deleted and destination.status == "active"


class IllegalMove(Exception):
    """A script or the engine tried a transition that no row allows; nothing changed."""


class World(WorldState):
    """The state of one isolated simulation, and the only functions that change its resources."""

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
        """Add a resource in the first status of its kind.

        `standard` overrides its id, status and moments; a `silent` creation emits no event;
        `about` is appended to the entry in the timeline.
        """
        row = self.kind(kind)
        while "id" not in standard or standard["id"] in self._resources[kind]:
            standard["id"] = self.next_id(row.prefix)  # again, if a seeded resource has it
        usual: dict[str, Any] = {"status": row.first_status}
        usual |= {"created_at": self.now, "updated_at": self.now, **standard}
        if "runtime_ms" in row.attributes:
            fields = {"runtime_ms": 0, **fields}
        resource = self._keep(Resource(kind, fields=fields, hidden=hidden or {}, **usual))
        for used in self._index(resource):
            self.timers.take_back(used.id, AUTO_TRANSITION, DISUSE)
        as_status = f" as {resource.status}" if resource.status else ""
        what = f"created{as_status}{about}"
        self.note(kind, resource.id, what, resource.status, is_creation=True)
        if not silent:
            self._emit_lifecycle(resource, "created")
            # If the creation is an event of its own, the first status emits no event (assumed).
            if row.machine and row.machine.announces_first and "created" not in row.lifecycle:
                self.emit(f"{kind}.{row.machine.event(str(resource.status))}", resource)
            added = self.additive_changes.event_type
            if added and added.startswith(f"{kind}."):
                self.emit(added, resource)
        arm_auto_transition(self, resource)
        return resource

    def change(
        self,
        resource: Resource,
        hidden: Mapping[str, Any] | None = None,
        *,
        what: str = "",
        **fields: Any,
    ) -> Resource:
        """Set fields that are not the status, and `hidden` if it is given.

        `what` is the entry in the timeline; by default it names the fields.
        """
        new: dict[str, Any] = {"fields": {**resource.fields, **fields}} if fields else {}
        if hidden is not None:
            new["hidden"] = hidden
        changed = self._keep(replace(resource, updated_at=self.now, **new))
        named = f"changed {', '.join(fields) or 'the login'}"
        self.note(resource.kind, resource.id, what or named, changes=fields)
        self._emit_lifecycle(changed, "updated")
        return changed

    def delete(self, resource: Resource) -> None:
        """Mark a resource as deleted; deleting it again changes nothing."""
        if not resource.deleted:
            gone = self._keep(replace(resource, updated_at=self.now, deleted=True))
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
        """Change a resource's status, together with the fields that come with it.

        `what` is the entry in the timeline; by default it names both statuses. If no row allows the
        transition, it raises `IllegalMove` and changes nothing.
        """
        machine, before, started = self.machine(resource), str(resource.status), resource.started_at
        if status not in machine.follows[before]:
            allowed = listed(machine.follows[before], last="or")
            text = f"{resource.id}: `{before}` cannot become `{status}`; it can become {allowed}"
            raise IllegalMove(text)
        ends = machine.is_final(status)
        if resource.fields.get("interaction") is not None:
            fields = {"interaction": None, **fields}
        if status in machine.results:
            fields = {"result": machine.results[status], **fields}
        if status == machine.timed_from:
            started = started or self.now
        if started and ends:
            fields["runtime_ms"] = (self.now - started) // MILLISECOND
        moved = replace(
            resource,
            status=status,
            updated_at=self.now,
            # Most moves change no field; the values then share theirs, which saves memory.
            fields={**resource.fields, **fields} if fields else resource.fields,
            hidden=resource.hidden if hidden is None else hidden,
            started_at=started,
        )
        if status in machine.leads_first:
            self._lead_used(moved)
        self._keep(moved)
        self.note(resource.kind, resource.id, what or f"{before} -> {status}", status, fields)
        word = machine.event(status)
        if word is not None:
            self.emit(f"{resource.kind}.{word}", moved)
        if ends:
            self._note_end(moved)
            self.stop_story(moved.id)
            self._end_use(moved)
        if status not in machine.leads_first:
            self._lead_used(moved)
        self._end_users(moved)
        arm_auto_transition(self, moved)
        arm_screenshot(self, moved)
        return moved

    def fail(self, run: Resource, *problems: Problem) -> Resource:
        """Move a run to `failed` with these errors."""
        return self.move(run, "failed", errors=[one.as_json() for one in problems])

    def set_options(self, options: Options) -> None:
        """Set the options. The times of those that change count from now."""
        changed, self.options = options.changes(self.options), options
        for kind in self.rules.kinds.values():
            machine = kind.machine
            rows = machine.auto_transitions.values() if machine else ()
            if any(row.option in changed for row in rows):
                for resource in self.all(kind.object).values():
                    arm_auto_transition(self, resource)
        if "screenshots" in changed:
            for run in self.all("task_run").values():
                arm_screenshot(self, run)

    def emit(self, type_: str, resource: Resource) -> None:
        """Record an event about a resource as it is now, and make its deliveries, due at once."""
        extras, after = self.event_extras(resource), self.timeline.total
        event = Event(self.next_id("evt"), type_, resource, self.now, extras, after)
        self.events.append(event)
        for destination in self.all("event_destination").values():
            wants = destination["events"] == [ALL] or type_ in destination["events"]
            if wants and listens(destination):
                fields = {
                    "event_type": type_,
                    "event_id": event.id,
                    "event_destination_id": destination.id,
                    "attempts": 0,
                    "delivered_at": None,
                }
                hidden = {"event": event, "number": self.events.total, "replayed_after": 0}
                about = f": {type_} to {destination.id}"
                made = self.create("event_delivery", fields, hidden, silent=True, about=about)
                self.timers.arm(made.id, ATTEMPT, self.now)

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
        """Add an entry to the timeline, with the status that the resource entered, if any."""
        story = self.stories.get(resource_id)
        self.timeline.append(
            TimelineEntry(
                self.now,
                kind,
                resource_id,
                _shared(what),
                status,
                changes or None,
                story.place if story else None,
                is_creation,
            )
        )

    def stop_story(self, owner: str) -> None:
        """End the script of a connection, session or run, and take back its timers."""
        self.stories.pop(owner, None)
        self.touch("story", owner)
        self.timers.take_back(owner, *OF_A_STEP, TASK_TIMEOUT)

    def forget_oldest(self) -> list[str]:
        """Forget the finished runs and sessions beyond the last `MOST_RUNS`, and the deliveries of
        dropped events; returns the ids of the runs and sessions.
        """
        self._forget_deliveries()
        forgotten = []
        for kind, ids in self.finished.items():
            oldest = ids[:-MOST_RUNS]
            del ids[:-MOST_RUNS]
            for resource_id in oldest:
                self._forget(self.all(kind)[resource_id])
            self.forgotten_runs += len(oldest) if kind == "task_run" else 0
            forgotten += oldest
        return forgotten

    def _forget_deliveries(self) -> None:
        """Forget the deliveries of dropped events, up to the first that is not over."""
        over = takewhile(
            lambda one: one.hidden["number"] <= self.events.dropped and self.is_settled(one),
            self._resources["event_delivery"].values(),
        )
        for delivery in [*over]:
            self._forget(delivery)

    def _forget(self, resource: Resource) -> None:
        id_ = resource.id
        for file_id in self.members.pop((id_, OF_RUN), ()):
            self._forget(self._resources["storage"][file_id])
        del self._resources[resource.kind][id_]
        for name in self.listed_by(resource.kind):
            if siblings := self.members.get((resource[name], name)):
                siblings.remove(id_)
        for embed in self.kind(resource.kind).embeds.values():
            self.members.pop((id_, embed.by), None)
        for records in (self.users, self.screenshots, self.attempts):
            records.pop(id_, None)
        for table in (resource.kind, "screenshots", "attempts"):
            self.touch(table, id_)
        self.injected.forget(id_)

    def index(self) -> None:
        """List resources by what they belong to and use. `create` does so for each."""
        for found in self._resources.values():
            for resource in found.values():
                self._index(resource)
        for kind, ids in self.finished.items():
            ids.sort(key=lambda id_: self._resources[kind][id_].updated_at)

    def _index(self, resource: Resource) -> list[Resource]:
        """List a resource; returns the connection, or credential and session, that it uses."""
        for name in self.listed_by(resource.kind):
            self.members.setdefault((resource[name], name), []).append(resource.id)
        if self.is_final(resource):
            self._note_end(resource)
            return []
        used = self.used_by(resource)
        for one in used:
            self.users.setdefault(one.id, {})[resource.id] = None
        return used

    def _note_end(self, resource: Resource) -> None:
        if resource.kind in ("task_run", "session"):
            self.finished.setdefault(resource.kind, []).append(resource.id)

    def _keep(self, resource: Resource) -> Resource:
        self._resources[resource.kind][resource.id] = resource
        self.touch(resource.kind, resource.id)
        return resource

    def _emit_lifecycle(self, resource: Resource, what: str) -> None:
        if what in self.kind(resource.kind).lifecycle:
            self.emit(f"{resource.kind}.{what}", resource)

    # The cascade of a transition, as the rows of the machines say

    def _end_use(self, resource: Resource) -> None:
        for used in self.used_by(resource):
            users = self.users.get(used.id, {})
            if resource.id in users:
                del users[resource.id]
                arm_auto_transition(self, used)

    def _lead_used(self, run: Resource) -> None:
        for used, status in find_led(self, run):
            self.move(used, status)

    def _end_users(self, resource: Resource) -> None:
        """End the runs that work through a resource that goes away (assumed)."""
        machine, status = self.machine(resource), str(resource.status)
        error = machine.fails_users_with.get(status)
        if error is None and status not in machine.cancels_users_in:
            return
        text = f"The {self.kind(resource.kind).noun} became `{status}` during the run."
        for run in [self.all("task_run")[user] for user in self.users.pop(resource.id, {})]:
            if str(run.status) in self.machine(run).auto_transitions:
                continue  # it is ending already
            if error is not None:
                self.fail(run, problem(error, text))
            else:
                self.move(run, self.machine(run).cancellation)
                self.stop_story(run.id)


@lru_cache(maxsize=1024)
def _shared(text: str) -> str:
    """One string for equal texts. Those that `sys.intern` makes may never go."""
    return text
