"""Sending webhooks: each is one POST on a connection of its own, within five seconds of real time.

Connections are not reused. A receiver may close a reused connection at the moment of an attempt,
which would then fail or be sent twice. An idle connection would block a receiver that serves one
caller at a time. Redirects are not followed.
"""

import asyncio
import base64
import socket
import ssl
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from functools import lru_cache
from urllib.parse import quote, unquote, urlsplit
from weakref import WeakValueDictionary

import httptools

from deck_sim.base import real_time
from deck_sim.webhooks.allowed_addresses import (
    AddressRefused,
    Resolve,
    ask_resolver,
    check_host,
    find_addresses,
)

ANSWER_LIMIT = timedelta(seconds=5)
TURN = timedelta(seconds=1)  # after which the next attempt at the same URL starts in any case
REDIRECTS = frozenset({301, 302, 303, 307, 308})
MAX_ANSWER = 64 * 1024  # bytes of a response's head, and of its body, that are read
KEPT_ANSWER = 2 * 1024  # bytes of the body that are kept
_PORTS = {"http": 80, "https": 443}
_FRAMING = {"content-length", "transfer-encoding"}  # headers that tell where a body ends
_UNQUOTED = "/%:@!$&'()*+,;=~?"  # in a path and query

ReceiverAnswer = tuple[int, Mapping[str, str], bytes]  # status, headers, body
RAISED_HEADER = "deck-sim-raised"  # of an answer: the error that an application raised
RECEIVER_HEADER = "deck-sim-receiver"  # of an answer: it is that of `deck_webhooks`
_NO_SERVER = "connection refused: no server listens at this address and port"
_RESET = "the receiver reset the connection before its answer was complete"
_CLOSED = "the receiver closed the connection before its answer was complete"
UNANSWERED = frozenset({_NO_SERVER, _RESET, _CLOSED})  # no server listens, or it is being stopped
# An application that is called without a socket, with a path, headers and a body.
App = Callable[[str, Mapping[str, str], bytes], Awaitable[ReceiverAnswer]]


@dataclass(frozen=True, slots=True)
class SendResult:
    """The result of an attempt: a status, an error, or both."""

    status: int | None
    error: str | None
    latency_ms: int
    headers: Mapping[str, str] = field(default_factory=dict)  # of the response
    request: Mapping[str, str] = field(default_factory=dict)  # every header that was sent
    body: bytes = b""  # the start of the response's body

    @property
    def ok(self) -> bool:
        return self.error is None and self.status is not None and 200 <= self.status < 300


def explain_status(status: int | None) -> str | None:
    """Explain that a redirect is not followed; return None if the status is not a redirect."""
    return f"answered {status}; redirects are not followed" if status in REDIRECTS else None


@dataclass(frozen=True, slots=True)
class Target:
    """The parts of a receiver's URL, and the headers that follow from it."""

    is_secure: bool
    host: str  # ASCII, lower case
    port: int
    path: str  # with the query; ASCII
    headers: Mapping[str, str]  # host, connection and, if the URL has a user, authorization


@lru_cache
def read_target(url: str) -> Target:
    """Split the URL of a destination; the URL was checked before it was stored."""
    parts = urlsplit(url)
    host = (parts.hostname or "").encode("idna").decode()
    query = f"?{parts.query}" if parts.query else ""
    literal = f"[{host}]" if ":" in host else host
    user, at, _ = parts.netloc.rpartition("@")
    headers = {"host": f"{literal}:{parts.port}" if parts.port else literal, "connection": "close"}
    if at:
        headers["authorization"] = f"Basic {base64.b64encode(unquote(user).encode()).decode()}"
    return Target(
        is_secure=parts.scheme == "https",
        host=host,
        port=parts.port or _PORTS[parts.scheme],
        path=quote(f"{parts.path or '/'}{query}", safe=_UNQUOTED),
        headers=headers,
    )


