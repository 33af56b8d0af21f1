"""The parts of a webhook's URL: the address to call, the request line, the headers."""

import base64
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import quote, unquote, urlsplit

_PORTS = {"http": 80, "https": 443}
_UNQUOTED = "/%:@!$&'()*+,;=~?"  # in a path and query


@dataclass(frozen=True, slots=True)
class Target:
    """The parts of a URL."""

    is_secure: bool
    host: str  # ASCII, lower case
    port: int
    path: str  # with the query; ASCII
    headers: Mapping[str, str]  # that follow from the URL: host, and Basic authentication


def read_target(url: str) -> Target:
    """Split a URL, which was checked when its destination was created."""
    parts = urlsplit(url)
    host = (parts.hostname or "").encode("idna").decode()
    query = f"?{parts.query}" if parts.query else ""
    named = f"[{host}]" if ":" in host else host
    text, at, _ = parts.netloc.rpartition("@")
    headers = {"host": f"{named}:{parts.port}" if parts.port else named, "connection": "close"}
    if at:
        headers["authorization"] = f"Basic {base64.b64encode(unquote(text).encode()).decode()}"
    return Target(
        is_secure=parts.scheme == "https",
        host=host,
        port=parts.port or _PORTS[parts.scheme],
        path=quote(f"{parts.path or '/'}{query}", safe=_UNQUOTED),
        headers=headers,
    )
