"""Runs work that is a generator: it yields at each pause, in which other calls are answered."""

import asyncio
from collections.abc import Generator, Iterable, Iterator
from contextlib import contextmanager
from typing import TypeVar

from deck_sim.base import real_time

BREAK_AFTER = 500  # steps: then other calls are answered
BREAK_SECONDS = 0.05  # after which they are answered, too: one step may make a large output

_in_turn = 0  # how many works take turns

Result = TypeVar("Result")


def run_to_end(advance: Generator[None, None, Result]) -> Result:
    """Run an advance without sending anything; returns its result."""
    while True:
        try:
            next(advance)
        except StopIteration as end:
            result: Result = end.value
            return result


async def run_slowly(advance: Generator[None, None, Result]) -> Result:
    """Run an advance, and let other calls be answered in its pauses; returns its result."""
    with taking_turns():
        while True:
            try:
                next(advance)
            except StopIteration as end:
                result: Result = end.value
                return result
            await asyncio.sleep(0)


@contextmanager
def taking_turns() -> Iterator[None]:
    """Work in the block, in turn with all that others do in such blocks. The more there are, the
    sooner each pauses, so that nobody waits longer for many than for one.
    """
    global _in_turn
    _in_turn += 1
    try:
        yield
    finally:
        _in_turn -= 1


def with_breaks(happened: Iterable[bool]) -> Iterator[bool]:
    """The steps, with a pause after each few hundred, and after some that take long."""
    done, began = 0, real_time.monotonic()
    for is_pause in happened:
        done += 1
        sharing, taken = max(_in_turn, 1), real_time.monotonic() - began
        pauses = is_pause or done * sharing >= BREAK_AFTER or taken * sharing > BREAK_SECONDS
        yield pauses
        if pauses:
            done, began = 0, real_time.monotonic()
