"""Order and limits of concurrent attempts: per URL in progress, and per port connecting.

The attempts at one URL start in the order in which they were begun: the next one when its
predecessor has been answered, or `TAKEN` after its request was sent. So a usual receiver gets them
in that order, and a slow one does not hold them up. A receiver that hangs must not block another
URL. And some servers accept few connections at once: Python's `http.server` queues five, and a
sixth client waits a second before it tries again.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import ExitStack, asynccontextmanager
from datetime import timedelta
from weakref import WeakValueDictionary

MAX_IN_FLIGHT = 16  # per URL
MAX_CONNECTING = 4  # per host and port
TAKEN = timedelta(seconds=1)
LONGEST_TURN = timedelta(seconds=2)  # of an attempt that does not get through to its receiver


class ConcurrencyLimits:
    """The limits of one sender."""

    def __init__(self) -> None:
        self._urls = WeakValueDictionary[str, asyncio.Semaphore]()
        self._turns = WeakValueDictionary[str, asyncio.Semaphore]()
        self._ports = WeakValueDictionary[tuple[str, int], asyncio.Semaphore]()

    @asynccontextmanager
    async def wait(self, url: str, port: tuple[str, int]) -> AsyncIterator[Callable[[], None]]:
        """Wait until another attempt is allowed, and count it for the length of the block.

        Yields the function to call once the request is on its way.
        """
        in_flight = self._urls.setdefault(url, asyncio.Semaphore(MAX_IN_FLIGHT))
        turn = self._turns.setdefault(url, asyncio.Semaphore(1))
        connecting = self._ports.setdefault(port, asyncio.Semaphore(MAX_CONNECTING))
        call_later = asyncio.get_running_loop().call_later
        async with in_flight:
            with ExitStack() as start, ExitStack() as timers:
                for limit in (turn, connecting):
                    await limit.acquire()
                    start.callback(limit.release)

                def end_turn(after: timedelta) -> None:
                    timers.callback(call_later(after.total_seconds(), start.close).cancel)

                end_turn(LONGEST_TURN)
                yield lambda: end_turn(TAKEN)
