"""Sending webhooks: one POST on a connection of its own, within five seconds of real time.

Connections are not reused: a receiver that closes one just then would look as if it failed, or
would be called twice in one attempt, and a receiver that serves one caller at a time would be
blocked. Redirects are not followed.
"""

import asyncio
import re
import socket
import ssl
from collections.abc import Awaitable, Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import timedelta

import h11

from deck_sim.base import real_time
from deck_sim.base.errors import cut
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
_MAX_QUOTE = 200  # characters of h11's error that an outcome repeats
_BYTES = re.compile(r"\bbytearray\(b(.*)\)", re.DOTALL)

# An application that is called without a socket: path, headers and body to status and headers.
App = Callable[[str, Mapping[str, str], bytes], Awaitable[tuple[int, Mapping[str, str]]]]


@dataclass(frozen=True, slots=True)
class Outcome:
    """The result of an attempt: a status, an error, or both."""

    status: int | None
    error: str | None
    latency_ms: int
    headers: Mapping[str, str] = field(default_factory=dict)  # of the response
    request: Mapping[str, str] = field(default_factory=dict)  # every header that was sent

    @property
    def ok(self) -> bool:
        """Whether the receiver accepted the webhook."""
        return self.error is None and self.status is not None and 200 <= self.status < 300


def explain_status(status: int | None) -> str | None:
    """Why an answer with this status is no success, if that is not obvious."""
    return f"answered {status}; redirects are not followed" if status in REDIRECTS else None


class Sender:
    """Sends the webhooks of one server, on that server's event loop."""

    def __init__(
        self,
        *,
        allow_public: bool = False,
        hosts: Collection[str] = (),
        limit: timedelta = LIMIT,
        resolve: Resolve = ask_resolver,
    ) -> None:
        """Set the receivers that are called besides local ones: all with `allow_public`, or those
        with the names `hosts`.
        """
        self.allow_public, self.limit, self._resolve = allow_public, limit, resolve
        self._hosts = frozenset(name.lower().removesuffix(".") for name in hosts)
        self.apps: dict[str, App] = {}  # by host
        self._tls: ssl.SSLContext | None = None
        self._limits = ConcurrencyLimits()

    async def send(self, url: str, headers: Mapping[str, str], body: bytes) -> Outcome:
        """Send one POST request. Failures are part of the outcome; none is raised."""
        target = read_target(url)
        port = target.host, target.port
        async with self._limits.wait(url, port) as taken:
            began, error = real_time.monotonic_ns(), None
            sent = {**target.headers, "content-length": f"{len(body)}", **headers}
            exchange = Exchange(target.path, sent, body)
            try:
                async with asyncio.timeout(self.limit.total_seconds()):
                    if target.host in self.apps:
                        app = self.apps[target.host]
                        taken()
                        exchange.status, exchange.headers = await app(target.path, sent, body)
                    else:
                        await self._run(exchange, target, taken)
            except Exception as failure:  # no list of what a receiver can cause is complete
                error = self._explain(failure, target, exchange)
            took = (real_time.monotonic_ns() - began) // 1_000_000
            error = error or explain_status(exchange.status)
            return Outcome(exchange.status, error, took, exchange.headers, sent)

    async def _run(self, exchange: Exchange, target: Target, taken: Callable[[], None]) -> None:
        reader, writer = await self._connect(target)
        taken()
        try:
            await exchange.run(reader, writer)
        finally:
            writer.transport.abort()

    async def _connect(self, target: Target) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        """Connect to the first address that accepts, of those that were checked."""
        tls, name = None, None
        if target.is_secure:
            self._tls = self._tls or ssl.create_default_context()
            tls, name = self._tls, target.host
        failures = list[OSError]()
        public = self.allow_public or target.host.removesuffix(".") in self._hosts
        for address in await find_addresses(target.host, target.port, self._resolve, public=public):
            try:
                return await asyncio.open_connection(
                    address, target.port, ssl=tls, server_hostname=name
                )
            except (ssl.SSLError, ConnectionResetError):  # a receiver is there
                raise
            except OSError as failure:
                failures.append(failure)
        # The machine may lack the address family of one of the addresses: report a refusal first.
        raise min(failures, key=lambda failure: not isinstance(failure, ConnectionRefusedError))

    def _explain(self, failure: Exception, target: Target, exchange: Exchange) -> str:
        explanation = next(text for kind, text in _EXPLANATIONS if isinstance(failure, kind))
        text = explanation.format(
            failure=failure,
            kind=type(failure).__name__,
            host=target.host,
            limit=f"{self.limit.total_seconds():g} seconds",
            quote=cut(_BYTES.sub(r"\1", f"{failure}"), _MAX_QUOTE),
            awaited="answer" if exchange.status is None else "end of it",
        )
        return text if exchange.status is None else f"answered {exchange.status}, but then: {text}"


_EXPLANATIONS: tuple[tuple[type[Exception], str], ...] = (  # the first that fits
    (TimeoutError, "no {awaited} within {limit}"),
    (AddressRefused, "{failure}"),
    (h11.RemoteProtocolError, "the response is not valid HTTP: {quote}"),
    (ConnectionRefusedError, "connection refused: no server listens at this address and port"),
    (ConnectionError, "the receiver reset the connection before its answer had ended"),
    (EOFError, "the receiver closed the connection before its answer had ended"),
    (socket.gaierror, "the name {host} was not found: {failure.strerror}"),
    (ssl.SSLError, "no secure connection: {failure}"),
    (Exception, "{kind}: {failure}"),
)
