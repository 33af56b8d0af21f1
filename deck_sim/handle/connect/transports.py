"""Calls without a socket: of ASGI applications, and of a server that runs in this process.

A server in this process is called on its own event loop, so only one thread uses a world.
Requests and answers are not streamed.

One transport serves httpx and httpx2. The class of a request shows which library made it; the
answer is of that library, too. An error is of both if both are imported, since the `except` of an
application may name either. A server in another process is called with a socket.
"""

import asyncio
import sys
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from contextlib import closing, contextmanager, suppress
from datetime import datetime
from types import ModuleType
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

import anyio
import httpx2

from deck_sim.base.real_time import is_frozen, process_id, process_now
from deck_sim.handle.connect.threads import result_of, run_in_thread, wait_for

if TYPE_CHECKING:
    from deck_sim.server.uvicorn_server import Server

RawAnswer = tuple[int, Sequence[tuple[bytes, bytes]], bytes]  # status, headers, body

# Errors, and the names of their equivalents in httpx and httpx2; the first match is used.
_ERRORS = {
    TimeoutError: "ReadTimeout",
    ConnectionRefusedError: "ConnectError",
    ConnectionResetError: "ReadError",
    Exception: "RemoteProtocolError",
}


class Transport(httpx2.BaseTransport, httpx2.AsyncBaseTransport):
    """A transport for sync and async clients of httpx and httpx2, on asyncio and trio.

    A request to another server raises a `ConnectError`.
    """

    def __init__(self, url: str) -> None:
        self.url = url
        # By process: a forked child must not use the sockets of its parent.
        self._networks: dict[str, httpx2.HTTPTransport] = {}
        self.frozen_times: list[datetime] = []  # at the first and the last call while frozen

    def handle_request(self, request: Any) -> Any:
        with self._library_errors(request):
            httpx2_request = _as_httpx2(request, request.read())
            if (server := server_at(self.url)) is None:
                return _respond(request, self._send(httpx2_request))
            with _calling(server, httpx2_request) as answer:
                # An error from a signal handler, such as a time limit, goes to the caller as it is.
                wait_for(answer, _read_timeout(request))
                with _server_errors(request):
                    return _respond(request, answer.result(0))

    async def handle_async_request(self, request: Any) -> Any:
        """Send a request, in a thread if the server is in another process; return the response."""
        with self._library_errors(request):
            httpx2_request = _as_httpx2(request, await request.aread())
            if (server := server_at(self.url)) is None:
                sent = run_in_thread(self._send, httpx2_request)
                return _respond(request, await result_of(sent))
            with (
                _calling(server, httpx2_request) as answer,
                _server_errors(request),
                anyio.fail_after(_read_timeout(request)),
            ):
                return _respond(request, await result_of(answer))

    def note_time(self) -> None:
        """Record the time of this process for failure reports, if a library freezes it."""
        if is_frozen():
            self.frozen_times = [*self.frozen_times[:1], process_now()]

    def disconnect(self) -> None:
        """Close the sockets. A client that is closed leaves them open: others may use them."""
        while self._networks:
            self._networks.popitem()[1].close()

    def _send(self, request: httpx2.Request) -> RawAnswer:
        process = process_id()
        if (network := self._networks.get(process)) is None:
            # Reading certificates takes longer than all other work for the world of a test.
            verify = not self.url.startswith("http://")
            network = httpx2.HTTPTransport(verify=verify, trust_env=False)
            network = self._networks.setdefault(process, network)  # another thread may be first
        answer = network.handle_request(request)
        with closing(answer):
            return answer.status_code, answer.headers.raw, b"".join(answer.iter_raw())

    @contextmanager
    def _library_errors(self, request: Any) -> Iterator[None]:
        self.note_time()
        requested = str(request.url)
        if requested != self.url and not requested.startswith((f"{self.url}/", f"{self.url}?")):
            text = f"this transport reaches only {self.url}, but the request was to {requested}"
            advice = "use `deck.base_url`, or an ordinary client inside `deck.intercept()`"
            raise _make_error(request, "ConnectError", f"{text}; {advice}")
        try:
            yield
        except httpx2.TransportError as error:
            raise _make_error(request, type(error).__name__, f"{error}") from error


@contextmanager
def _server_errors(request: Any) -> Iterator[None]:
    try:
        yield
    except Exception as error:
        name = next(name for kind, name in _ERRORS.items() if isinstance(error, kind))
        text = f"{error}" or f"no answer within {_read_timeout(request):g} seconds"
        raise getattr(httpx2, name)(text) from error


