"""Whom a webhook may call. A name is resolved once, and the addresses that were checked are the
ones that are called, so that no second answer of the resolver can lead elsewhere.
"""

import asyncio
import ipaddress
import socket
from collections.abc import Awaitable, Callable, Sequence
from functools import lru_cache

# Where a webhook goes unless public addresses are allowed. Link-local addresses are not among them:
# clouds keep the credentials of a machine at one.
LOCAL_NETWORKS = tuple(
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

# A name that is loopback wherever it is asked for, so nobody is asked.
_LOCALHOST = ("127.0.0.1", "::1")


class AddressRefused(Exception):
    """An address that must not be called; says how to allow it."""


async def ask_resolver(host: str, port: int) -> Sequence[str]:
    """What the machine's resolver says of a name."""
    loop = asyncio.get_running_loop()
    found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [f"{row[4][0]}" for row in found]


async def find_addresses(host: str, port: int, resolve: Resolve, *, public: bool) -> Sequence[str]:
    """The addresses to call, one after the other until one is there; `public` allows all.

    Raises:
        AddressRefused: if they are public, and public ones are not allowed.

    """
    found = await _resolved(host, port, resolve)
    allowed = [f"{address}" for address in found if public or is_local(address)]
    if not allowed:
        raise AddressRefused(_refusal(host, found))
    return allowed


@lru_cache(maxsize=1024)
def is_local(address: Address) -> bool:
    """Whether an address is on this machine or in a private network."""
    mapped: Address = getattr(address, "ipv4_mapped", None) or address
    return any(mapped in network for network in LOCAL_NETWORKS)


async def _resolved(host: str, port: int, resolve: Resolve) -> Sequence[Address]:
    name = host.removesuffix(".")  # which only says that the name is whole
    if address := _read_address(name):
        return (address,)
    known = name == "localhost" or name.endswith(".localhost")
    texts = _LOCALHOST if known else await resolve(host, port)
    return [ipaddress.ip_address(text) for text in texts]


@lru_cache(maxsize=1024)
def _read_address(text: str) -> Address | None:
    """The address, if it is one and no name."""
    try:
        return ipaddress.ip_address(text)
    except ValueError:
        return None


def _refusal(host: str, found: Sequence[Address]) -> str:
    """Why none of these is called, and what to do about it."""
    called = "" if _read_address(host) else f"{host} is "
    which = f"{called}{', '.join(map(str, found))}"
    if any(address.is_unspecified for address in found):
        return f"{which}: that is where a server listens, not where it is called; use 127.0.0.1"
    return (
        f"{which}: neither loopback nor private;"
        " deck-sim does not call it unless it is started with --allow-public-webhooks"
    )
