"""The addresses that a webhook may call. A name is resolved once, and the checked addresses are the
ones called, so a second answer of the resolver cannot lead elsewhere. A name that would be refused
is not resolved: a query tells others which receiver a test has.
"""

import asyncio
import ipaddress
import socket
from collections.abc import Awaitable, Callable, Sequence
from functools import lru_cache

_LOCAL = tuple(
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
# Clouds serve the credentials of a machine at addresses in these networks.
_NEVER = tuple(
    ipaddress.ip_network(text)
    for text in (
        "169.254.0.0/16",
        "100.100.100.200/32",  # Alibaba
        "168.63.129.16/32",  # Azure
        "192.0.0.192/32",  # Oracle
        "fe80::/10",
        "fd00:ec2::254/128",  # Amazon
        "fd20:ce::254/128",  # Google
        "64:ff9b:1::/48",  # NAT64 (RFC 8215): each site chooses where its IPv4 addresses stand
    )
)
# Networks whose addresses embed an IPv4 address, and how many bits follow it.
_EMBEDDING = (
    (ipaddress.ip_network("::/96"), 0),  # IPv4-compatible
    (ipaddress.ip_network("::ffff:0:0/96"), 0),  # IPv4-mapped
    (ipaddress.ip_network("::ffff:0:0:0/96"), 0),  # IPv4-translated
    (ipaddress.ip_network("64:ff9b::/96"), 0),  # NAT64
    (ipaddress.ip_network("2002::/16"), 80),  # 6to4
)
# Names below these exist in local networks only, or not at all (RFC 6761, 6762, 8375).
_LOCAL_DOMAINS = (".localhost", ".local", ".internal", ".lan", ".home.arpa", ".test")

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
    """Return the addresses of a host that may be called; with `public`, those outside too.

    Raises:
        AddressRefused: if none may be called.

    """
    name = host.removesuffix(".")  # the dot only marks the name as absolute
    address = _read_address(name)
    if address:
        found = [address]
    elif name == "localhost" or name.endswith(".localhost"):  # loopback without asking
        found = [ipaddress.ip_address("127.0.0.1"), ipaddress.ip_address("::1")]
    elif public or "." not in name or name.endswith(_LOCAL_DOMAINS):
        found = [ipaddress.ip_address(text) for text in await resolve(host, port)]
    else:
        raise AddressRefused(
            f"{host} is no local name, so it was not looked up;"
            f" to call it, start deck-sim with --webhook-host {name}"
        )
    allowed = [f"{one}" for one in found if _may_call(one, public=public)]
    if not allowed:
        shown = ", ".join(map(str, found))
        raise AddressRefused(_explain(shown if address else f"{host} is {shown}", found))
    return allowed


@lru_cache(maxsize=1024)
def _may_call(address: Address, *, public: bool) -> bool:
    embedded = (
        ipaddress.IPv4Address(int(address) >> bits & 0xFFFF_FFFF)
        for network, bits in _EMBEDDING
        if address in network
    )
    if any(one in network for one in (address, *embedded) for network in _NEVER):
        return False
    mapped: Address = getattr(address, "ipv4_mapped", None) or address
    return public or any(mapped in network for network in _LOCAL)


@lru_cache(maxsize=1024)
def _read_address(text: str) -> Address | None:
    try:
        return ipaddress.ip_address(text)
    except ValueError:
        return None


def _explain(shown: str, found: Sequence[Address]) -> str:
    if any(address.is_unspecified for address in found):
        return f"{shown}: servers listen at this address, but nothing can call it; use 127.0.0.1"
    if not any(_may_call(address, public=True) for address in found):
        return f"{shown}: never called, since clouds serve the credentials of a machine there"
    return (
        f"{shown}: neither loopback nor private;"
        " to call public addresses, start deck-sim with --allow-public-webhooks"
    )
