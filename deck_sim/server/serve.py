"""A server on a port, in the foreground or in a thread."""

import asyncio
import os
import socket
import threading
from collections.abc import Callable, Collection, Coroutine
from concurrent.futures import Future
from contextlib import AbstractAsyncContextManager, nullcontext, suppress
from contextvars import Context
from functools import partial
from typing import Any, Self, TypeVar

from starlette.types import ASGIApp

from deck_sim.base import real_time
from deck_sim.runtime.registry import WorldRegistry
from deck_sim.server.accepting import accepting, listen
from deck_sim.server.interception import Interceptor
from deck_sim.server.limits import Limits
from deck_sim.server.local_only import LocalOnly, is_loopback
from deck_sim.server.mounts import make_app
from deck_sim.server.open_calls import OpenCalls
from deck_sim.server.protocol import Connections, Protocol

T = TypeVar("T")

THREAD = "deck-sim"  # the name of the thread of a server
_DATE_SECONDS = 1  # between two settings of the `Date` of answers

# Addresses that mean every address of the machine, and one that clients can call.
_UNSPECIFIED = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}

_running = dict[str, "Server"]()  # the servers of this process, by URL


def _leave_to_parent() -> None:
    """Forget the servers in a forked child, and close its copies of their sockets: a socket is open
    until it is closed in every process.

    asyncio would still close them by their numbers, so these stay in use.
    """
    with open(os.devnull) as nothing:
        for number in [number for server in _running.values() for number in server.files()]:
            os.dup2(nothing.fileno(), number, inheritable=False)
    _running.clear()


# Windows has no forks.
getattr(os, "register_at_fork", lambda **_: None)(after_in_child=_leave_to_parent)


def server_at(url: str) -> "Server | None":
    """The server of this process at a URL."""
    return _running.get(url)


class Loop(asyncio.SelectorEventLoop):
    """An event loop with real time.

    A frozen process also freezes `time.monotonic`, and timers of the usual loop would never fire.
    """

    def time(self) -> float:
        """Real seconds."""
        return real_time.monotonic()


class Server:
    """A server on a port of its own.

    `run` serves until `stop` is called; `start`, or a `with` block, does so in a thread.
    """

    def __init__(
        self,
        worlds: WorldRegistry,
        host: str = "127.0.0.1",
        port: int = 0,
        interceptor: Interceptor | None = None,
        names: Collection[str] = (),
        limits: Limits | None = None,
    ) -> None:
        """Bind the port; 0 takes a free one. A port that is not available is an `OSError`.

        On loopback, `names` are further names by which clients may call it.
        """
        self.worlds, self.interceptor = worlds, interceptor
        self._socket = listen(host, port)
        address, self.port = self._socket.getsockname()[:2]
        self.is_local = is_loopback(address)  # other machines cannot reach it
        name = _UNSPECIFIED.get(address, f"[{host}]" if ":" in host else host)
        self.url = f"http://{name}:{self.port}"
        worlds.origin = self.url
        self._loop: asyncio.AbstractEventLoop | None = None  # while it runs
        self._stopping = asyncio.Event()
        self._thread: threading.Thread | None = None
        self._app = OpenCalls(make_app(worlds), worlds)
        self._front = LocalOnly(self._app, worlds, address, (*names, host))
        self._connections = Connections(worlds, limits or Limits())

    @property
    def base_url(self) -> str:
        """The base URL of the Deck API."""
        return f"{self.url}/v2"

    @property
    def cut_calls(self) -> int:
        """How many calls got no answer of their own, since the server stopped."""
        return self._app.cut

    def run(self, ready: Callable[[], None] = lambda: None) -> None:
        """Serve until stopped. `ready` is called once, when requests are answered."""
        with asyncio.Runner(loop_factory=Loop) as runner:
            runner.run(self._serve(ready))

    def start(self) -> Self:
        """Serve in a thread; return when requests are answered."""
        is_ready = threading.Event()

        def serve() -> None:
            try:
                self.run(is_ready.set)
            finally:
                is_ready.set()

        self._thread = threading.Thread(target=serve, name=THREAD, daemon=True)
        self._thread.start()
        is_ready.wait()
        return self

    async def _serve(self, ready: Callable[[], None]) -> None:
        connections = self._connections
        self._loop, _running[self.url] = asyncio.get_running_loop(), self
        self.worlds.wake_all()
        try:
            with self._socket:
                async with (
                    accepting(self._socket, self._open, connections.shortage, connections.most),
                    self._intercepting(),
                ):
                    ready()
                    await self._wait_for_stop()
            self.worlds.dispatcher.changes.close()
            connections.shut_down()
            await self._app.end()
            await connections.end()
        finally:
            del _running[self.url]
            self._loop = None
            await self.worlds.dispatcher.close()

    async def _open(self, client: socket.socket) -> None:
        try:
            make_protocol = partial(Protocol, self._connections, self._front)
            await asyncio.get_running_loop().connect_accepted_socket(make_protocol, client)
        except OSError:  # it has left
            client.close()

    def _intercepting(self) -> AbstractAsyncContextManager[None]:
        if self.interceptor is None:
            return nullcontext()
        of = self._connections
        front = LocalOnly(self._app, self.worlds, "127.0.0.1", self.interceptor.hosts)
        return self.interceptor.serving(front, partial(Protocol, of), of.limits, of.shortage)

    async def _wait_for_stop(self) -> None:
        while not self._stopping.is_set():
            self._connections.set_date()
            with suppress(TimeoutError):
                async with asyncio.timeout(_DATE_SECONDS):
                    await self._stopping.wait()

    def close(self) -> None:
        """Free the port of a server that does not run, or never did."""
        self._socket.close()

    def files(self) -> list[int]:
        """The numbers of the open files that are its sockets."""
        numbers = [self._socket.fileno(), *self._connections.files()]
        return [number for number in numbers if number >= 0]

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
        """Make `run` return; if it runs in a thread, wait for its end.

        Safe on any thread, in a signal handler, and more than once. A forked child stops nothing.
        """
        if self._loop is None:
            self._stopping.set()
        else:
            with suppress(RuntimeError):  # it has stopped by itself
                self._loop.call_soon_threadsafe(self._begin_to_stop)
        if self._thread is not None:
            self._thread.join()

    def _begin_to_stop(self) -> None:
        self._stopping.set()
        self._app.begin_to_end()
        self.worlds.dispatcher.stop_clocks()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()
