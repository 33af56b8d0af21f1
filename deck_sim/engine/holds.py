"""Holds, which stop stories, or answers to calls, until a test releases them.

A hold of stories names an event. A story stops before it enters the status that emits this event,
and its resource keeps the earlier status. So a prompt that timed out can still be answered, and a
run that is about to complete can still be canceled. If neither happens, the story continues after
the release at the place where it stopped. Timeouts go on, so a held run can time out.
"""

from dataclasses import replace

from deck_sim.base.call_pattern import CallPattern
from deck_sim.engine.script import Held, Path, Story
from deck_sim.engine.world import World
from deck_sim.engine.world_values import HoldPoint

Cursor = tuple[Path, int]  # the path of a story, and its count of wrong answers


class Stopped(Exception):
    """Raised if a hold stops a story, before anything has changed."""

    def __init__(self, hold_id: str) -> None:
        super().__init__(hold_id)
        self.hold_id = hold_id


def find_call_hold(world: World, method: str, path: str) -> HoldPoint | None:
    for hold in world.holds.values():
        if hold.call and CallPattern.read(hold.call).matches(method, path):
            return hold
    return None


def count_stop(world: World, hold_id: str) -> None:
    hold = world.holds[hold_id]
    world.holds[hold_id] = replace(hold, met=hold.met + 1)


def hold_story(world: World, story: Story, hold_id: str, reacted_at: Cursor) -> None:
    """Stop a story at a hold. `story.held` keeps the place where it goes on after the release.
    Until then the cursor is put back to `reacted_at`, where a prompt can still be answered.
    """
    story.held = Held(hold_id, world.now, story.path, story.wrong_answers)
    story.path, story.wrong_answers = reacted_at
    count_stop(world, hold_id)
    world.note(story.script.kind, story.owner, f"held before {world.holds[hold_id].event}")


def stories_at(world: World, hold_id: str) -> list[Story]:
    """Return the stories that a hold stops, sorted by the time at which they stopped."""
    held = [
        (s.held.since, s) for s in world.stories.values() if s.held and s.held.hold_id == hold_id
    ]
    return [story for _, story in sorted(held, key=lambda pair: pair[0])]
