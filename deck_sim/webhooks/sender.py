"""Sending: the one place that calls out, and its rules of whom it may call.

A name is resolved once, and the addresses that were checked are the ones that are called, so that
no second answer of the resolver can lead elsewhere. Only loopback and private addresses are called
unless public ones are allowed. Redirects are not followed. An attempt has five seconds of real time
in all.

Each attempt has a socket of its own. A kept one would be chosen by its address alone, whatever name
its certificate was checked for, and a receiver that closes it just then would look as if it failed.
"""

import asyncio
import base64
import ipaddress
import socket
import ssl
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from urllib.parse import SplitResult, unquote, urlsplit
from weakref import WeakValueDictionary

from deck_sim import realtime

LIMIT = timedelta(seconds=5)
MOST_BODY = 64 * 1024  # of an answer that is read; the rest does not matter
MOST_AT_ONCE = 16  # for one address of the web; a slow one must not hold up another
MOST_HEADERS, LONGEST_HEADER = 40, 1000  # of an answer that the log keeps

# Where a webhook goes unless public addresses are allowed. Link-local addresses are not among them:
# clouds keep the credentials of a machine at one.
NEAR = tuple(
    ipaddress.ip_network(text)
    for text in (
        "127.0.0.0/8",
        "10.0.0.0/8",
        "172.16.0.0/12",
        "192.168.0.0/16",
        "::1/128",
        "fc00::/7",
    )
)

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Resolve = Callable[[str, int], Awaitable[Sequence[str]]]

# An application that is called directly: URL, headers and body, to the answer's status and headers.
App = Callable[[str, Mapping[str, str], bytes], Awaitable[tuple[int, Mapping[str, str]]]]

# A name that is loopback wherever it is asked for, so nobody is asked.
_LOCALHOST = ("127.0.0.1", "::1")


@dataclass(frozen=True, slots=True)
class Outcome:
    """How an attempt went: a status, or an error; with what came back and how long it took."""

    status: int | None
    error: str | None
    latency_ms: int
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def ok(self) -> bool:
        """Whether the receiver took it."""
        return self.status is not None and 200 <= self.status < 300


class Refusal(Exception):
    """An address that must not be called; says how to allow it."""


async def ask_resolver(host: str, port: int) -> Sequence[str]:
    """What the machine's resolver says of a name."""
    loop = asyncio.get_running_loop()
    found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [f"{row[4][0]}" for row in found]


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
        self._transport: Any = None
        self._turns = WeakValueDictionary[str, asyncio.Semaphore]()  # by URL

    async def send(self, url: str, headers: Mapping[str, str], body: bytes) -> Outcome:
        """POST once, and say how it went; nothing that a receiver does raises an error here."""
        turn = self._turns.setdefault(url, asyncio.Semaphore(MOST_AT_ONCE))
        async with turn:
            began = realtime.monotonic_ns()
            status, error, answered = None, None, dict[str, str]()
            try:
                async with asyncio.timeout(self.limit.total_seconds()):
                    status, answered = await self._post(url, headers, body)
            except TimeoutError:
                error = f"no answer within {self.limit.total_seconds():g} seconds"
            except Refusal as refusal:
                error = f"{refusal}"
            except Exception as failure:  # a receiver can fail in more ways than a library lists
                error = f"{type(failure).__name__}: {failure}".rstrip(": ")
            return Outcome(status, error, (realtime.monotonic_ns() - began) // 1_000_000, answered)

    async def close(self) -> None:
        """Close what is open; sending again opens it anew."""
        transport, self._transport = self._transport, None
        if transport is not None:
            await transport.aclose()

    async def _post(
        self, url: str, headers: Mapping[str, str], body: bytes
    ) -> tuple[int, dict[str, str]]:
        parts = urlsplit(url)
        if parts.hostname in self.apps:
            status, answered = await self.apps[parts.hostname](url, headers, body)
            return status, _short(answered)
        answer = await self._call(parts, {**headers, **_own_headers(parts)}, body)
        try:
            await _drain(answer)
        finally:
            await answer.aclose()
        return answer.status_code, _short(answer.headers)

    async def _call(self, parts: SplitResult, headers: Mapping[str, str], body: bytes) -> Any:
        """The beginning of the answer of the first address where somebody is."""
        import httpx2

        http, name = self._http(), {"sni_hostname": parts.hostname}

        def at(address: Address) -> httpx2.Request:
            url = _at(parts, address)
            return httpx2.Request("POST", url, content=body, headers=headers, extensions=name)

        *others, last = await self._resolve(parts)
        for address in others:
            with suppress(httpx2.ConnectError):
                return await http.handle_async_request(at(address))
        return await http.handle_async_request(at(last))

    async def _resolve(self, parts: SplitResult) -> list[Address]:
        """The addresses to call, one after the other until one is there.

        Raises:
            Refusal: if they are public, and public ones are not allowed.

        """
        host = parts.hostname or ""
        port = parts.port or (443 if parts.scheme == "https" else 80)
        found = [ipaddress.ip_address(text) for text in await self._addresses(host, port)]
        allowed = [address for address in found if self.allow_public or is_near(address)]
        if not allowed:
            raise Refusal(
                f"{host} is {', '.join(map(str, found))}, which is neither loopback nor private;"
                " deck-sim does not call it unless it is started with --allow-public-webhooks"
            )
        return allowed

    async def _addresses(self, host: str, port: int) -> Sequence[str]:
        try:
            ipaddress.ip_address(host)
        except ValueError:
            known = host == "localhost" or host.endswith(".localhost")
            return _LOCALHOST if known else await self._ask(host, port)
        return (host,)

    def _http(self) -> Any:
        if self._transport is None:
            import httpx2

            self._transport = httpx2.AsyncHTTPTransport(
                verify=ssl.create_default_context(),
                limits=httpx2.Limits(max_connections=None, max_keepalive_connections=0),
                trust_env=False,
            )
        return self._transport


def is_near(address: Address) -> bool:
    """Whether an address is on this machine or in a private network."""
    mapped: Address = getattr(address, "ipv4_mapped", None) or address
    return any(mapped in network for network in NEAR)


def _at(parts: SplitResult, address: Address) -> str:
    """The same URL, with an address in the place of the name."""
    shown = f"[{address}]" if address.version == 6 else f"{address}"
    return parts._replace(netloc=f"{shown}:{parts.port}" if parts.port else shown).geturl()


def _own_headers(parts: SplitResult) -> dict[str, str]:
    """The headers that follow from the URL: the host it names, and whom it says we are."""
    user, found, host = parts.netloc.rpartition("@")
    if not found:
        return {"host": host}
    known = base64.b64encode(unquote(user).encode()).decode()
    return {"host": host, "authorization": f"Basic {known}"}


def _short(headers: Mapping[str, str]) -> dict[str, str]:
    """As much of an answer's headers as the log keeps."""
    return {name: value[:LONGEST_HEADER] for name, value in [*headers.items()][:MOST_HEADERS]}


async def _drain(answer: Any) -> None:
    size = 0
    async for part in answer.aiter_raw():
        size += len(part)
        if size > MOST_BODY:
            return
