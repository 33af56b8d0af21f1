"""Holds: points at which stories stop until they are let go on.

A hold names an event. A story that is about to enter the status that would emit it stops just
before: its resource keeps its status, its cursor stays at the step that listened last, and where
it would go on is kept. So a prompt whose time ran out can still be answered, and a run that is
about to complete can still be canceled. Whatever the story hears meanwhile leads it another way.
Timers of patience go on, and end a held run as they would end any other.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING

from deck_sim.base.call_pattern import CallPattern
from deck_sim.engine.story import Path, Story

if TYPE_CHECKING:
    from deck_sim.engine.world import World


@dataclass(frozen=True, slots=True)
class Hold:
    """A point to stop at: an event, of one resource or of any; or the answer to a call."""

    id: str
    event: str | None = None
    resource: str | None = None
    call: str | None = None
    met: int = 0  # how many stories and answers it has stopped


@dataclass(frozen=True, slots=True)
class Held:
    """How a story stands at a hold, and where it goes on when that is released."""

    hold: str
    since: datetime
    ahead: Path
    attempts: int


Place = tuple[Path, int]  # where a story listened last, and how many answers had been wrong


class Stopped(Exception):
    """A story met a hold; nothing changed."""

    def __init__(self, hold: str) -> None:
        super().__init__(hold)
        self.hold = hold


def check_holds(world: "World", event: str, resource_id: str) -> None:
    """See that nothing holds a story that is about to emit this event.

    Raises:
        Stopped: if something does.

    """
    for hold in world.holds.values():
        if hold.event == event and hold.resource in (None, resource_id):
            raise Stopped(hold.id)


def hold_on_call(world: "World", method: str, path: str) -> str | None:
    """The hold that keeps the answer to this call back, if one does."""
    holds = ((hold.id, hold.call) for hold in world.holds.values())
    found = (id_ for id_, call in holds if call and CallPattern.read(call).matches(method, path))
    return next(found, None)


def meet(world: "World", hold_id: str) -> None:
    """Count what a hold stops: one that never stopped anything has put nothing in order."""
    hold = world.holds[hold_id]
    world.holds[hold_id] = replace(hold, met=hold.met + 1)


def stop_at(world: "World", story: Story, hold: str, listened: Place) -> None:
    """Let a story stand at a hold, and listen where it listened last."""
    story.held = Held(hold, world.now, story.path, story.attempts)
    story.path, story.attempts = listened
    meet(world, hold)
    kind = story.script.kind
    world.note(kind, story.owner, f"held before {world.holds[hold].event}")


def held_by(world: "World", hold: str) -> list[Story]:
    """The stories that stand at a hold, in the order in which they came there."""
    stories = [story for story in world.stories.values() if story.held and story.held.hold == hold]
    return sorted(stories, key=lambda story: story.held.since if story.held else world.now)
