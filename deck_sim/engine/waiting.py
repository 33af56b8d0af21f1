"""Which resources of a world wait, and whether an awaited event can still come."""

from dataclasses import dataclass
from datetime import datetime

from deck_sim.base.errors import listed
from deck_sim.engine.timers import PROGRESS, SCREENSHOT, STEP, Due
from deck_sim.engine.world import World
from deck_sim.engine.world_values import Event, Resource


def waiting(world: World) -> list[Resource]:
    """Return unsettled resources that have no timers, or only those of limits and screenshots."""
    moving = _progress(world)
    return [
        resource
        for kind in world.resources.values()
        for resource in kind.values()
        if not world.is_settled(resource) and resource.id not in moving
    ]


def next_due(world: World, resource_id: str) -> Due | None:
    """Return a resource's next timer that is not for a screenshot, or None."""
    due = (due for due in world.timers.of(resource_id) if due.name != SCREENSHOT)
    return min(due, key=lambda due: due.at, default=None)


def waits_for_person(world: World, resource_id: str) -> bool:
    """Whether a resource waits for an answer, a decision, or the release of a hold.

    Also true for a login or session if unfinished runs use it and all wait for a person.
    """
    story, users = world.stories.get(resource_id), world.users.get(resource_id)
    if story and (story.held or asks_person(world, world.all(story.script.kind)[resource_id])):
        return True
    return bool(users) and all(waits_for_person(world, user) for user in users or ())


def asks_person(world: World, resource: Resource) -> bool:
    asks = world.machine(resource).asks_person(resource.status)
    approved_by_itself = any(due.name == STEP for due in world.timers.of(resource.id))
    return asks and not approved_by_itself


@dataclass(slots=True)
class AwaitedEvent:
    """An event that a caller waits for: its possible types and, if set, the id of its resource."""

    types: tuple[str, ...]
    resource_id: str | None
    checked: int  # how many of the world's events were checked, or came before
    has_come: bool = False
    mover: Due | None = None  # the timer that `moves` found

    def came(self, world: World) -> bool:
        new, self.checked = world.events.since(self.checked), world.events.total
        self.has_come |= any(self._is(world, event) for event in new)
        return self.has_come

    def moves(self, world: World, until: datetime) -> bool:
        """Whether a timer that is due by `until` moves a resource that may emit the event. Timeouts
        and screenshots do not count.
        """
        mover = self.mover
        if mover is None or mover.at > until or mover not in world.timers.of(mover.owner):
            ids = {resource.id for resource in self.candidates(world)}
            timers = [due for due in _progress(world).values() if due.owner in ids]
            # The last one is kept, so that the search is not repeated for each timer.
            self.mover = next((due for due in reversed(timers) if due.at <= until), None)
        return self.mover is not None

    def is_over(self, world: World) -> bool:
        """Whether the event's resource is final or unknown; False if `resource_id` is None."""
        resource = self.find_resource(world)
        return self.resource_id is not None and (resource is None or world.is_final(resource))

    def __str__(self) -> str:
        types = listed(self.types, last="or")
        return f"{types}{f' of `{self.resource_id}`' if self.resource_id else ''}"

    @property
    def kinds(self) -> list[str]:
        return [*dict.fromkeys(type_.partition(".")[0] for type_ in self.types)]

    def last(self, world: World) -> Event | None:
        """Return the latest event that fits, even if it came before the wait began; or None."""
        return next((event for event in reversed(world.events) if self._is(world, event)), None)

    def find_resource(self, world: World) -> Resource | None:
        matches = (kind.get(self.resource_id or "") for kind in world.resources.values())
        return next(filter(None, matches), None)

    def candidates(self, world: World) -> list[Resource]:
        kinds = [world.all(kind) for kind in self.kinds]
        if self.resource_id is not None:
            return [kind[self.resource_id] for kind in kinds if self.resource_id in kind]
        return [resource for kind in kinds for resource in kind.values()]

    def _is(self, world: World, event: Event) -> bool:
        is_type = any(name in self.types for name in world.contract.names_of(event.type))
        return is_type and self.resource_id in (None, event.data.id)


def _progress(world: World) -> dict[str, Due]:
    return {due.owner: due for due in world.timers.upcoming() if due.name in PROGRESS}
