"""The parts of a webhook's URL: the address to call, the request line, the headers."""

import base64
from dataclasses import dataclass
from functools import lru_cache
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
    authority: str  # the host, and the port if the URL has one
    authorization: str | None  # Basic, from the user and password of the URL

    def headers(self, body: bytes) -> dict[str, str]:
        """Return the request headers that depend on the URL and the body."""
        headers = {"host": self.authority, "content-length": f"{len(body)}", "connection": "close"}
        if self.authorization is not None:
            headers["authorization"] = self.authorization
        return headers


@lru_cache(maxsize=1024)
def read_target(url: str) -> Target:
    """Split a URL, which was checked when its destination was created."""
    parts = urlsplit(url)
    host = (parts.hostname or "").encode("idna").decode()
    query = f"?{parts.query}" if parts.query else ""
    named = f"[{host}]" if ":" in host else host
    text, at, _ = parts.netloc.rpartition("@")
    user = unquote(text).encode()
    return Target(
        is_secure=parts.scheme == "https",
        host=host,
        port=parts.port or _PORTS[parts.scheme],
        path=quote(f"{parts.path or '/'}{query}", safe=_UNQUOTED),
        authority=f"{named}:{parts.port}" if parts.port else named,
        authorization=f"Basic {base64.b64encode(user).decode()}" if at else None,
    )
