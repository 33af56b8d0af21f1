"""Holds: points at which stories stop until they are released.

A hold names an event. A story that is about to enter the status that emits it stops just before:
its resource keeps its status, its cursor returns to the step that reacted last, and the place where
it would continue is stored. So a prompt that timed out can still be answered, and a run that is
about to complete can still be canceled; such a word replaces the stored place. Timeouts continue,
and end a held run as they end any other.
"""

from dataclasses import replace

from deck_sim.base.call_pattern import CallPattern
from deck_sim.engine.records import Hold
from deck_sim.engine.story import Held, Path, Story
from deck_sim.engine.world import World

Place = tuple[Path, int]  # the path of a story, and its count of wrong answers


class Stopped(Exception):
    """A story met a hold; nothing changed."""

    def __init__(self, hold: str) -> None:
        super().__init__(hold)
        self.hold = hold


def find_call_hold(world: World, method: str, path: str) -> Hold | None:
    """The first hold of the answer to this call, if any."""
    for hold in world.holds.values():
        if hold.call and CallPattern.read(hold.call).matches(method, path):
            return hold
    return None


def count_stop(world: World, hold_id: str) -> None:
    """Count a story or answer that a hold stops."""
    hold = world.holds[hold_id]
    world.holds[hold_id] = replace(hold, met=hold.met + 1)


def hold_story(world: World, story: Story, hold_id: str, reacted_at: Place) -> None:
    """Stop a story at a hold. Until its release it reacts at the place where it reacted last."""
    story.held = Held(hold_id, world.now, story.path, story.attempts)
    story.path, story.attempts = reacted_at
    count_stop(world, hold_id)
    world.note(story.script.kind, story.owner, f"held before {world.holds[hold_id].event}")


def stories_at(world: World, hold_id: str) -> list[Story]:
    """The stories that a hold stops, in the order in which they stopped."""
    held = [(s.held.since, s) for s in world.stories.values() if s.held and s.held.hold == hold_id]
    return [story for _, story in sorted(held, key=lambda pair: pair[0])]
