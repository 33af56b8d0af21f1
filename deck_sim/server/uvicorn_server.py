"""A server on a port, in the foreground or in a thread. Only this module imports uvicorn."""

import asyncio
import errno
import logging
import os
import re
import socket
import struct
import threading
from collections.abc import Callable, Collection, Coroutine, Iterator, Sequence
from concurrent.futures import Future
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext, suppress
from functools import partial
from typing import Any, Self, TypeVar, cast

import uvicorn
from starlette.types import ASGIApp, Receive, Scope, Send
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from deck_sim.base.errors import in_python
from deck_sim.base.loops import Loop, start_on_loop
from deck_sim.faults import CLOSE_SOCKET, RESET
from deck_sim.runtime.registry import WorldRegistry
from deck_sim.server.intercepting_proxy import Interceptor
from deck_sim.server.local_only import is_loopback, local_only
from deck_sim.server.mounts import make_app

T = TypeVar("T")

log = logging.getLogger("deck_sim")

# Addresses that mean every address of the machine, each with one that clients can call.
_UNSPECIFIED = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}
_BACKLOG = 2048  # clients that wait to be accepted
_TLS = b"\x16\x03"  # how a TLS handshake begins
_HTTP2 = b"PRI * HTTP/2.0"  # how HTTP/2 without a negotiation begins
# `Upgrade: h2c` offers HTTP/2; the parser would skip the body of such a request.
_OFFER = re.compile(rb"(?i)\r\nupgrade:[^\r]*")
_DATE_SECONDS = 1  # between two settings of the `Date` of answers
_END_SECONDS = 0.3  # for dropped calls to end when the server stops

running_servers = dict[str, "Server"]()  # the servers of this process, by URL


def _leave_to_parent() -> None:
    """In a forked child, forget the servers and close its copies of their sockets, because a socket
    stays open until every process has closed it. asyncio would close the same descriptors again, so
    each now refers to the null device.
    """
    with open(os.devnull) as nothing:
        for number in [number for server in running_servers.values() for number in server.files()]:
            os.dup2(nothing.fileno(), number, inheritable=False)
    running_servers.clear()


# Windows has no forks.
getattr(os, "register_at_fork", lambda **_: None)(after_in_child=_leave_to_parent)


