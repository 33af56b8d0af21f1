"""Ways for a client's library to reach the server: without a socket if it runs in this process,
over the network if not. A test cannot tell which.

In this process the very app that answers on the port is called, on the event loop that answers
there, so a world is touched by one thread alone, whichever way a request comes. Requests and
answers go in one piece.

One transport serves httpx and httpx2: a request tells which library made it, and gets an answer,
or an error, of that library.
"""

import sys
from collections.abc import Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from functools import partial
from types import ModuleType
from typing import Any

import anyio
import httpx2

from deck_sim.handle.applications import Answered, Asked, call_asgi
from deck_sim.handle.beside import in_thread, landed
from deck_sim.server.fault_injection import LineReset
from deck_sim.server.serve import Server, server_at

# What an error of ours is to httpx and httpx2; the first that fits counts.
_ERRORS = {
    TimeoutError: "ReadTimeout",
    ConnectionRefusedError: "ConnectError",
    LineReset: "ReadError",
    Exception: "RemoteProtocolError",
}


class Direct:
    """The way to a server of this process."""

    def __init__(self, server: Server) -> None:
        self._server = server

    def ask(self, asked: Asked, seconds: float | None) -> Answered:
        """Ask, and wait so many seconds of real time; without a number, as long as it takes."""
        return self._begin(asked).result(seconds)

    def send(self, library: ModuleType, request: Any, body: bytes) -> Any:
        """The library's answer to its request."""
        with _told(library, request):
            return _respond(library, self.ask(_asked(request, body), _seconds(request)))

    async def async_send(self, library: ModuleType, request: Any, body: bytes) -> Any:
        """The same, while the event loop goes on."""
        with _told(library, request), anyio.fail_after(_seconds(request)):
            return _respond(library, await landed(self._begin(_asked(request, body))))

    def close(self) -> None:
        """Nothing is open."""

    def _begin(self, asked: Asked) -> Future[Answered]:
        answer = Future[Answered]()
        self._server.work(lambda app: call_asgi(app, asked, answer))
        return answer


class Network:
    """The way to a server elsewhere: the library's own transport."""

    def __init__(self) -> None:
        self._transports: dict[str, Any] = {}  # by library

    def send(self, library: ModuleType, request: Any, body: bytes) -> Any:
        """The library's answer to its request."""
        how = {"headers": request.headers, "content": body, "extensions": request.extensions}
        plain = library.Request(request.method, request.url, **how)
        answer = self._over(library).handle_request(plain)
        try:
            body = b"".join(answer.stream)
        finally:
            answer.close()
        return library.Response(answer.status_code, headers=answer.headers, content=body)

    async def async_send(self, library: ModuleType, request: Any, body: bytes) -> Any:
        """The same, while the event loop goes on: in a thread, so that no loop owns a socket."""
        return await landed(in_thread(partial(self.send, library, request, body)))

    def close(self) -> None:
        """Close the connections."""
        for transport in self._transports.values():
            transport.close()
        self._transports.clear()

    def _over(self, library: ModuleType) -> Any:
        name = library.__name__
        if name in self._transports:
            return self._transports[name]
        return self._transports.setdefault(name, library.HTTPTransport(trust_env=False))


Way = Direct | Network


def way_to(url: str) -> Way:
    """The way to the server at a URL."""
    server = server_at(url)
    return Network() if server is None else Direct(server)


class Transport(httpx2.BaseTransport):
    """For `httpx.Client` and `httpx2.Client`; reaches one server, whatever it is asked for."""

    def __init__(self, way: Way, url: str) -> None:
        self._way, self._url = way, url

    def handle_request(self, request: Any) -> Any:
        """Answer one request."""
        library = _library(request, self._url)
        return self._way.send(library, request, request.read())


class AsyncTransport(httpx2.AsyncBaseTransport):
    """For `httpx.AsyncClient` and `httpx2.AsyncClient`, on asyncio and trio."""

    def __init__(self, way: Way, url: str) -> None:
        self._way, self._url = way, url

    async def handle_async_request(self, request: Any) -> Any:
        """Answer one request."""
        library = _library(request, self._url)
        return await self._way.async_send(library, request, await request.aread())


def is_below(asked: str, url: str) -> bool:
    """Whether what is asked for is on the server at `url`."""
    return asked == url or asked.startswith((f"{url}/", f"{url}?"))


def say_elsewhere(asked: str, url: str) -> str:
    """What is told to whoever asks for another server."""
    return f"this transport reaches {url} and nothing else, and was asked for {asked}"


def _library(request: Any, url: str) -> ModuleType:
    """The library that made a request, which must be for our server: no test may call another by
    the way that happens to be open.
    """
    library = sys.modules[type(request).__module__.partition(".")[0]]
    if not is_below(str(request.url), url):
        text = say_elsewhere(str(request.url), url)
        raise library.ConnectError(text, request=request)
    return library


def _asked(request: Any, body: bytes) -> Asked:
    return Asked(request.method, str(request.url), request.headers.raw, body)


def _seconds(request: Any) -> float | None:
    """How long the client waits for an answer."""
    seconds: float | None = request.extensions.get("timeout", {}).get("read")
    return seconds


def _respond(library: ModuleType, answered: Answered) -> Any:
    return library.Response(answered.status, headers=answered.headers, content=answered.body)


@contextmanager
def _told(library: ModuleType, request: Any) -> Iterator[None]:
    """Errors as the library tells them."""
    try:
        yield
    except Exception as error:
        name = next(name for kind, name in _ERRORS.items() if isinstance(error, kind))
        text = f"{error}" or f"no answer within {_seconds(request):g} seconds"
        raise getattr(library, name)(text, request=request) from error
