"""Calls of ASGI and WSGI applications, without a socket."""

import io
import sys
from collections.abc import Iterable, MutableMapping
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Any
from urllib.parse import SplitResult, unquote, unquote_to_bytes, urlsplit
from wsgiref.util import setup_testing_defaults

Headers = list[tuple[bytes, bytes]]
Message = MutableMapping[str, Any]

_PORTS = {"http": 80, "https": 443}
_CLIENT = "127.0.0.1"
_UNPREFIXED = ("CONTENT_TYPE", "CONTENT_LENGTH")  # headers whose WSGI names have no `HTTP_`


@dataclass(frozen=True, slots=True)
class HttpRequest:
    """A complete request."""

    method: str
    url: str
    headers: Headers
    body: bytes = b""

    @property
    def parts(self) -> SplitResult:
        """The parsed URL."""
        return urlsplit(self.url)

    @property
    def server(self) -> tuple[str, int]:
        """The host and port that it is sent to."""
        parts = self.parts
        return parts.hostname or "", parts.port or _PORTS[parts.scheme]


@dataclass(frozen=True, slots=True)
class HttpResponse:
    """A complete response."""

    status: int
    headers: Headers
    body: bytes


async def call_asgi(
    app: Any, request: HttpRequest, response: Future[HttpResponse], gone: Any = None
) -> None:
    """Call an ASGI application on the current event loop.

    `response` is set when the response is complete. The application may run on, for example for
    background tasks; this returns when it does. `gone` is an event of the loop that is set if the
    client leaves before.
    """
    import anyio

    complete, parts, start = gone or anyio.Event(), list[bytes](), dict[str, Any]()
    messages = iter([{"type": "http.request", "body": request.body, "more_body": False}])

    async def receive() -> Message:
        message = next(messages, None)
        if message is None:
            await complete.wait()
        return message or {"type": "http.disconnect"}

    async def send(message: Message) -> None:
        if message["type"] == "http.response.start":
            start.update(message)
        else:
            parts.append(message.get("body", b""))
            if not message.get("more_body", False) and not response.done():
                headers = [(name.lower(), value) for name, value in start.get("headers", ())]
                response.set_result(HttpResponse(start["status"], headers, b"".join(parts)))
                complete.set()

    try:
        await app(_scope(request), receive, send)
    except BaseException as error:
        _set_error(response, error)
        raise
    _set_error(response, RuntimeError("the application returned before its answer was complete"))


def call_wsgi(app: Any, request: HttpRequest, response: Future[HttpResponse]) -> None:
    """Call a WSGI application on this thread, and set `response`."""
    parts, status, headers = list[bytes](), list[str](), list[tuple[str, str]]()

    def start_response(line: str, pairs: Iterable[tuple[str, str]], exc_info: Any = None) -> Any:
        status[:], headers[:] = [line], pairs
        return parts.append

    try:
        body = app(_environ(request), start_response)
        try:
            parts.extend(body)
            response.set_result(
                HttpResponse(
                    int(status[0].split(" ")[0]),
                    [(name.lower().encode(), value.encode("latin-1")) for name, value in headers],
                    b"".join(parts),
                )
            )
        finally:
            getattr(body, "close", lambda: None)()
    except BaseException as error:
        _set_error(response, error)
        raise


def _set_error(response: Future[HttpResponse], error: BaseException) -> None:
    # Those who wait for the response were not cancelled themselves, so a cancellation of the
    # application reaches them as a lost connection.
    if not response.done():
        lost = ConnectionResetError("the application was stopped")
        response.set_exception(error if isinstance(error, Exception) else lost)


def _scope(request: HttpRequest) -> dict[str, Any]:
    parts = request.parts
    return {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.3"},
        "http_version": "1.1",
        "method": request.method,
        "scheme": parts.scheme,
        "path": unquote(parts.path) or "/",
        "raw_path": parts.path.encode("ascii") or b"/",
        "query_string": parts.query.encode("ascii"),
        "root_path": "",
        "headers": [(name.lower(), value) for name, value in request.headers],
        "client": (_CLIENT, 0),
        "server": request.server,
    }


def _environ(request: HttpRequest) -> dict[str, Any]:
    parts, (host, port) = request.parts, request.server
    environ = dict[str, Any]()
    for name, value in request.headers:
        key = name.decode("latin-1").upper().replace("-", "_")
        environ[key if key in _UNPREFIXED else f"HTTP_{key}"] = value.decode("latin-1")
    environ |= {
        "REQUEST_METHOD": request.method,
        "SCRIPT_NAME": "",
        "PATH_INFO": unquote_to_bytes(parts.path).decode("latin-1"),
        "QUERY_STRING": parts.query,
        "SERVER_NAME": host,
        "SERVER_PORT": f"{port}",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "REMOTE_ADDR": _CLIENT,
        "wsgi.url_scheme": parts.scheme,
        "wsgi.input": io.BytesIO(request.body),
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
    }
    setup_testing_defaults(environ)
    return environ
