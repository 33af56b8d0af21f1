"""A server on a port, in the foreground or in a thread."""

import asyncio
import os
import threading
from collections.abc import Callable, Collection, Coroutine
from concurrent.futures import Future
from contextlib import AsyncExitStack, suppress
from contextvars import Context
from typing import Any, Self, TypeVar

from starlette.types import ASGIApp

from deck_sim.base import real_time
from deck_sim.runtime.registry import WorldRegistry
from deck_sim.server.interception import Interceptor
from deck_sim.server.local_only import LocalOnly, is_loopback
from deck_sim.server.mounts import make_app
from deck_sim.server.protocol import HttpServer, listen

T = TypeVar("T")

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
        self._thread: threading.Thread | None = None
        self._app = make_app(worlds)
        front = LocalOnly(self._app, worlds, address, (*names, host))
        self._http = HttpServer(front)

    @property
    def base_url(self) -> str:
        """The base URL of the Deck API."""
        return f"{self.url}/v2"

    def run(self, ready: Callable[[], None] = lambda: None) -> None:
        """Serve until stopped. `ready` is called once, when requests are answered."""
        self._http.ready = ready
        with asyncio.Runner(loop_factory=Loop) as runner:
            runner.run(self._serve())

    def start(self) -> Self:
        """Serve in a thread; return when requests are answered."""
        is_ready = threading.Event()

        def serve() -> None:
            try:
                self.run(is_ready.set)
            finally:
                is_ready.set()

        self._thread = threading.Thread(target=serve, name="deck-sim", daemon=True)
        self._thread.start()
        is_ready.wait()
        return self

    async def _serve(self) -> None:
        self._loop, _running[self.url] = asyncio.get_running_loop(), self
        self.worlds.wake_all()
        try:
            async with AsyncExitStack() as stack:
                stack.enter_context(self._socket)
                if proxy := self.interceptor:
                    front = LocalOnly(self._app, self.worlds, "127.0.0.1", proxy.hosts)
                    make_protocol = self._http.make_protocol(proxy.for_hosts(front))
                    await stack.enter_async_context(proxy.serving(make_protocol))
                await self._http.serve([self._socket])
        finally:
            del _running[self.url]
            self._loop = None
            await self.worlds.dispatcher.close()
            submitted = asyncio.all_tasks() - {asyncio.current_task()}  # nothing else is left
            for call in submitted:
                call.cancel()
            await asyncio.gather(*submitted, return_exceptions=True)

    def close(self) -> None:
        """Free the port of a server that does not run, or never did."""
        self._socket.close()

    def files(self) -> list[int]:
        """The numbers of the open files that are its sockets."""
        numbers = [self._socket.fileno(), *self._http.files()]
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
            self._http.stop()
        else:
            with suppress(RuntimeError):  # it has stopped by itself
                self._loop.call_soon_threadsafe(self._begin_to_stop)
        if self._thread is not None:
            self._thread.join()

    def _begin_to_stop(self) -> None:
        self._http.stop()
        self.worlds.dispatcher.stop_clocks()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()
