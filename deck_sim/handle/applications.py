"""Applications called directly, as ASGI and WSGI say, with no socket in between."""

import io
import sys
from collections.abc import Iterable, MutableMapping
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Any
from urllib.parse import SplitResult, unquote, unquote_to_bytes, urlsplit

Headers = list[tuple[bytes, bytes]]
Message = MutableMapping[str, Any]

_PORTS = {"http": 80, "https": 443}
_US = "127.0.0.1"


@dataclass(frozen=True, slots=True)
class Asked:
    """A request, all of it."""

    method: str
    url: str
    headers: Headers
    body: bytes = b""

    @property
    def parts(self) -> SplitResult:
        """The URL, taken apart."""
        return urlsplit(self.url)

    @property
    def server(self) -> tuple[str, int]:
        """The name and port that it was sent to."""
        parts = self.parts
        return parts.hostname or "", parts.port or _PORTS[parts.scheme]


@dataclass(frozen=True, slots=True)
class Answered:
    """An answer, all of it."""

    status: int
    headers: Headers
    body: bytes


async def call_asgi(app: Any, asked: Asked, answer: Future[Answered]) -> None:
    """Call an ASGI application on the event loop that runs.

    `answer` is set as soon as it is complete; the application may still work on, at what a web
    framework calls a background task. This returns when the application does.
    """
    import anyio

    complete, parts, start = anyio.Event(), list[bytes](), dict[str, Any]()
    request = iter([{"type": "http.request", "body": asked.body, "more_body": False}])

    async def receive() -> Message:
        message = next(request, None)
        if message is None:
            await complete.wait()
        return message or {"type": "http.disconnect"}

    async def send(message: Message) -> None:
        if message["type"] == "http.response.start":
            start.update(message)
        else:
            parts.append(message.get("body", b""))
            if not message.get("more_body", False) and not answer.done():
                headers = [(name.lower(), value) for name, value in start.get("headers", ())]
                answer.set_result(Answered(start["status"], headers, b"".join(parts)))
                complete.set()

    try:
        await app(_scope(asked), receive, send)
    except BaseException as error:
        _break_off(answer, error)
        raise
    _break_off(answer, RuntimeError("the application returned before its answer was complete"))


def call_wsgi(app: Any, asked: Asked, answer: Future[Answered]) -> None:
    """Call a WSGI application on this thread; `answer` is set when it is complete."""
    parts, status, headers = list[bytes](), list[str](), list[tuple[str, str]]()

    def start_response(line: str, pairs: Iterable[tuple[str, str]], exc_info: Any = None) -> Any:
        status[:], headers[:] = [line], pairs
        return parts.append

    try:
        body = app(_environ(asked), start_response)
        try:
            parts.extend(body)
            answer.set_result(
                Answered(
                    int(status[0].split(" ")[0]),
                    [(name.lower().encode(), value.encode("latin-1")) for name, value in headers],
                    b"".join(parts),
                )
            )
        finally:
            getattr(body, "close", lambda: None)()
    except BaseException as error:
        _break_off(answer, error)
        raise


def _break_off(answer: Future[Answered], error: BaseException) -> None:
    """Tell whoever waits that no answer will come, unless it has come already.

    A cancellation is told as what it is to them: somebody else's end, not their own.
    """
    if not answer.done():
        own = isinstance(error, Exception)
        answer.set_exception(error if own else ConnectionResetError("it was stopped"))


def _scope(asked: Asked) -> dict[str, Any]:
    parts = asked.parts
    return {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.3"},
        "http_version": "1.1",
        "method": asked.method,
        "scheme": parts.scheme,
        "path": unquote(parts.path) or "/",
        "raw_path": parts.path.encode("ascii") or b"/",
        "query_string": parts.query.encode("ascii"),
        "root_path": "",
        "headers": [(name.lower(), value) for name, value in asked.headers],
        "client": (_US, 0),
        "server": asked.server,
    }


def _environ(asked: Asked) -> dict[str, Any]:
    parts, (host, port) = asked.parts, asked.server
    headers = dict[str, str]()
    for name, value in asked.headers:
        key = f"HTTP_{name.decode('latin-1').upper().replace('-', '_')}"
        headers[key.removeprefix("HTTP_") if key in _UNPREFIXED else key] = value.decode("latin-1")
    return headers | {
        "REQUEST_METHOD": asked.method,
        "SCRIPT_NAME": "",
        "PATH_INFO": unquote_to_bytes(parts.path).decode("latin-1"),
        "QUERY_STRING": parts.query,
        "SERVER_NAME": host,
        "SERVER_PORT": f"{port}",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "REMOTE_ADDR": _US,
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": parts.scheme,
        "wsgi.input": io.BytesIO(asked.body),
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
    }


_UNPREFIXED = {"HTTP_CONTENT_TYPE", "HTTP_CONTENT_LENGTH"}