class Exchange:
    """A POST request, and the part of its response that has been read.

    After a failure `status` and `headers` show how much of the response came; `status` is None
    until the headers have been read.
    """

    def __init__(self, path: str, headers: Mapping[str, str], body: bytes) -> None:
        self.status: int | None = None
        self.headers: Mapping[str, str] = {}
        self.body = b""
        self._path, self._sent_headers, self._sent = path, headers, body
        self._read = dict[str, str]()  # headers of the message that is being read
        self._bytes_left = MAX_ANSWER  # bytes of the head, then of the body, that may still be read

    async def run(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Send the request; read the response to its end, or up to `MAX_ANSWER`. Raises EOFError if
        the receiver closes the connection before the response has ended. Raises
        httptools.HttpParserError if the response is not HTTP, or its head is too long.
        """
        lines = f"POST {self._path} HTTP/1.1", *map(": ".join, self._sent_headers.items()), "", ""
        writer.write("\r\n".join(lines).encode("latin-1") + self._sent)
        self._parser = httptools.HttpResponseParser(self)
        while self._bytes_left > 0:
            data = await reader.read(MAX_ANSWER)
            if self.status is None:
                self._bytes_left -= len(data)
            if data:
                self._parser.feed_data(data)
            elif self.status is None or not _FRAMING.isdisjoint(self.headers):
                raise EOFError
            else:  # a response without a length ends with its connection
                return
        if self.status is None:
            raise httptools.HttpParserError(f"its head is longer than {MAX_ANSWER} bytes")

    # The parser calls these methods.

    def on_header(self, name: bytes, value: bytes) -> None:
        self._read[name.decode("latin-1").lower()] = value.decode("latin-1")

    def on_headers_complete(self) -> None:
        """Keep the status and the headers of the first response that is not informational."""
        status = self._parser.get_status_code()
        if status >= 200 and self.status is None:
            self.status, self.headers, self._bytes_left = status, self._read, MAX_ANSWER
        self._read = {}

    def on_body(self, data: bytes) -> None:
        self._bytes_left -= len(data)
        self.body += data[: KEPT_ANSWER - len(self.body)]

    def on_message_complete(self) -> None:
        """Read nothing more, unless the response was informational, such as a 103."""
        if self.status is not None:
            self._bytes_left = 0


class Sender:
    """Sends the webhooks of one server, on that server's event loop."""

    def __init__(
        self,
        *,
        allow_public: bool = False,
        limit: timedelta = ANSWER_LIMIT,
        resolve: Resolve = ask_resolver,
    ) -> None:
        """Call receivers at local addresses only; with `allow_public`, also at public addresses."""
        self.allow_public, self.limit, self._resolve = allow_public, limit, resolve
        self.apps: dict[str, App] = {}  # by host
        self._tls: ssl.SSLContext | None = None
        # Each is set when the last attempt at its URL has ended, or has lasted for a `TURN`.
        self._turns = WeakValueDictionary[str, asyncio.Event]()

    async def send(self, url: str, headers: Mapping[str, str], body: bytes) -> SendResult:
        """Send one POST request. A failure is a part of the result, not an exception."""
        target, ended = read_target(url), asyncio.Event()
        before, self._turns[url] = self._turns.get(url), ended
        try:
            if before is not None:  # so that a receiver gets webhooks in their order
                await before.wait()
            turn = asyncio.get_running_loop().call_later(TURN.total_seconds(), ended.set)
            began, error = real_time.monotonic_ns(), None
            sent = {**target.headers, "content-length": f"{len(body)}", **headers}
            exchange = Exchange(target.path, sent, body)
            try:
                async with asyncio.timeout(self.limit.total_seconds()):
                    if app := self.apps.get(target.host):
                        answer = await app(target.path, sent, body)
                        exchange.status, exchange.headers, exchange.body = answer
                    else:
                        reader, writer = await self._connect(target)
                        try:
                            await exchange.run(reader, writer)
                        finally:
                            writer.transport.abort()
            except Exception as failure:  # a receiver can cause any error
                explanation = next(
                    text for kind, text in _EXPLANATIONS if isinstance(failure, kind)
                )
                error = explanation.format(
                    failure=failure,
                    kind=type(failure).__name__,
                    host=target.host,
                    limit=f"{self.limit.total_seconds():g} seconds",
                    awaited="answer" if exchange.status is None else "end of the answer",
                )
                if exchange.status is not None:
                    error = f"answered {exchange.status}, but then failed: {error}"
            turn.cancel()
            took = (real_time.monotonic_ns() - began) // 1_000_000
            error = error or explain_status(exchange.status)
            answered = exchange.body[:KEPT_ANSWER]
            return SendResult(exchange.status, error, took, exchange.headers, sent, answered)
        finally:
            ended.set()

    def check_url(self, url: str) -> None:
        """Raise AddressRefused if webhooks to a URL are never sent, whatever its name means."""
        if (host := read_target(url).host) not in self.apps:
            check_host(host, public=self.allow_public)

    async def _connect(self, target: Target) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        tls, name = None, None
        if target.is_secure:
            self._tls = self._tls or ssl.create_default_context()
            tls, name = self._tls, target.host
        failures = list[OSError]()
        for address in await find_addresses(
            target.host, target.port, self._resolve, public=self.allow_public
        ):
            try:
                return await asyncio.open_connection(
                    address, target.port, ssl=tls, server_hostname=name
                )
            except (ssl.SSLError, ConnectionResetError):  # a server is there; try no other address
                raise
            except OSError as failure:
                failures.append(failure)
        raise failures[0]  # the machine may lack the address family of later addresses


_EXPLANATIONS: tuple[tuple[type[Exception], str], ...] = (  # the first that fits
    (TimeoutError, "no {awaited} within {limit}"),
    (AddressRefused, "{failure}"),
    (httptools.HttpParserError, "the response is not valid HTTP: {failure}"),
    (ConnectionRefusedError, _NO_SERVER),
    (ConnectionError, _RESET),
    (EOFError, _CLOSED),
    (socket.gaierror, "the name {host} could not be resolved: {failure.strerror}"),
    (ssl.SSLError, "no secure connection: {failure}"),
    (Exception, "{kind}: {failure}"),
)
