"""Journeys: how time passes, with halts where webhooks are to be sent before it goes on.

A journey is a generator. It halts with a `yield`; who can send drives it so (see `dispatcher`),
and `run_to_end` drives it without sending.
"""

from collections.abc import Generator, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol, TypeVar

from deck_sim.contract.error_catalog import refuse
from deck_sim.engine.playing import pass_time
from deck_sim.engine.records import TimelineEntry
from deck_sim.engine.world import World

MAX_STEPS = 5_000_000  # in one advance; a story that never ends must end in an error
MAX_PAUSES = 1_000  # at one moment; a webhook that always causes another must end in an error


@dataclass(slots=True)
class AdvanceReport:
    """What happened while time passed."""

    now: datetime
    happened: list[TimelineEntry]


class HasWorld(Protocol):
    """Whose time passes. Another world may take the place of its world while a journey halts."""

    world: World


Result = TypeVar("Result")
Advance = Generator[None, None, AdvanceReport]


def run_to_end(journey: Generator[None, None, Result]) -> Result:
    """Drive a journey to its end without sending anything; returns its result."""
    while True:
        try:
            next(journey)
        except StopIteration as end:
            result: Result = end.value
            return result


def pass_time_until(driven: HasWorld, moment: datetime) -> Generator[None, None, None]:
    """Let all happen that is due by a moment, and the world's clock come to it."""
    for halt in steps(driven, moment):
        if halt:
            yield
    pass_time(driven.world, moment)


def steps(driven: HasWorld, moment: datetime) -> Iterator[bool]:
    """Let one thing after another happen, and stay at the last that is due by `moment`.

    Each time something happened it says False. When all that is due at a moment has happened
    and the outbox is not empty it halts, and says True, once; what is not sent then waits.
    """
    happened, halts, unsent = 0, 0, 0
    while True:
        world = driven.world
        due = world.timers.peek()
        if len(world.outbox) > unsent and (due is None or due.at > world.now):
            halts += 1
            _limit(halts, MAX_PAUSES, "times webhooks were sent at one moment")
            yield True
            unsent = len(driven.world.outbox)
        elif due is None or due.at > moment:
            return
        else:
            happened += 1
            _limit(happened, MAX_STEPS, "things happened in one advance")
            halts = halts if due.at <= world.now else 0
            pass_time(world, moment)
            yield False


def _limit(count: int, most: int, what: str) -> None:
    if count > most:
        text = f"{most} {what}, and more are due; is there no end?"
        raise refuse("request/state_invalid", text)
