"""The HTTP server: uvicorn, with sockets that faults can end. The home of uvicorn."""

import asyncio
import logging
import socket
import struct
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext, suppress
from functools import partial

import h11
import uvicorn
from starlette.types import ASGIApp, Receive, Scope, Send
from uvicorn.protocols.http.h11_impl import H11Protocol

from deck_sim.faults.outgoing import CLOSE_SOCKET, RESET

log = logging.getLogger("deck_sim")

_BACKLOG = 2048  # clients that wait to be accepted
_TLS = b"\x16\x03"  # how a TLS handshake begins
_DATE_SECONDS = 1  # between two settings of the `Date` of answers
_END_SECONDS = 0.3  # for dropped calls to end when the server stops


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


class HttpServer(uvicorn.Server):
    """uvicorn's server. It leaves signals to its caller and stops at once: calls that are not
    answered yet are dropped.
    """

    def __init__(self, app: ASGIApp) -> None:
        super().__init__(_make_config(app))
        self.ready: Callable[[], None] = lambda: None  # called when requests are answered
        self._stopping = asyncio.Event()

    def make_protocol(self, app: ASGIApp) -> Callable[[], asyncio.Protocol]:
        """Return a function that makes the protocol of a connection, which calls this app."""
        return partial(Protocol, _make_config(app), self.server_state, {})

    def files(self) -> list[int]:
        """The numbers of the open files that are sockets of connections."""
        connections = self.server_state.connections
        return [one.transport.get_extra_info("socket").fileno() for one in connections]

    def stop(self) -> None:
        """Make `serve` return. Called on the event loop."""
        self.should_exit = True
        self._stopping.set()

    def capture_signals(self) -> AbstractContextManager[None]:  # type: ignore[override]
        """Capture none."""
        return nullcontext()

    async def main_loop(self) -> None:
        """Serve until stopped. uvicorn's own loop would notice that later."""
        self.ready()
        while not await self.on_tick(0):  # sets the `Date`
            with suppress(TimeoutError):
                async with asyncio.timeout(_DATE_SECONDS):
                    await self._stopping.wait()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Close all sockets. uvicorn would wait for the answers to open calls."""
        for server in self.servers:
            server.close()
        for protocol in [*self.server_state.connections]:
            assert isinstance(protocol, Protocol)
            protocol.end()
        if calls := [*self.server_state.tasks]:
            await asyncio.wait(calls, timeout=_END_SECONDS)
        for call in calls:
            call.cancel()
        await asyncio.gather(*calls, return_exceptions=True)
        for protocol in [*self.server_state.connections]:  # their clients do not read
            protocol.transport.abort()


class Protocol(H11Protocol):
    """One connection. It gives the app a function that closes or resets the socket."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin to serve a client."""
        super().connection_made(transport)
        self.app = partial(_call_with_socket, self.app, transport)

    def data_received(self, data: bytes) -> None:
        """Read a part of a request. A client that begins with TLS gets a line in the log."""
        if data.startswith(_TLS) and self.conn.their_state is h11.IDLE:
            host, port = self.transport.get_extra_info("sockname")[:2]
            log.warning(
                "deck-sim: a client used https, and this server takes http://%s:%s", host, port
            )
            self.transport.close()
        else:
            super().data_received(data)

    def end(self) -> None:
        """Close the socket, at once if a call is not answered yet."""
        if self.cycle is None or self.cycle.response_complete:
            self.shutdown()
        else:
            self.transport.abort()


def _make_config(app: ASGIApp) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        interface="asgi3",
        http=Protocol,
        lifespan="off",
        ws="none",
        log_config=None,
        log_level="error",
        access_log=False,
        proxy_headers=False,
        server_header=False,
    )


async def _call_with_socket(
    app: ASGIApp, transport: asyncio.Transport, scope: Scope, receive: Receive, send: Send
) -> None:
    scope.setdefault("extensions", {})[CLOSE_SOCKET] = partial(_close, transport)
    with suppress(asyncio.CancelledError):  # the server stops
        await app(scope, receive, send)


def _close(transport: asyncio.Transport, how: str) -> None:
    if how == RESET:
        no_linger = struct.pack("ii", 1, 0)  # closing a socket that does not linger resets it
        transport.get_extra_info("socket").setsockopt(
            socket.SOL_SOCKET, socket.SO_LINGER, no_linger
        )
        transport.abort()
    else:
        transport.close()
