"""The server: the whole app, run in the foreground or in a thread. The home of uvicorn."""

import asyncio
import re
import socket
import struct
import threading
from collections.abc import Callable, Coroutine
from concurrent.futures import Future
from contextvars import Context
from functools import cache, partial
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import quote

import uvicorn
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Mount, Route, Router
from starlette.types import ASGIApp, Receive, Scope, Send
from uvicorn.protocols.http.h11_impl import H11Protocol

from deck_sim.base import real_time
from deck_sim.faults.outgoing import RESET
from deck_sim.runtime.files import read_signed_file
from deck_sim.runtime.registry import WorldRegistry
from deck_sim.server.control.app import make_control
from deck_sim.server.fault_injection import CLOSE_SOCKET
from deck_sim.server.openapi.serving import show_document
from deck_sim.server.request import VERSION

T = TypeVar("T")

THREAD = "deck-sim"  # the name of the thread in which a server runs beside its tests
_PATIENCE = 1  # seconds for which a server that stops waits for requests that are not all there


def make_app(worlds: WorldRegistry) -> Router:
    """The ASGI app: the Deck API below `/v2`, the control API below `/_sim`, its description."""

    def make_api() -> ASGIApp:
        from deck_sim.server.api import app

        return app.make_api(worlds)

    def make_fallback() -> ASGIApp:
        from deck_sim.server.api import app

        return app.make_fallback(worlds)

    return Router(
        routes=[
            Route("/_sim/files/{token}/{file_id}", partial(_file, worlds)),
            Route("/openapi.json", partial(show_document, worlds)),
            _Below("/v2", _Called(make_api)),
            _Below("/_sim", make_control(worlds)),
        ],
        redirect_slashes=False,
        default=_Called(make_fallback),
    )


class _Called:
    """An app that is made when it is first called: a server answers before it has all its parts."""

    def __init__(self, make: Callable[[], ASGIApp]) -> None:
        self._make = cache(make)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self._make()(scope, receive, send)


class _Below(Mount):
    """An app below a path, whatever follows: an id may hold any character, line breaks too."""

    def __init__(self, path: str, app: ASGIApp) -> None:
        super().__init__(path, app)
        self.path_regex = re.compile(self.path_regex.pattern, re.DOTALL)


async def _file(worlds: WorldRegistry, request: Request) -> Response:
    """The bytes of a storage item or screenshot: no key, but the signature of its `url`."""
    simulation = worlds.find_by_token(request.path_params["token"])
    signature = request.query_params.get("signature", "")
    file_id = request.path_params["file_id"]
    found = simulation and read_signed_file(simulation, file_id, signature)
    if not found:
        text = "no such file, or not its signature\n"
        return Response(text, 404, VERSION, media_type="text/plain")
    content, type_, name = found
    headers = {**VERSION, "Content-Disposition": _disposition(name)}
    return Response(content, media_type=type_, headers=headers)


def _disposition(name: str) -> str:
    """How a browser is told a file's name: in plain letters, and as it is (RFC 6266)."""
    plain = "".join(letter if " " <= letter <= "~" else "_" for letter in name)
    quoted = plain.replace("\\", "\\\\").replace('"', '\\"')
    exact = "" if plain == name else f"; filename*=UTF-8''{quote(name, safe='')}"
    return f'inline; filename="{quoted}"{exact}'


_here = dict[str, "Server"]()  # those that serve in this process, by URL


def server_at(url: str) -> "Server | None":
    """The server of this process that serves at a URL."""
    return _here.get(url)


class _Http(H11Protocol):
    """HTTP on one line, which the app may end before its answer has ended."""

    def connection_made(
        self,
        transport: asyncio.Transport,  # type: ignore[override]
    ) -> None:
        """Let the app know the line."""
        super().connection_made(transport)
        self.app = partial(_with_socket, self.app, transport)


async def _with_socket(
    app: ASGIApp, line: asyncio.Transport, scope: Scope, receive: Receive, send: Send
) -> None:
    scope.setdefault("extensions", {})[CLOSE_SOCKET] = partial(_end, line)
    await app(scope, receive, send)