class Server:
    """A server on its own port: `run` serves until `stop`; `start` or `with` do so in a thread."""

    def __init__(
        self,
        worlds: WorldRegistry,
        host: str = "127.0.0.1",
        port: int = 0,
        interceptor: Interceptor | None = None,
        names: Collection[str] = (),
    ) -> None:
        """Bind the port (0: a free one), or raise OSError. `names` are more hosts it answers to."""
        self.worlds, self.interceptor = worlds, interceptor
        self._socket = _listen(host, port)
        address, self.port = self._socket.getsockname()[:2]
        self.is_local = is_loopback(address)  # other machines cannot reach it
        name = _UNSPECIFIED.get(address, f"[{host}]" if ":" in host else host)
        self.url = f"http://{name}:{self.port}"
        worlds.origin = self.url
        self._loop: Loop | None = None  # while it runs
        self._had_too_many_files = False
        self._thread: threading.Thread | None = None
        self._app = make_app(worlds)
        self._http = _HttpServer(local_only(self._app, worlds, address, (*names, host)))

    @property
    def base_url(self) -> str:
        return f"{self.url}/v2"

    def run(self, ready: Callable[[], None] = lambda: None) -> None:
        """Serve until stopped. `ready` is called once, when the server can answer requests."""
        with asyncio.Runner(loop_factory=Loop) as runner:
            runner.run(self._serve(ready))

    def start(self) -> Self:
        """Serve in a thread; return when the server can answer requests."""
        is_ready, is_python = threading.Event(), in_python.get()

        def serve() -> None:
            in_python.set(is_python)
            try:
                self.run(is_ready.set)
            finally:
                is_ready.set()

        self._thread = threading.Thread(target=serve, name="deck-sim", daemon=True)
        self._thread.start()
        is_ready.wait()
        return self

    async def _serve(self, ready: Callable[[], None]) -> None:
        self._loop, running_servers[self.url] = cast("Loop", asyncio.get_running_loop()), self
        self._loop.set_exception_handler(self._log_error)
        self._http.ready = ready
        self.worlds.wake_all()
        with ExitStack() as stack:
            stack.enter_context(self._socket)
            try:
                if proxy := self.interceptor:
                    front = local_only(self._app, self.worlds, "127.0.0.1", proxy.hosts)
                    config = _make_config(proxy.for_hosts(front))
                    make_protocol = partial(_Protocol, config, self._http.server_state, {})
                    proxy.start(stack.enter_context(_listen("127.0.0.1", 0)), make_protocol)
                await self._http.serve([self._socket])
            finally:
                del running_servers[self.url]
                self._loop = None
                await self.worlds.dispatcher.close()
                calls = asyncio.all_tasks() - {asyncio.current_task()}  # nothing else is left
                for call in calls:
                    call.cancel()
                await asyncio.gather(*calls, return_exceptions=True)

    def _log_error(self, loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        # asyncio reports thousands of times a second that too many files are open.
        if getattr(context.get("exception"), "errno", 0) not in (errno.EMFILE, errno.ENFILE):
            loop.default_exception_handler(context)
        elif not self._had_too_many_files:
            self._had_too_many_files = True
            log.warning(
                "deck-sim: too many open files, so new clients wait (logged only once); close"
                " connections after use, or allow more files: ulimit -n"
            )

    def close(self) -> None:
        """Free the port of a server that is not running."""
        self._socket.close()

    def files(self) -> list[int]:
        """Return the file descriptors of the port and of open connections."""
        connections = self._http.server_state.connections
        ends = (connection.transport.get_extra_info("socket") for connection in connections)
        return [number for end in (self._socket, *ends) if (number := end.fileno()) >= 0]

    def submit(self, call: Callable[[ASGIApp], Coroutine[Any, Any, T]]) -> Future[T]:
        """From another thread, start `call` with the app on the event loop; return its future."""
        return start_on_loop(self._find_loop(), partial(call, self._app))

    @contextmanager
    def paused(self) -> Iterator[WorldRegistry]:
        """Stop the event loop in a `with` block, so that this thread can use the worlds. This is
        faster than `submit`.
        """
        with self._find_loop().turn:
            yield self.worlds

    def _find_loop(self) -> Loop:
        if self._loop is None:
            raise ConnectionRefusedError(f"the server at {self.url} was stopped; start it again")
        return self._loop

    def stop(self) -> None:
        """Make `run` return; if it runs in a thread, wait for its end. Safe on any thread, in a
        signal handler, and more than once. A forked child stops nothing.
        """
        if self._loop is None:
            self._http.stop()
        else:
            with suppress(RuntimeError):  # it has stopped by itself
                self._loop.call_soon_threadsafe(self._http.stop)
        if self._thread is not None:
            self._thread.join()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()


@contextmanager
def serve_apps(
    apps: Sequence[tuple[ASGIApp, int]],
    close: Callable[[], Coroutine[Any, Any, None]],
    interceptor: Interceptor | None = None,
) -> Iterator[list[str]]:
    """Serve each app on its port of 127.0.0.1, in a thread, during a `with` block; yield their
    URLs. An `interceptor` answers with the first app. `close` is awaited at the end. Raises OSError
    if a port is taken.
    """
    servers, is_ready = [_HttpServer(app) for app, _ in apps], threading.Semaphore(0)
    for server in servers:
        server.ready = is_ready.release

    async def serve() -> None:
        if interceptor:
            config = _make_config(interceptor.for_hosts(apps[0][0]))
            make_protocol = partial(_Protocol, config, servers[0].server_state, {})
            interceptor.start(stack.enter_context(_listen("127.0.0.1", 0)), make_protocol)
        pairs = zip(servers, listeners, strict=True)
        await asyncio.gather(*(server.serve([listener]) for server, listener in pairs))
        # Calls that are still open end here.
        for call in (calls := asyncio.all_tasks() - {asyncio.current_task()}):
            call.cancel()
        await asyncio.gather(*calls, return_exceptions=True)
        await close()

    with ExitStack() as stack:
        runner = stack.enter_context(asyncio.Runner(loop_factory=Loop))
        listeners = [stack.enter_context(_listen("127.0.0.1", port)) for _, port in apps]
        urls = [f"http://127.0.0.1:{listener.getsockname()[1]}" for listener in listeners]
        loop = runner.get_loop()
        thread = threading.Thread(target=runner.run, args=(serve(),), daemon=True)
        thread.start()
        for _ in servers:
            is_ready.acquire()
        try:
            yield urls
        finally:
            for server in servers:
                loop.call_soon_threadsafe(server.stop)
            thread.join()


def _listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # asyncio sets TCP_NODELAY only if the protocol is named. Without it, each answer takes 40 ms.
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


class _HttpServer(uvicorn.Server):
    """uvicorn's server, which leaves signals to its caller, and drops open calls when it stops."""

    ready: Callable[[], None]  # called when the server can answer requests

    def __init__(self, app: ASGIApp) -> None:
        super().__init__(_make_config(app))
        self._stopping = asyncio.Event()

    def stop(self) -> None:
        """Make `serve` return. Call this on the event loop."""
        self.should_exit = True
        self._stopping.set()

    def capture_signals(self) -> AbstractContextManager[None]:  # type: ignore[override]
        return nullcontext()

    async def main_loop(self) -> None:
        """Serve until stopped. uvicorn's own loop polls, and would notice a stop later."""
        self.ready()
        while not await self.on_tick(0):  # sets the `Date`
            with suppress(TimeoutError):
                await asyncio.wait_for(self._stopping.wait(), _DATE_SECONDS)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Close all sockets. uvicorn would wait for the answers to open calls."""
        for server in self.servers:
            server.close()
        for connection in [*self.server_state.connections]:
            connection.transport.abort()
        if calls := self.server_state.tasks:
            await asyncio.wait(calls, timeout=_END_SECONDS)


class _JoiningTransport:
    """Sends two writes of one turn of the event loop together: uvicorn writes the head of an answer
    and its body apart, and each system call takes longer than the resource takes to be shown.
    """

    def __init__(self, transport: asyncio.Transport) -> None:
        self._transport, self._first = transport, b""
        self.is_closing = transport.is_closing  # read for each answer, and `__getattr__` is slow
        self._call_soon = asyncio.get_running_loop().call_soon

    def __getattr__(self, name: str) -> Any:
        return getattr(self._transport, name)

    def write(self, data: bytes) -> None:
        if self._first:
            self._transport.write(self._first + data)
            self._first = b""
        else:
            self._first = data
            self._call_soon(self.flush)

    def flush(self) -> None:
        if self._first:
            self._transport.write(self._first)
            self._first = b""

    def close(self) -> None:
        self.flush()
        self._transport.close()


class _Protocol(HttpToolsProtocol):
    """One connection, which gives the app a function that closes or resets the socket."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        joining = _JoiningTransport(transport)
        self.transport, app = cast("asyncio.Transport", joining), self.app

        def close(how: str) -> None:
            if how == RESET:
                joining.flush()
                no_linger = struct.pack("ii", 1, 0)  # closing such a socket resets it
                client = transport.get_extra_info("socket")
                client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, no_linger)
                transport.abort()
            else:
                joining.close()

        async def call(scope: Scope, receive: Receive, send: Send) -> None:
            scope.setdefault("extensions", {})[CLOSE_SOCKET] = close
            with suppress(asyncio.CancelledError):  # the server stops
                await app(scope, receive, send)

        self.app = call

    def data_received(self, data: bytes) -> None:
        is_first = self.cycle is None or self.cycle.response_complete
        if data.startswith(_HTTP2) and is_first:
            log.warning("deck-sim: a client used HTTP/2; put a proxy before this server for it")
            self.transport.close()
        elif data.startswith(_TLS) and is_first:
            host, port = self.transport.get_extra_info("sockname")[:2]
            log.warning("deck-sim: a client used https; this server is at http://%s:%s", host, port)
            self.transport.close()
        else:
            super().data_received(_OFFER.sub(b"", data, 1) if is_first else data)


def _make_config(app: ASGIApp) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        interface="asgi3",
        http=_Protocol,
        lifespan="off",
        ws="none",
        log_config=None,
        log_level="error",
        access_log=False,
        proxy_headers=False,
        server_header=False,
    )
