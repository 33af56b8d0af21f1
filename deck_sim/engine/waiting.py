"""Explanations: why resources of a world wait, and why an awaited event does not come."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from deck_sim.base.durations import format_duration
from deck_sim.base.errors import listed
from deck_sim.engine.records import Resource
from deck_sim.engine.timers import EFFECTS, PROGRESS, SCREENSHOT, STEP, Due
from deck_sim.engine.world import World

_MOST_NAMED = 5


def waiting(world: World) -> list[Resource]:
    """The resources that are not settled and that no timer moves on."""
    moving = _progress(world)
    return [
        resource
        for kind in world.resources.values()
        for resource in kind.values()
        if not world.is_settled(resource) and resource.id not in moving
    ]


def next_due(world: World, resource_id: str) -> Due | None:
    """The next timer of a resource, screenshots left out."""
    due = (due for due in world.timers.of(resource_id) if due.name != SCREENSHOT)
    return min(due, key=lambda due: due.at, default=None)


def waits_for_person(world: World, resource_id: str) -> bool:
    """Whether only a person moves it on, by an answer, an approval or the release of a hold.

    True also of a login that only such runs use.
    """
    story, users = world.stories.get(resource_id), world.users.get(resource_id)
    if story and (story.held or asks_person(world, world.all(story.script.kind)[resource_id])):
        return True
    return bool(users) and all(waits_for_person(world, user) for user in users or ())


def asks_person(world: World, resource: Resource) -> bool:
    """Whether a person must answer or decide about this connection, session or run."""
    commands = world.machine(resource).commands
    asks = (commands[name].allowed for name in ("answer", "approve") if name in commands)
    approved_by_itself = world.timers.is_armed(resource.id, STEP)
    return any(resource.status in allowed for allowed in asks) and not approved_by_itself


@dataclass(slots=True)
class AwaitedEvent:
    """An event that a caller waits for, of one resource if `resource_id` is set."""

    type: str
    resource_id: str | None
    seen: int  # how many of the world's events were checked, or came before
    mover: Due | None = None  # the timer that `moves` found

    def came(self, world: World) -> bool:
        """Whether it is among the events since the last call."""
        new, self.seen = world.events.since(self.seen), world.events.total
        return any(event.type == self.type and self._matches(event.data.id) for event in new)

    def moves(self, world: World, until: datetime) -> bool:
        """Whether a timer moves a resource that it could be about by then.

        The last such timer is kept, so that they are looked through only when it has fired.
        """
        known = self.mover
        if known is None or known.at > until or known not in world.timers.of(known.owner):
            ids = {resource.id for resource in self._candidates(world)}
            due = [one for one in _progress(world).values() if one.owner in ids]
            # The last in the queue of its moment, so that this is not done for each one there.
            self.mover = next((one for one in reversed(due) if one.at <= until), None)
        return self.mover is not None

    def is_over(self, world: World) -> bool:
        """Whether the resource that it is about is final, or does not exist."""
        named = self._named(world)
        return self.resource_id is not None and (named is None or world.is_final(named))

    def explain(self, world: World) -> str:
        """Why it does not come: the resources that wait, that move, and that are over."""
        if self.resource_id is not None and self._named(world) is None:
            return f"there is no `{self.resource_id}` in this world"
        if foreign := self._foreign_kind(world):
            return foreign
        candidates, progress = self._candidates(world), _progress(world)
        row = world.rules.kinds.get(self._kind)
        stuck = [resource for resource in waiting(world) if self._matches(resource.id)]
        moving = [resource for resource in candidates if resource.id in progress]
        over = [resource for resource in candidates if world.is_final(resource)]
        others = {one.id for one in (*stuck, *moving, *over)}
        resting = [one for one in candidates if one.status and one.id not in others]
        parts = (
            _list("waiting without a timer", stuck, lambda one: _why_stuck(world, one))
            or "nothing is waiting",
            _list("on the way", moving, lambda one: _when(world, progress[one.id])),
            _list("at rest", resting, lambda one: ""),
            _list("over", over, _errors),
            f"this world has no {row.noun}" if row and not candidates else "",
            self._earlier(world),
        )
        return "; ".join(filter(None, parts))

    def __str__(self) -> str:
        return f"`{self.type}`{f' of `{self.resource_id}`' if self.resource_id else ''}"

    @property
    def _kind(self) -> str:
        return self.type.partition(".")[0]

    def _foreign_kind(self, world: World) -> str:
        """That events of this type are never about the resource, since it is of another kind."""
        kinds, named = world.rules.kinds, self._named(world)
        own = kinds.get(self._kind)
        if named is None or own is None or own.object == named.kind:
            return ""
        text = f"`{named.id}` is one of the {kinds[named.kind].noun}s, and this event is about"
        ids = [*world.resources[own.object]][-_MOST_NAMED:]
        return f"{text} {own.noun}s{f', such as {listed(ids)}' if ids else ''}"

    def _earlier(self, world: World) -> str:
        """When it came last, if it did: callers often wait for an event too late."""
        came = (
            e for e in reversed(world.events) if e.type == self.type and self._matches(e.data.id)
        )
        last = next(came, None)
        return f"it came {format_duration(world.now - last.created_at)} ago" if last else ""

    def _named(self, world: World) -> Resource | None:
        found = (kind.get(self.resource_id or "") for kind in world.resources.values())
        return next(filter(None, found), None)

    def _matches(self, resource_id: str) -> bool:
        return self.resource_id in (None, resource_id)

    def _candidates(self, world: World) -> list[Resource]:
        kind = world.resources.get(self._kind, {})
        return [resource for resource in kind.values() if self._matches(resource.id)]


def _progress(world: World) -> dict[str, Due]:
    return {due.owner: due for due in world.timers.upcoming() if due.name in PROGRESS}


def _list(title: str, found: Sequence[Resource], detail: Callable[[Resource], str]) -> str:
    """The latest resources, each with its status and detail; "" if there are none."""
    latest = sorted(found, key=lambda one: one.updated_at)[-_MOST_NAMED:]
    named = [
        f"`{one.id}` is `{one.status}`{f' ({text})' if (text := detail(one)) else ''}"
        for one in latest
    ]
    more = len(found) - len(latest)
    return f"{title}: {', '.join(named)}{f', and {more} more' if more else ''}" if named else ""


def _why_stuck(world: World, resource: Resource) -> str:
    first = next_due(world, resource.id)
    return "; ".join([explain_need(world, resource), *([_when(world, first)] if first else [])])


def explain_need(world: World, resource: Resource) -> str:
    """The action, and its actor, that a resource waits for."""
    story, asked = world.stories.get(resource.id), resource.fields.get("interaction")
    machine = world.kind(resource.kind).machine
    if story and story.held:
        return f"held before `{world.holds[story.held.hold].event}` until it is released"
    if asked is not None:
        fields = listed(field["name"] for field in asked["fields"])
        return f"an answer to `{asked['type']}` must give {fields}"
    reviewed = machine.commands.get("approve") if machine else None
    if reviewed and resource.status in reviewed.allowed:
        return "a reviewer must approve or reject it"
    return "nothing moves it on"


def _when(world: World, due: Due) -> str:
    return f"{EFFECTS[due.name]} in {format_duration(due.at - world.now)}"


def _errors(resource: Resource) -> str:
    errors = resource.fields.get("errors") or []
    return ", ".join(f"{e['type']}/{e['code']}: {e['message']}" for e in errors)