def _end(line: asyncio.Transport, how: str) -> None:
    """End a line: as one that is done, or as one that nobody answers at any more."""
    if how == RESET:
        at_once = struct.pack("ii", 1, 0)  # lingering on, for no time
        line.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, at_once)
        line.abort()
    else:
        line.close()


class Loop(asyncio.SelectorEventLoop):
    """An event loop whose time goes on while the process is frozen."""

    def time(self) -> float:
        """Real seconds."""
        return real_time.monotonic()


class Server:
    """A server on its own port, which `run` serves from until `stop` is called."""

    def __init__(self, worlds: WorldRegistry, host: str = "127.0.0.1", port: int = 0) -> None:
        """Bind the port; 0 takes a free one.

        Raises:
            OSError: if the port cannot be had.

        """
        self.worlds = worlds
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        # The protocol is named, or asyncio would leave TCP_NODELAY off: 40 ms for each answer.
        self._socket = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            self._socket.bind((host, port))
            self._socket.listen(128)
        except OSError:
            self._socket.close()
            raise
        self.port: int = self._socket.getsockname()[1]
        name = f"[{host}]" if ":" in host else host
        self.url = f"http://{name}:{self.port}"
        worlds.origin = self.url
        self._loop: asyncio.AbstractEventLoop | None = None  # while it runs
        self._app = make_app(worlds)
        config = uvicorn.Config(
            self._app,
            http=_Http,
            log_level="warning",
            access_log=False,
            lifespan="off",
            ws="none",
            timeout_graceful_shutdown=_PATIENCE,
        )
        self._uvicorn = uvicorn.Server(config)

    @property
    def base_url(self) -> str:
        """What a client of the Deck API is pointed at."""
        return f"{self.url}/v2"

    def run(self, ready: Callable[[], None] = lambda: None) -> None:
        """Serve until stopped; calls `ready` once, when requests are answered."""
        with asyncio.Runner(loop_factory=Loop) as runner:
            runner.run(self._serve(ready))

    async def _serve(self, ready: Callable[[], None]) -> None:
        serving = asyncio.ensure_future(self._uvicorn.serve(sockets=[self._socket]))
        while not self._uvicorn.started and not serving.done():
            await asyncio.sleep(0)
        self._loop, _here[self.url] = asyncio.get_running_loop(), self
        ready()
        try:
            await serving
        finally:
            del _here[self.url]
            self._loop = None
            await self.worlds.dispatcher.close()

    def work(self, work: Callable[[Router], Coroutine[Any, Any, T]]) -> Future[T]:
        """Let a coroutine use the app on the server's own event loop; for any other thread.

        It gets an empty context: in the caller's it would take trio for what runs it, if the caller
        does.

        Raises:
            ConnectionRefusedError: if the server does not run.

        """
        if self._loop is None:
            raise ConnectionRefusedError(f"the server at {self.url} has been stopped")
        return Context().run(asyncio.run_coroutine_threadsafe, work(self._app), self._loop)

    def stop(self) -> None:
        """Let `run` return; answers that are held go out first."""
        self.worlds.send_held_responses()
        self._uvicorn.should_exit = True


class ServerThread:
    """A server in a thread of this process."""

    def __init__(self, worlds: WorldRegistry, host: str = "127.0.0.1", port: int = 0) -> None:
        self.server = Server(worlds, host, port)
        self._thread = threading.Thread(target=self._run, name=THREAD, daemon=True)
        self._ready = threading.Event()

    def start(self) -> "ServerThread":
        """Start, and return when requests are answered."""
        self._thread.start()
        self._ready.wait()
        return self

    def stop(self) -> None:
        """Stop, and return when the thread has ended."""
        self.server.stop()
        self._thread.join()

    def _run(self) -> None:
        try:
            self.server.run(self._ready.set)
        finally:
            self._ready.set()


def write_port(file: Path, port: int) -> None:
    """Write the port to a file in one go, so that nobody reads half of it."""
    part = file.with_name(f"{file.name}.part")
    part.write_text(f"{port}\n")
    part.replace(file)
