"""How many attempts may be under way, and how many may arrive at one moment.

A receiver that hangs must not hold up another, so each URL has turns of its own. And callers queue
at a port until its server takes them: the one of Python's standard library lets five wait, and the
next is told nothing and tries again after a whole second. So few arrive at once; who has not been
answered soon has been taken, and the next may come.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from weakref import WeakValueDictionary

MAX_IN_FLIGHT = 16  # under way at one URL
MAX_CONNECTING = 4  # at one port
TAKEN = timedelta(milliseconds=50)  # a server takes a caller sooner, however slowly it answers


class ConcurrencyLimits:
    """Whose turn it is, at every URL and port of one sender."""

    def __init__(self) -> None:
        self._urls = WeakValueDictionary[str, asyncio.Semaphore]()
        self._ports = WeakValueDictionary[tuple[str, int], asyncio.Semaphore]()

    @asynccontextmanager
    async def take(self, url: str, port: tuple[str, int]) -> AsyncIterator[None]:
        """Wait for a turn, and have it for the length of the block."""
        turn = self._urls.setdefault(url, asyncio.Semaphore(MAX_IN_FLIGHT))
        gate = self._ports.setdefault(port, asyncio.Semaphore(MAX_CONNECTING))
        async with turn:
            await gate.acquire()
            arriving = _Arriving(gate)
            try:
                yield
            finally:
                arriving.leave()


class _Arriving:
    """A place at the gate, which is left when time is up or the block has ended."""

    def __init__(self, gate: asyncio.Semaphore) -> None:
        self._gate: asyncio.Semaphore | None = gate
        loop = asyncio.get_running_loop()
        self._timer = loop.call_later(TAKEN.total_seconds(), self.leave)

    def leave(self) -> None:
        """Let the next come, once."""
        gate, self._gate = self._gate, None
        if gate is not None:
            self._timer.cancel()
            gate.release()
