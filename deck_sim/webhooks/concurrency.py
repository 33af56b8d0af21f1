"""Limits of concurrent attempts: per URL in progress, and per port connecting.

A receiver that hangs must not block another URL. And some servers accept few connections at once:
Python's `http.server` queues five, and a sixth client waits a second before it tries again. An
attempt without an answer after `TAKEN` counts as connected, so the next may connect.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from weakref import WeakValueDictionary

MAX_IN_FLIGHT = 16  # per URL
MAX_CONNECTING = 4  # per host and port
TAKEN = timedelta(milliseconds=50)


class ConcurrencyLimits:
    """The limits of one sender."""

    def __init__(self) -> None:
        self._urls = WeakValueDictionary[str, asyncio.Semaphore]()
        self._ports = WeakValueDictionary[tuple[str, int], asyncio.Semaphore]()

    @asynccontextmanager
    async def wait(self, url: str, port: tuple[str, int]) -> AsyncIterator[None]:
        """Wait until another attempt is allowed, and count it for the length of the block."""
        in_flight = self._urls.setdefault(url, asyncio.Semaphore(MAX_IN_FLIGHT))
        connecting = self._ports.setdefault(port, asyncio.Semaphore(MAX_CONNECTING))
        async with in_flight:
            await connecting.acquire()
            is_connecting = True

            def connected() -> None:
                nonlocal is_connecting
                if is_connecting:
                    is_connecting = False
                    connecting.release()

            timer = asyncio.get_running_loop().call_later(TAKEN.total_seconds(), connected)
            try:
                yield
            finally:
                timer.cancel()
                connected()
