"""The addresses that a webhook may call. A name is resolved once, and the checked addresses are the
ones called, so a second answer of the resolver cannot lead elsewhere.
"""

import asyncio
import ipaddress
import socket
from collections.abc import Awaitable, Callable, Sequence
from functools import lru_cache

# Always allowed. Link-local addresses are not: clouds serve a machine's credentials at one.
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
Resolve = Callable[[str, int], Awaitable[Sequence[str]]]  # a name and a port to addresses


class AddressRefused(Exception):
    """An address must not be called; the message says how to allow it."""


async def ask_resolver(host: str, port: int) -> Sequence[str]:
    """Resolve a name with the machine's resolver."""
    loop = asyncio.get_running_loop()
    found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [f"{row[4][0]}" for row in found]


async def find_addresses(host: str, port: int, resolve: Resolve, *, public: bool) -> Sequence[str]:
    """Return the addresses of a host that may be called; with `public`, all of them.

    Raises:
        AddressRefused: if none may be called.

    """
    name = host.removesuffix(".")  # the dot only marks the name as absolute
    address = _read_address(name)
    if address:
        found = [address]
    elif name == "localhost" or name.endswith(".localhost"):  # loopback without asking
        found = [ipaddress.ip_address("127.0.0.1"), ipaddress.ip_address("::1")]
    else:
        found = [ipaddress.ip_address(text) for text in await resolve(host, port)]
    allowed = [f"{one}" for one in found if public or is_local(one)]
    if not allowed:
        shown = ", ".join(map(str, found))
        raise AddressRefused(_explain(shown if address else f"{host} is {shown}", found))
    return allowed


@lru_cache(maxsize=1024)
def is_local(address: Address) -> bool:
    """Whether an address is on this machine or in a private network."""
    mapped: Address = getattr(address, "ipv4_mapped", None) or address
    return any(mapped in network for network in LOCAL_NETWORKS)


@lru_cache(maxsize=1024)
def _read_address(text: str) -> Address | None:
    try:
        return ipaddress.ip_address(text)
    except ValueError:
        return None


def _explain(shown: str, found: Sequence[Address]) -> str:
    if any(address.is_unspecified for address in found):
        return f"{shown}: servers listen at this address, but nothing can call it; use 127.0.0.1"
    return (
        f"{shown}: neither loopback nor private;"
        " to call public addresses, start deck-sim with --allow-public-webhooks"
    )
