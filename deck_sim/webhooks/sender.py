"""Sending: the one place that calls out, and its rules of whom it may call.

A name is resolved once, and the address that was checked is the one that is called, so that no
second answer of the resolver can lead elsewhere. Only loopback and private addresses are called
unless public ones are allowed. Redirects are not followed. An attempt has five seconds of real time
in all.
"""

import asyncio
import ipaddress
import socket
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

from deck_sim import realtime

LIMIT = timedelta(seconds=5)
MOST_BODY = 64 * 1024  # of an answer that is read; the rest does not matter
MOST_AT_ONCE = 64
MOST_HEADERS = 40  # of an answer that the log keeps

Address = ipaddress.IPv4Address | ipaddress.IPv6Address


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


class Sender:
    """Sends attempts for the worlds of one server, on that server's event loop."""

    def __init__(self, *, allow_public: bool = False, limit: timedelta = LIMIT) -> None:
        self.allow_public, self.limit = allow_public, limit
        self._client: Any = None
        self._turns = asyncio.Semaphore(MOST_AT_ONCE)

    async def send(self, url: str, headers: Mapping[str, str], body: bytes) -> Outcome:
        """POST once, and say how it went; nothing that a receiver does raises an error here."""
        async with self._turns:
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
        """Close the connections that are kept."""
        if self._client is not None:
            await self._client.aclose()

    async def _post(
        self, url: str, headers: Mapping[str, str], body: bytes
    ) -> tuple[int, dict[str, str]]:
        parts = urlsplit(url)
        host = parts.hostname or ""
        address = await self._resolve(host, parts.port or (443 if parts.scheme == "https" else 80))
        shown = f"[{address}]" if address.version == 6 else f"{address}"
        target = parts._replace(netloc=f"{shown}:{parts.port}" if parts.port else shown).geturl()
        request = self._http().build_request(
            "POST",
            target,
            content=body,
            headers={**headers, "host": parts.netloc.rpartition("@")[2]},
            extensions={"sni_hostname": host},
        )
        answer = await self._http().send(request, stream=True)
        try:
            await _drain(answer)
        finally:
            await answer.aclose()
        return answer.status_code, dict([*answer.headers.items()][:MOST_HEADERS])

    async def _resolve(self, host: str, port: int) -> Address:
        """The address to call.

        Raises:
            Refusal: if it is public, and public ones are not allowed.

        """
        loop = asyncio.get_running_loop()
        found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        address = ipaddress.ip_address(found[0][4][0])
        if not self.allow_public and not is_near(address):
            raise Refusal(
                f"{host} is {address}, a public address, which deck-sim does not call unless it is"
                " started with --allow-public-webhooks"
            )
        return address

    def _http(self) -> Any:
        if self._client is None:
            import httpx2

            self._client = httpx2.AsyncClient(follow_redirects=False, timeout=None, trust_env=False)
        return self._client


def is_near(address: Address) -> bool:
    """Whether an address is on this machine or in a private network."""
    mapped = getattr(address, "ipv4_mapped", None) or address
    return bool(mapped.is_loopback or (mapped.is_private and not mapped.is_unspecified))


async def _drain(answer: Any) -> None:
    size = 0
    async for part in answer.aiter_raw():
        size += len(part)
        if size > MOST_BODY:
            return
