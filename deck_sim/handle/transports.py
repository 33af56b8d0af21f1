"""Transports of httpx and httpx2 that reach one server, without a socket if it runs here.

In this process the app that answers on the port is called on the event loop that answers there, so
each world is used by one thread only. Requests and answers are not streamed.

One transport serves httpx and httpx2. The type of a request shows which library made it, and gets
an answer or an error of that library.
"""

import asyncio
import sys
from collections.abc import Iterator
from concurrent.futures import Future
from contextlib import contextmanager, suppress
from types import ModuleType
from typing import Any

import anyio
import httpx2

from deck_sim.base.real_time import process_id
from deck_sim.handle.applications import HttpRequest, HttpResponse, call_asgi
from deck_sim.handle.threads import result_of, run_in_thread
from deck_sim.server.fault_injection import SocketReset
from deck_sim.server.serve import Server, server_at

# Our errors and those of httpx and httpx2; the first that fits is used.
_ERRORS = {
    TimeoutError: "ReadTimeout",
    ConnectionRefusedError: "ConnectError",
    SocketReset: "ReadError",
    Exception: "RemoteProtocolError",
}


class DirectChannel:
    """Calls a server of this process."""

    def __init__(self, server: Server) -> None:
        self._server = server

    def call(self, request: HttpRequest, seconds: float | None) -> HttpResponse:
        """Wait for the answer: so many seconds of real time, or without limit for None."""
        response, gone = self._start(request)
        try:
            return response.result(seconds)
        except TimeoutError:
            self._leave(gone)
            raise

    def send(self, request: Any, body: bytes) -> Any:
        """The answer to a request of httpx or httpx2."""
        seconds = _read_timeout(request)
        with _library_errors(request):
            return _respond(request, self.call(_read_request(request, body), seconds))

    async def async_send(self, request: Any, body: bytes) -> Any:
        """`send` for coroutines."""
        with _library_errors(request), anyio.fail_after(_read_timeout(request)):
            response, gone = self._start(_read_request(request, body))
            try:
                return _respond(request, await result_of(response))
            finally:
                if not response.done():
                    self._leave(gone)

    def close(self) -> None:
        """Do nothing: nothing is open."""

    def _start(self, request: HttpRequest) -> tuple[Future[HttpResponse], asyncio.Event]:
        """Start a call; the event, set on the server's loop, tells it that its client left."""
        response, gone = Future[HttpResponse](), asyncio.Event()
        self._server.submit(lambda app: call_asgi(app, request, response, gone))
        return response, gone

    def _leave(self, gone: asyncio.Event) -> None:
        async def leave(app: Any) -> None:
            gone.set()

        with suppress(ConnectionRefusedError):  # the server has stopped
            self._server.submit(leave)


class NetworkChannel:
    """Reaches a server elsewhere with the library's own transport."""

    def __init__(self) -> None:
        self._transports: dict[str, Any] = {}  # by library

    def send(self, request: Any, body: bytes) -> Any:
        """The answer to a request of httpx or httpx2."""
        library = library_of(request)
        options = {"headers": request.headers, "content": body, "extensions": request.extensions}
        copy = library.Request(request.method, request.url, **options)
        answer = self._transport(library).handle_request(copy)
        try:
            body = b"".join(answer.stream)
        finally:
            answer.close()
        return library.Response(answer.status_code, headers=answer.headers, content=body)

    async def async_send(self, request: Any, body: bytes) -> Any:
        """`send` for coroutines, in a thread, so that a socket belongs to no event loop."""
        return await result_of(run_in_thread(self.send, request, body))

    def close(self) -> None:
        """Close the sockets."""
        for transport in self._transports.values():
            transport.close()
        self._transports.clear()

    def _transport(self, library: ModuleType) -> Any:
        name = library.__name__
        if name not in self._transports:
            self._transports[name] = library.HTTPTransport(trust_env=False)
        return self._transports[name]


class Channel:
    """Reaches the server at a URL; directly, if it runs in this process.

    A forked child opens sockets of its own, since the server runs in its parent.
    """

    def __init__(self, url: str) -> None:
        self.url = url
        self._open()

    def _open(self) -> None:
        server, self._process = server_at(self.url), process_id()
        self._way = NetworkChannel() if server is None else DirectChannel(server)

    @property
    def way(self) -> DirectChannel | NetworkChannel:
        """How this process reaches it."""
        if self._process != process_id():
            self._open()
        return self._way

    def close(self) -> None:
        """Close the sockets."""
        self.way.close()


class Transport(httpx2.BaseTransport):
    """For `httpx.Client` and `httpx2.Client`. A request to another server is a `ConnectError`."""

    def __init__(self, channel: Channel) -> None:
        self._channel = channel

    def handle_request(self, request: Any) -> Any:
        """Answer one request."""
        _check_url(request, self._channel.url)
        return self._channel.way.send(request, request.read())


class AsyncTransport(httpx2.AsyncBaseTransport):
    """For `httpx.AsyncClient` and `httpx2.AsyncClient`, on asyncio and trio."""

    def __init__(self, channel: Channel) -> None:
        self._channel = channel

    async def handle_async_request(self, request: Any) -> Any:
        """Answer one request."""
        _check_url(request, self._channel.url)
        return await self._channel.way.async_send(request, await request.aread())


def describe_foreign_url(requested: str, url: str) -> str:
    """The error of a request to another server than that at `url`; empty if it is the same."""
    if requested == url or requested.startswith((f"{url}/", f"{url}?")):
        return ""
    advice = "use `deck.base_url`, or a usual client inside `deck.intercept()`"
    return f"this transport reaches only {url}, and the request was to {requested}; {advice}"


def library_of(request: Any) -> ModuleType:
    """The library that made a request: httpx or httpx2."""
    return sys.modules[type(request).__module__.partition(".")[0]]


def _check_url(request: Any, url: str) -> None:
    if foreign := describe_foreign_url(f"{request.url}", url):
        raise library_of(request).ConnectError(foreign, request=request)


def _read_request(request: Any, body: bytes) -> HttpRequest:
    return HttpRequest(request.method, str(request.url), request.headers.raw, body)


def _read_timeout(request: Any) -> float | None:
    seconds: float | None = request.extensions.get("timeout", {}).get("read")
    return seconds


def _respond(request: Any, response: HttpResponse) -> Any:
    make = library_of(request).Response
    return make(response.status, headers=response.headers, content=response.body)


@contextmanager
def _library_errors(request: Any) -> Iterator[None]:
    try:
        yield
    except Exception as error:
        name = next(name for kind, name in _ERRORS.items() if isinstance(error, kind))
        text = f"{error}" or f"no answer within {_read_timeout(request):g} seconds"
        raise getattr(library_of(request), name)(text, request=request) from error
