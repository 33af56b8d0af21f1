"""Refuses requests that a foreign website could send through a developer's browser.

A website can give its own name a loopback address (DNS rebinding); then a browser lets it read the
answers. So a server on loopback accepts only loopback names and allowed names in `Host`. And no
page of another origin may change a world.
"""

import ipaddress
from collections.abc import Collection
from functools import lru_cache
from urllib.parse import urlsplit

from starlette.types import ASGIApp, Receive, Scope, Send

from deck_sim.base.errors import quote
from deck_sim.contract.error_catalog import refuse
from deck_sim.runtime.registry import WorldRegistry

_READS = ("GET", "HEAD", "OPTIONS")


def local_only(
    app: ASGIApp, worlds: WorldRegistry, address: str, names: Collection[str] = ()
) -> ASGIApp:
    """Wrap `app`, served at `address`, in checks of `Host` and `Origin`; allow `names` as hosts."""
    takes_any_name, allowed = not is_loopback(address), {*map(str.lower, names)}

    async def call(scope: Scope, receive: Receive, send: Send) -> None:
        error = host = origin = None
        for name, value in scope["headers"]:
            if name == b"host":
                host = host or value.decode("latin-1")
            elif name == b"origin":
                origin = value.decode("latin-1")
        may_change = scope["method"] not in _READS and scope["path"].startswith("/_sim")
        if may_change and origin is not None and origin.partition("://")[2] != host:
            error = refuse("deck_sim/origin_refused", origin=quote(origin))
        if host is not None and not takes_any_name:
            name = host_name(host)
            if not (is_loopback(name) or name in allowed):
                error = refuse("deck_sim/host_refused", host=quote(host), allowed=name or "NAME")
        if error is None:
            await app(scope, receive, send)
        else:
            from deck_sim.server.app import refuse_call

            await refuse_call(worlds, error, scope)(scope, receive, send)

    return call


@lru_cache
def is_loopback(name: str) -> bool:
    """Whether a name or address is `localhost`, `*.localhost` or a loopback address."""
    if name == "localhost" or name.endswith(".localhost"):
        return True
    try:
        address = ipaddress.ip_address(name)
    except ValueError:
        return False
    return (getattr(address, "ipv4_mapped", None) or address).is_loopback


@lru_cache
def host_name(text: str) -> str:
    """Return the host of `host:port`, in lower case, without a final dot; "" without a host."""
    try:
        return (urlsplit(f"//{text}").hostname or "").removesuffix(".")
    except ValueError:  # wrong brackets
        return ""
