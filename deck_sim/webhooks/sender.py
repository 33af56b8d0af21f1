"""Sending: the one place that calls out. Redirects are not followed. An attempt has five seconds of
real time in all.

Each attempt has a socket of its own. A receiver that closes a kept one just then would look as if
it failed, or else would be called twice in one attempt; and one that serves a single caller at a
time would have nobody else while it is kept.
"""

import asyncio
import re
import socket
import ssl
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta

import h11

from deck_sim.base import real_time
from deck_sim.webhooks.allowed_addresses import (
    AddressRefused,
    Resolve,
    ask_resolver,
    find_addresses,
)
from deck_sim.webhooks.concurrency import ConcurrencyLimits
from deck_sim.webhooks.exchange import Exchange
from deck_sim.webhooks.target import Target, read_target

LIMIT = timedelta(seconds=5)
REDIRECTS = frozenset({301, 302, 303, 307, 308})

# An application that is called directly: path, headers, body, to the answer's status and headers.
App = Callable[[str, Mapping[str, str], bytes], Awaitable[tuple[int, Mapping[str, str]]]]


@dataclass(frozen=True, slots=True)
class Outcome:
    """How an attempt went: a status, or an error, or both; with what was sent, what came back and
    how long it took.
    """

    status: int | None
    error: str | None
    latency_ms: int
    headers: Mapping[str, str] = field(default_factory=dict)
    request: Mapping[str, str] = field(default_factory=dict)  # every header that was sent

    @property
    def ok(self) -> bool:
        """Whether the receiver took it."""
        return self.error is None and self.status is not None and 200 <= self.status < 300


class Sender:
    """Sends attempts for the worlds of one server, on that server's event loop."""

    def __init__(
        self,
        *,
        allow_public: bool = False,
        limit: timedelta = LIMIT,
        resolve: Resolve = ask_resolver,
    ) -> None:
        self.allow_public, self.limit, self._ask = allow_public, limit, resolve
        self.apps: dict[str, App] = {}  # by the host that stands for each in a URL
        self._tls: ssl.SSLContext | None = None
        self._turns = ConcurrencyLimits()

    async def send(self, url: str, headers: Mapping[str, str], body: bytes) -> Outcome:
        """POST once, and say how it went; nothing that a receiver does raises an error here."""
        target = read_target(url)
        async with self._turns.take(url, (target.host, target.port)):
            began, error = real_time.monotonic_ns(), None
            sent = {**target.headers(body), **headers}
            exchange = Exchange(target.path, sent, body)
            try:
                async with asyncio.timeout(self.limit.total_seconds()):
                    if target.host in self.apps:
                        app = self.apps[target.host]
                        exchange.status, exchange.headers = await app(target.path, sent, body)
                    else:
                        await self._post(target, exchange)
            except Exception as failure:  # a receiver can fail in more ways than a library lists
                error = self._in_words(failure, target, exchange)
            if exchange.status in REDIRECTS and error is None:
                error = f"answered {exchange.status}; redirects are not followed"
            took = (real_time.monotonic_ns() - began) // 1_000_000
            return Outcome(exchange.status, error, took, exchange.headers, sent)

    async def _post(self, target: Target, exchange: Exchange) -> None:
        """Have the exchange with the first address where somebody is."""
        line = await self._reach(target, exchange)
        try:
            await exchange.ended
        finally:
            line.abort()

    async def _reach(self, target: Target, exchange: Exchange) -> asyncio.WriteTransport:
        addresses = await find_addresses(
            target.host, target.port, self._ask, public=self.allow_public
        )
        failures = list[OSError]()
        for address in addresses:
            try:
                return await self._open(address, target, exchange)
            except (ssl.SSLError, ConnectionResetError):  # somebody is there
                raise
            except OSError as failure:
                failures.append(failure)
        raise min(failures, key=_is_unexpected)

    async def _open(
        self, address: str, target: Target, exchange: Exchange
    ) -> asyncio.WriteTransport:
        tls, name = (self._secure(), target.host) if target.is_secure else (None, None)
        line, _ = await asyncio.get_running_loop().create_connection(
            lambda: exchange, address, target.port, ssl=tls, server_hostname=name
        )
        return line

    def _secure(self) -> ssl.SSLContext:
        self._tls = self._tls or ssl.create_default_context()
        return self._tls

    def _in_words(self, failure: Exception, target: Target, exchange: Exchange) -> str:
        """What went wrong, and how far it had come."""
        words = next(text for kind, text in _WORDS if isinstance(failure, kind))
        limit = f"{self.limit.total_seconds():g} seconds"
        text = words.format(
            failure=failure,
            kind=type(failure).__name__,
            host=target.host,
            limit=limit,
            came=_shown(failure),
            awaited="answer" if exchange.status is None else "end of it",
        )
        return text if exchange.status is None else f"answered {exchange.status}, but then: {text}"


def _shown(failure: Exception) -> str:
    """What h11 says of an answer, with the bytes that it repeats as text, and not too many."""
    text = _BYTES.sub(r"\1", f"{failure}")
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"


_BYTES = re.compile(r"\bbytearray\(b(.*)\)", re.DOTALL)
_LONGEST = 200  # characters of it


def _is_unexpected(failure: OSError) -> bool:
    """Whether it is less worth telling than that nobody listens. Of a name's two addresses, one may
    be of a kind that the machine does not have.
    """
    return not isinstance(failure, ConnectionRefusedError)


# The first that fits.
_WORDS: tuple[tuple[type[Exception], str], ...] = (
    (TimeoutError, "no {awaited} within {limit}"),
    (AddressRefused, "{failure}"),
    (h11.RemoteProtocolError, "what came is not HTTP as it should be: {came}"),
    (ConnectionRefusedError, "nobody listens there: connection refused"),
    (ConnectionError, "the receiver reset the connection before its answer had ended"),
    (EOFError, "the receiver closed the connection before its answer had ended"),
    (socket.gaierror, "the name {host} was not found: {failure.strerror}"),
    (ssl.SSLError, "no secure connection: {failure}"),
    (Exception, "{kind}: {failure}"),
)
