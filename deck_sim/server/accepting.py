"""Accepts the clients of a listening socket, also when the process runs out of file descriptors."""

import asyncio
import logging
import socket
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager, suppress
from functools import partial
from typing import Any

log = logging.getLogger("deck_sim")

_BACKLOG = 2048  # clients that wait to be accepted
_PAUSE_SECONDS = 0.1  # after a client that could not be accepted
_QUIET_SECONDS = 5  # without further trouble, after which it counts as over

OpenClient = Callable[[socket.socket], Coroutine[Any, Any, None]]


class CountedWarning:
    """A warning that is logged when trouble begins, and again with a count when it is over."""

    def __init__(self, over: str) -> None:
        """`over` is the last line; it has a `%d` for the count."""
        self._over, self._count = over, 0
        self._end: asyncio.TimerHandle | None = None

    def count(self, text: str) -> None:
        """Count once more; the first time, log the text."""
        self._count += 1
        if self._count == 1:
            log.warning("deck-sim: %s", text)
        self.close()
        self._end = asyncio.get_running_loop().call_later(_QUIET_SECONDS, self._log_end)

    def close(self) -> None:
        """Do not log the end."""
        if self._end is not None:
            self._end.cancel()

    def _log_end(self) -> None:
        log.warning(f"deck-sim: {self._over}", self._count)
        self._count = 0


def listen(host: str, port: int) -> socket.socket:
    """Listen on a port; 0 takes a free one.

    Raises:
        OSError: if the port is not available.

    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # asyncio sets TCP_NODELAY only if the protocol is named. Without, each answer takes 40 ms.
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
        listener.listen(_BACKLOG)
    except OSError:
        listener.close()
        raise
    listener.setblocking(False)
    return listener


@asynccontextmanager
async def accepting(
    listener: socket.socket, open_client: OpenClient, shortage: CountedWarning, most: int
) -> AsyncIterator[None]:
    """Accept clients during the block, and call the function with each socket.

    At most so many calls of the function run at once; at the end they are canceled. `shortage`
    counts clients that cannot be accepted, usually since no file descriptor is free.
    """
    loop, openings = asyncio.get_running_loop(), set[asyncio.Task[None]]()

    async def accept() -> None:
        while True:
            try:
                client = await _accept(listener)
            except ConnectionError:  # the client has left
                continue
            except OSError as error:
                text = f"cannot accept clients: {error.strerror}; they wait until others have left"
                shortage.count(text)
                await asyncio.sleep(_PAUSE_SECONDS)
                continue
            opening = loop.create_task(open_client(client))
            openings.add(opening)
            opening.add_done_callback(openings.discard)
            opening.add_done_callback(partial(_close_unopened, client))
            await asyncio.sleep(0)
            if len(openings) >= most:
                await asyncio.wait(openings, return_when=asyncio.FIRST_COMPLETED)

    work = loop.create_task(accept())
    try:
        yield
    finally:
        tasks = {work, *openings}
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _accept(listener: socket.socket) -> socket.socket:
    """As `sock_accept` of asyncio, which loses a client if it is canceled in the turn that accepted
    it.
    """
    while True:
        with suppress(BlockingIOError):
            client, _ = listener.accept()
            client.setblocking(False)
            return client
        await wait_until_readable(listener)


async def wait_until_readable(source: socket.socket) -> None:
    """Wait until a socket has data, or a client to accept."""
    loop, readable = asyncio.get_running_loop(), asyncio.Event()
    loop.add_reader(source, readable.set)
    try:
        await readable.wait()
    finally:
        loop.remove_reader(source)


def _close_unopened(client: socket.socket, opening: asyncio.Task[None]) -> None:
    """Close the socket if the task was canceled: one that had not begun cannot do it itself."""
    if opening.cancelled():
        client.close()
