"""Which web addresses can be called at all, as far as that is seen without asking for a name."""

import re
from urllib.parse import urlsplit


def address_fault(url: str) -> str | None:
    """What keeps an address from being called."""
    try:
        parts = urlsplit(url)
        host, nowhere = parts.hostname, "it names no host and port to call"
        return _host_fault(host) if host and parts.port != 0 else nowhere
    except ValueError as error:
        return f"{error}"


def _host_fault(host: str) -> str | None:
    """What keeps a name from being asked for."""
    try:
        if _HOST.fullmatch(host.encode("idna")):
            return None
        why = "it may hold letters, digits, `-`, `_` and `.`"
    except UnicodeError:
        why = "between two dots there must be 1 to 63 characters that a name may have"
    return f"{host!r} is no host name: {why}"


_HOST = re.compile(rb"[a-zA-Z0-9._:-]+")  # colons are those of IPv6
