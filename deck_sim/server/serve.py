"""A server on a port, in the foreground or in a thread. The home of uvicorn."""

import asyncio
import logging
import socket
import struct
import threading
from collections.abc import Callable, Collection, Coroutine
from concurrent.futures import Future
from contextlib import nullcontext
from contextvars import Context
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

import h11
import uvicorn
from starlette.types import ASGIApp, Receive, Scope, Send
from uvicorn.protocols.http.h11_impl import H11Protocol

from deck_sim.base import real_time
from deck_sim.faults.outgoing import RESET
from deck_sim.runtime.registry import WorldRegistry
from deck_sim.server.fault_injection import CLOSE_SOCKET
from deck_sim.server.interception import Interceptor
from deck_sim.server.local_only import LocalOnly
from deck_sim.server.mounts import make_app

T = TypeVar("T")

log = logging.getLogger("deck_sim")

_TLS = b"\x16\x03"  # how a TLS handshake begins

THREAD = "deck-sim"  # the name of the thread of a `ServerThread`
_SHUTDOWN_SECONDS = 1  # how long a server that stops waits for incomplete requests

# Addresses that mean every address of the machine, and one that clients can call.
_UNSPECIFIED = {"0.0.0.0": "127.0.0.1", "::": "::1"}

_running = dict[str, "Server"]()  # the servers of this process, by URL


def server_at(url: str) -> "Server | None":
    """The server of this process at a URL."""
    return _running.get(url)


class _Protocol(H11Protocol):
    """uvicorn's protocol, with a function for the app that closes or resets the socket, and an
    explanation if a client speaks TLS.
    """

    def connection_made(
        self,
        transport: asyncio.Transport,  # type: ignore[override]
    ) -> None:
        """Give the app the function."""
        super().connection_made(transport)
        self.app = partial(_call_with_socket, self.app, transport)

    def data_received(self, data: bytes) -> None:
        """Close the connection of a client that begins with TLS."""
        if data.startswith(_TLS) and self.conn.their_state is h11.IDLE:
            host, port = self.transport.get_extra_info("sockname")[:2]
            log.warning(
                "deck-sim: a client used https, and this server takes http://%s:%s", host, port
            )
            self.transport.close()
        else:
            super().data_received(data)


async def _call_with_socket(
    app: ASGIApp, transport: asyncio.Transport, scope: Scope, receive: Receive, send: Send
) -> None:
    scope.setdefault("extensions", {})[CLOSE_SOCKET] = partial(_close, transport)
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


class Loop(asyncio.SelectorEventLoop):
    """An event loop with real time.

    A frozen process also freezes `time.monotonic`, and timers of the usual loop would never fire.
    """

    def time(self) -> float:
        """Real seconds."""
        return real_time.monotonic()


class _Uvicorn(uvicorn.Server):
    """uvicorn's server, which first ends what would keep it from stopping."""

    def __init__(self, config: uvicorn.Config, worlds: WorldRegistry) -> None:
        super().__init__(config)
        self._worlds = worlds

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """End all streams, and send the answers that are held."""
        self._worlds.send_held_responses()
        self._worlds.dispatcher.changes.close()
        await super().shutdown(sockets)


class Server:
    """A server on a port of its own. `run` serves until `stop` is called."""

    def __init__(
        self,
        worlds: WorldRegistry,
        host: str = "127.0.0.1",
        port: int = 0,
        interceptor: Interceptor | None = None,
        names: Collection[str] = (),
    ) -> None:
        """Bind the port; 0 takes a free one. A port that is not available is an `OSError`.

        On loopback, `names` are further names by which clients may call it.
        """
        self.worlds, self.interceptor, listens_at = worlds, interceptor, host
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        # asyncio sets TCP_NODELAY only if the protocol is named. Without, each answer takes 40 ms.
        self._socket = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            self._socket.bind((host, port))
            self._socket.listen(128)
        except OSError:
            self._socket.close()
            raise
        self.port: int = self._socket.getsockname()[1]
        host = _UNSPECIFIED.get(host, host)
        name = f"[{host}]" if ":" in host else host
        self.url = f"http://{name}:{self.port}"
        worlds.origin = self.url
        self._loop: asyncio.AbstractEventLoop | None = None  # while it runs
        self._app = make_app(worlds)
        config = uvicorn.Config(
            LocalOnly(self._app, listens_at, names),
            http=_Protocol,
            log_level="warning",
            access_log=False,
            server_header=False,  # a fault may send its own
            lifespan="off",
            ws="none",
            timeout_graceful_shutdown=_SHUTDOWN_SECONDS,
        )
        self._uvicorn = _Uvicorn(config, worlds)

    @property
    def base_url(self) -> str:
        """The base URL of the Deck API."""
        return f"{self.url}/v2"

    def run(self, ready: Callable[[], None] = lambda: None) -> None:
        """Serve until stopped. `ready` is called once, when requests are answered."""
        with asyncio.Runner(loop_factory=Loop) as runner:
            runner.run(self._serve(ready))

    async def _serve(self, ready: Callable[[], None]) -> None:
        serving = asyncio.ensure_future(self._uvicorn.serve(sockets=[self._socket]))
        while not self._uvicorn.started and not serving.done():
            await asyncio.sleep(0)
        self._loop, _running[self.url] = asyncio.get_running_loop(), self
        try:
            interceptor = self.interceptor
            async with interceptor.serving(self._make_protocol) if interceptor else nullcontext():
                ready()
                await serving
        finally:
            del _running[self.url]
            self._loop = None
            await self.worlds.dispatcher.close()

    def _make_protocol(self, change: Callable[[ASGIApp], ASGIApp]) -> _Protocol:
        """The protocol of a socket that uvicorn did not accept itself, with a changed app."""
        protocol = _Protocol(self._uvicorn.config, self._uvicorn.server_state, {})
        protocol.app = change(self._app)
        return protocol

    def submit(self, call: Callable[[ASGIApp], Coroutine[Any, Any, T]]) -> Future[T]:
        """Call a coroutine function with the app, on the server's event loop. For other threads.

        It runs in an empty context: in the context of a caller that uses trio, the coroutine would
        take trio for its event loop.

        Raises:
            ConnectionRefusedError: if the server does not run.

        """
        if self._loop is None:
            raise ConnectionRefusedError(f"the server at {self.url} has been stopped")
        return Context().run(asyncio.run_coroutine_threadsafe, call(self._app), self._loop)

    def stop(self) -> None:
        """Make `run` return. Answers that are held are sent first."""
        self._uvicorn.should_exit = True


class ServerThread:
    """A server in a thread of this process."""

    def __init__(
        self,
        worlds: WorldRegistry,
        host: str = "127.0.0.1",
        port: int = 0,
        interceptor: Interceptor | None = None,
        names: Collection[str] = (),
    ) -> None:
        self.server = Server(worlds, host, port, interceptor, names)
        self._thread = threading.Thread(target=self._run, name=THREAD, daemon=True)
        self._ready = threading.Event()

    def start(self) -> "ServerThread":
        """Start; return when requests are answered."""
        self._thread.start()
        self._ready.wait()
        return self

    def stop(self) -> None:
        """Stop; return when the thread has ended."""
        self.server.stop()
        self._thread.join()

    def _run(self) -> None:
        try:
            self.server.run(self._ready.set)
        finally:
            self._ready.set()


def write_port(file: Path, port: int) -> None:
    """Write the port to a file, atomically: others wait for the file and read it at once."""
    part = file.with_name(f"{file.name}.part")
    part.write_text(f"{port}\n")
    part.replace(file)
