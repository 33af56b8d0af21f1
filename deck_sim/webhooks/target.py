"""What a webhook's URL says: whom to call, with what request, and who to say that we are. Pure."""

import base64
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import SplitResult, quote, unquote, urlsplit

_PORTS = {"http": 80, "https": 443}
_KEPT = "/%:@!$&'()*+,;=~?"  # what stands in the path or query of a URL as it is


@dataclass(frozen=True, slots=True)
class Target:
    """A URL, taken apart."""

    is_secure: bool
    host: str  # in ASCII, in lower case
    port: int
    path: str  # and query, in ASCII
    authority: str  # the host and, if the URL names one, the port
    authorization: str | None  # Basic, of the user and password in the URL

    def headers(self, body: bytes) -> dict[str, str]:
        """The headers that follow from the URL and the body, and from our hanging up afterwards."""
        headers = {"host": self.authority, "content-length": f"{len(body)}", "connection": "close"}
        if self.authorization is not None:
            headers["authorization"] = self.authorization
        return headers


@lru_cache(maxsize=1024)
def read_target(url: str) -> Target:
    """Take a URL apart that was checked when its destination was made."""
    parts = urlsplit(url)
    host = (parts.hostname or "").encode("idna").decode()
    query = f"?{parts.query}" if parts.query else ""
    named = f"[{host}]" if ":" in host else host
    return Target(
        is_secure=parts.scheme == "https",
        host=host,
        port=parts.port or _PORTS[parts.scheme],
        path=quote(f"{parts.path or '/'}{query}", safe=_KEPT),
        authority=f"{named}:{parts.port}" if parts.port else named,
        authorization=_authorization(parts),
    )


def _authorization(parts: SplitResult) -> str | None:
    user, found, _ = parts.netloc.rpartition("@")
    return f"Basic {base64.b64encode(unquote(user).encode()).decode()}" if found else None