def server_at(url: str) -> "Server | None":
    """Return the server that this process runs at a URL, or None."""
    module = sys.modules.get("deck_sim.server.uvicorn_server")  # None: no server runs here
    return None if module is None else module.running_servers.get(url)


def library_of(request: Any) -> ModuleType:
    """Return the library that made a request: httpx or httpx2."""
    return sys.modules[type(request).__module__.partition(".")[0]]


def make_scope(
    method: str,
    server: tuple[str, int | None],
    target: bytes,
    headers: list[tuple[bytes, bytes]],
    scheme: str = "http",
) -> dict[str, Any]:
    """Return the ASGI scope of a request. `target` is the path as it is sent, with the query; the
    names of headers are in lower case.
    """
    path, _, query = target.partition(b"?")
    return {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": method,
        "scheme": scheme,
        "path": unquote(path.decode("ascii")),
        "raw_path": path,
        "query_string": query,
        "root_path": "",
        "headers": headers,
        "server": server,
        "client": ("127.0.0.1", 123),
    }


async def call_asgi(
    app: Any,
    scope: dict[str, Any],
    body: bytes,
    client_left: asyncio.Event | anyio.Event,
    answered: Callable[[RawAnswer], object],
) -> None:
    """Call an application; return when its background tasks have ended, too. `answered` gets the
    whole answer as soon as it is complete. `client_left` means that the client has left: the
    caller may set it early, and this function sets it after the answer.

    It is faster than `httpx2.ASGITransport`: it makes 40 calls of Python functions instead of 540;
    the rest of a delivery makes 500.
    """
    # One message, as most servers send it: some middleware reads only the first message.
    whole = [{"type": "http.request", "body": body, "more_body": False}]
    head, parts = dict[str, Any](), list[bytes]()

    async def receive() -> dict[str, Any]:
        if whole:
            return whole.pop()
        await client_left.wait()
        return {"type": "http.disconnect"}

    async def send(message: dict[str, Any]) -> None:
        if message["type"] == "http.response.start":
            head.update(message)
            return
        parts.append(message.get("body", b""))
        if not message.get("more_body", False):
            body = b"" if scope["method"] == "HEAD" else b"".join(parts)
            answered((head["status"], head.get("headers", []), body))
            client_left.set()

    await app(scope, receive, send)


def _make_error(request: Any, name: str, text: str) -> Exception:
    library, *modules = library_of(request), sys.modules.get("httpx2"), sys.modules.get("httpx")
    kinds = [getattr(module, name) for module in (library, *modules) if hasattr(module, name)]
    bases = tuple(dict.fromkeys(kinds))
    error: Exception = type(name, bases, {"__module__": library.__name__})(text, request=request)
    return error


@contextmanager
def _calling(server: "Server", request: httpx2.Request) -> Iterator[Future[RawAnswer]]:
    """Call the server on its loop. If the block ends before the answer, the client has left."""
    client_left = asyncio.Event()

    async def call(app: Any) -> RawAnswer:
        answers = list[RawAnswer]()
        url, headers = request.url, [(name.lower(), value) for name, value in request.headers.raw]
        scope = make_scope(request.method, (url.host, url.port), url.raw_path, headers, url.scheme)
        try:
            await call_asgi(app, scope, request.content, client_left, answers.append)
        except asyncio.CancelledError:  # the caller itself was not cancelled
            raise ConnectionResetError("the server was stopped") from None
        return answers[0]

    async def leave(app: Any) -> None:
        client_left.set()

    with _server_errors(request):
        answer = server.submit(call)
    try:
        yield answer
    finally:
        if not answer.done():
            with suppress(ConnectionRefusedError):  # the server has stopped
                server.submit(leave)


def _as_httpx2(request: Any, body: bytes) -> httpx2.Request:
    if isinstance(request, httpx2.Request):
        return request
    # The body is whole, so a header that says that it comes in chunks would be wrong.
    headers = request.headers.raw
    headers = [(name, text) for name, text in headers if name.lower() != b"transfer-encoding"]
    options = {"headers": headers, "content": body, "extensions": request.extensions}
    return httpx2.Request(request.method, str(request.url), **options)


def _respond(request: Any, answer: RawAnswer) -> Any:
    (status, headers, body), library = answer, library_of(request)
    return library.Response(status, headers=headers, stream=library.ByteStream(body))


def _read_timeout(request: Any) -> float | None:
    seconds: float | None = request.extensions.get("timeout", {}).get("read")
    return seconds
