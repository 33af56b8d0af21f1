"""The addresses that a webhook may call: loopback and private ones; on request also public ones.

A name is resolved once, and only the checked addresses are called. A name that is not local is
resolved only if public addresses are allowed: the query would tell others the receiver of a test.
"""

import asyncio
import ipaddress
import socket
from collections.abc import Awaitable, Callable, Sequence
from concurrent.futures import Future
from threading import Thread
from typing import Any

from deck_sim.base.errors import for_python

# Names below these exist in local networks only, or not at all (RFC 6761, 6762, 8375).
_LOCAL_DOMAINS = (".localhost", ".local", ".internal", ".lan", ".home.arpa", ".test")
_IN_PYTHON = " or `DeckSim(allow_public_webhooks=True)`"

Resolve = Callable[[str, int], Awaitable[Sequence[str]]]  # a name and a port to addresses


class AddressRefused(Exception):
    """An address that must not be called; the message says why, and what allows it, if anything."""


async def ask_resolver(host: str, port: int) -> Sequence[str]:
    answer = Future[list[Any]]()
    answer.set_running_or_notify_cancel()  # so that only the thread ends it

    def look_up() -> None:
        try:
            answer.set_result(socket.getaddrinfo(host, port, type=socket.SOCK_STREAM))
        except Exception as error:
            answer.set_exception(error)

    # The end of the server and of the process would wait for a thread of the loop's executor.
    Thread(target=look_up, daemon=True).start()
    return [f"{row[4][0]}" for row in await asyncio.wrap_future(answer)]


async def find_addresses(host: str, port: int, resolve: Resolve, *, public: bool) -> Sequence[str]:
    """Return the addresses of a host that may be called; with `public`, also public ones. Raises
    AddressRefused if no address may be called.
    """
    return check_host(host, public=public) or _select_allowed(
        host, await resolve(host, port), public=public
    )


def check_host(host: str, *, public: bool) -> Sequence[str]:
    """Like `find_addresses`, but return nothing if the host must be looked up."""
    name = host.removesuffix(".")  # the dot only marks the name as absolute
    if ":" in name or name.replace(".", "").isdigit():  # an address
        try:
            return _select_allowed(host, [name], public=public)
        except ValueError:
            text = "is no address; write four numbers, like 127.0.0.1"
            raise AddressRefused(f"{host} {text}") from None
    if name == "localhost" or name.endswith(".localhost"):  # loopback without asking
        return ["127.0.0.1", "::1"]
    if public or "." not in name or name.endswith(_LOCAL_DOMAINS):
        return []
    raise AddressRefused(f"{host} is not a local name, so it was not looked up; {_how_to_allow()}")


def _how_to_allow() -> str:
    return f"--allow-public-webhooks{for_python(_IN_PYTHON)} allows public addresses"


def _select_allowed(host: str, addresses: Sequence[str], *, public: bool) -> Sequence[str]:
    name = host.removesuffix(".")
    if allowed := [address for address in addresses if _may_call(address, public=public)]:
        return allowed
    resolution = ", ".join(addresses) if name in addresses else f"{host} is {', '.join(addresses)}"
    if any(_may_call(address, public=True) for address in addresses):
        raise AddressRefused(f"{resolution}: neither loopback nor private; {_how_to_allow()}")
    raise AddressRefused(f"{resolution}: link-local addresses are never called")


def _may_call(text: str, *, public: bool) -> bool:
    address = ipaddress.ip_address(text)
    address = getattr(address, "ipv4_mapped", None) or address
    # Clouds serve the credentials of a machine at a link-local address.
    return not address.is_link_local and (public or address.is_loopback or address.is_private)
