"""Checks web addresses without resolving names."""

import re
from urllib.parse import urlsplit


def address_fault(url: str) -> str | None:
    """What is wrong with an address; None if it can be called."""
    try:
        parts = urlsplit(url)
        host, nowhere = parts.hostname, "it has no host, or port 0"
        return _host_fault(host) if host and parts.port != 0 else nowhere
    except ValueError as error:
        return f"{error}"


def _host_fault(host: str) -> str | None:
    try:
        if _HOST.fullmatch(host.encode("idna")):
            return None
        why = "allowed are letters, digits, `-`, `_` and `.`"
    except UnicodeError:
        why = "each part between dots needs 1 to 63 allowed characters"
    return f"{host!r} is not a host name: {why}"


_HOST = re.compile(rb"[a-zA-Z0-9._:-]+")  # colons are for IPv6
