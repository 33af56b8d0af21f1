"""What waits, and for whom: in words, for whoever waited for something that cannot come."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from deck_sim.base.durations import format_duration
from deck_sim.base.errors import listed
from deck_sim.engine.records import Resource
from deck_sim.engine.timers import (
    ATTEMPT,
    AUTO_TRANSITION,
    DISUSE,
    INACTIVITY,
    PROGRESS,
    STEP,
    TASK_TIMEOUT,
    WINDOW,
    Due,
)
from deck_sim.engine.world import World

_MOST_NAMED = 5

# What each timer means to whoever waits.
MEANS = {
    STEP: "the script goes on",
    WINDOW: "the interaction times out",
    TASK_TIMEOUT: "the task times out",
    INACTIVITY: "the run fails of inactivity",
    ATTEMPT: "a delivery is attempted",
    AUTO_TRANSITION: "its status passes",
    DISUSE: "it ends, since nobody uses it",
}


def waiting(world: World) -> list[Resource]:
    """The connections and runs that are not settled and have nothing due that moves them on."""
    moving = {due.owner for due in world.timers.upcoming() if due.name in PROGRESS}
    return [
        resource
        for kind in world.resources.values()
        for resource in kind.values()
        if not world.is_settled(resource) and resource.id not in moving
    ]


@dataclass(slots=True)
class Wanted:
    """An event that somebody waits for: of a type, and about that resource if one is named."""

    type: str
    resource_id: str | None
    seen: int  # how many of the world's events have been looked at

    def came(self, world: World) -> bool:
        """Whether it is among the events since the last look."""
        new, self.seen = world.events[self.seen :], len(world.events)
        return any(event.type == self.type and self._means(event.data.id) for event in new)

    def moves(self, world: World, until: datetime) -> bool:
        """Whether something that such an event could be about goes on by itself until then."""
        steps = _steps(world)
        about = (resource.id for resource in self._about(world))
        return any(owner in steps and steps[owner].at <= until for owner in about)

    def is_over(self, world: World) -> bool:
        """Whether the resource that it is to be about is at its end, or there is none."""
        named = self._named(world)
        return self.resource_id is not None and (named is None or _is_over(world, named))

    def explain(self, world: World) -> str:
        """Why it does not come: what waits and for whom, what is on the way, and what is over."""
        if self.resource_id is not None and self._named(world) is None:
            return f"there is no `{self.resource_id}` in this world"
        about, steps = self._about(world), _steps(world)
        waits = [resource for resource in waiting(world) if self._means(resource.id)]
        moving = [resource for resource in about if resource.id in steps]
        over = [resource for resource in about if _is_over(world, resource)]
        parts = (
            _named("waiting without a timer", waits, partial(_why, world)) or "nothing is waiting",
            _named("on the way", moving, lambda resource: _told(world, steps[resource.id])),
            _named("over", over, _how),
        )
        return "; ".join(filter(None, parts))

    def __str__(self) -> str:
        return f"`{self.type}`{f' of `{self.resource_id}`' if self.resource_id else ''}"

    def _named(self, world: World) -> Resource | None:
        """The resource with the id, of whatever kind."""
        found = (kind.get(self.resource_id or "") for kind in world.resources.values())
        return next(filter(None, found), None)

    def _means(self, resource_id: str) -> bool:
        return self.resource_id in (None, resource_id)

    def _about(self, world: World) -> list[Resource]:
        """The resources that it could be about; the type names their kind before its dot."""
        found = world.resources.get(self.type.partition(".")[0], {})
        return [resource for resource in found.values() if self._means(resource.id)]


def _steps(world: World) -> dict[str, Due]:
    """By owner, what goes on by itself."""
    return {due.owner: due for due in world.timers.upcoming() if due.name in PROGRESS}


def _named(title: str, found: Sequence[Resource], tell: Callable[[Resource], str]) -> str:
    """The latest of them, each with its status and what there is to tell; "" if there is none."""
    latest = sorted(found, key=lambda r: r.updated_at)[-_MOST_NAMED:]
    named = [f"`{r.id}` is `{r.status}`{_in_brackets(tell(r))}" for r in latest]
    more = len(found) - len(latest)
    return f"{title}: {', '.join(named)}{f', and {more} more' if more else ''}" if named else ""


def _in_brackets(text: str) -> str:
    return f" ({text})" if text else ""


def _why(world: World, resource: Resource) -> str:
    """For whom a resource waits, and what ends that."""
    ends = (due for due in world.timers.upcoming() if due.owner == resource.id)
    return "; ".join([_reason(world, resource), *[_told(world, due) for due in ends][:1]])


def _reason(world: World, resource: Resource) -> str:
    """Who has to do what."""
    story, asked = world.stories.get(resource.id), resource.fields.get("interaction")
    machine = world.kind(resource.kind).machine
    if story and story.held:
        return f"held before `{world.holds[story.held.hold].event}` until it is released"
    if asked is not None:
        fields = listed(field["name"] for field in asked["fields"])
        return f"an answer to `{asked['type']}` has to give {fields}"
    reviewed = machine.commands.get("approve") if machine else None
    if reviewed and resource.status in reviewed.allowed:
        return "a reviewer has to approve or reject it"
    return "nothing moves it on"


def _told(world: World, due: Due) -> str:
    return f"{MEANS[due.name]} in {format_duration(due.at - world.now)}"


def _is_over(world: World, resource: Resource) -> bool:
    """Whether a resource that has a life is at its end, so that no event of it can come."""
    machine = world.kind(resource.kind).machine
    return machine is not None and machine.is_final(str(resource.status))


def _how(resource: Resource) -> str:
    """With what a resource ended."""
    errors = resource.fields.get("errors") or []
    return ", ".join(f"{e['type']}/{e['code']}: {e['message']}" for e in errors)
