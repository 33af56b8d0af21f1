"""How time passes in a world, with pauses in which webhooks are sent and others are answered.

An advance is a generator that yields at each pause. `Dispatcher.drive` sends webhooks in the
pauses; `run_to_end` sends nothing.
"""

from collections.abc import Generator, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from deck_sim.contract.error_catalog import refuse
from deck_sim.engine.playing import pass_time
from deck_sim.engine.records import TimelineEntry
from deck_sim.runtime.simulation import Simulation

MAX_STEPS = 5_000_000  # due things in one advance: an endless scenario ends in an error
BREAK_AFTER = 500  # due things: then other calls are answered
MAX_PAUSES = 1_000  # at one moment: a webhook that always causes another ends in an error


@dataclass(slots=True)
class AdvanceReport:
    """The world's time after an advance, and the timeline entries that it added."""

    now: datetime
    happened: list[TimelineEntry]
    after: int  # the number of entries before those


Result = TypeVar("Result")
Advance = Generator[None, None, AdvanceReport]


def run_to_end(advance: Generator[None, None, Result]) -> Result:
    """Run an advance without sending anything; returns its result."""
    while True:
        try:
            next(advance)
        except StopIteration as end:
            result: Result = end.value
            return result


def pass_time_until(simulation: Simulation, moment: datetime) -> Generator[None, None, None]:
    """Do everything that is due by `moment`, then set the world's clock to it."""
    for is_pause in with_breaks(steps(simulation, moment)):
        if is_pause:
            yield
    pass_time(simulation.world, moment)


def with_breaks(happened: Iterable[bool]) -> Iterator[bool]:
    """The steps, with a pause after each few hundred."""
    for count, is_pause in enumerate(happened, 1):
        yield is_pause or count % BREAK_AFTER == 0


def steps(simulation: Simulation, moment: datetime) -> Iterator[bool]:
    """Do what is due by `moment`, one thing at a time; the clock stays at the last.

    Yields False after each thing. Yields True, once, for a pause: everything due at the present
    moment is done, and the outbox has grown. Attempts that are not sent in the pause stay there.

    Raises:
        ApiError: `state_invalid` after `MAX_STEPS`, or `MAX_PAUSES` at one moment.

    """
    done, pauses, unsent = 0, 0, 0
    while True:
        world = simulation.world
        due = world.timers.peek()
        if len(world.outbox) > unsent and (due is None or due.at > world.now):
            pauses += 1
            _limit(pauses, MAX_PAUSES, "times webhooks were sent at one moment")
            yield True
            unsent = len(simulation.world.outbox)
        elif due is None or due.at > moment:
            return
        else:
            done += 1
            _limit(done, MAX_STEPS, "things happened in one advance")
            pauses = pauses if due.at <= world.now else 0
            pass_time(world, moment)
            yield False


def _limit(count: int, most: int, what: str) -> None:
    if count > most:
        text = f"{most} {what}, and more are due; look for a scenario or a receiver that never ends"
        raise refuse("request/state_invalid", text)
