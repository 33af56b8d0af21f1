"""Checks of the server URLs and host names that a user writes."""

import re
from urllib.parse import urlsplit

from deck_sim.base.errors import DeckSimError, quote

DEFAULT_URL = "http://127.0.0.1:8765"  # of `deck-sim serve`
DECK_HOST = "api.deck.co"  # of Deck itself

_HOST = re.compile(r"[a-z0-9][a-z0-9-]*(\.[a-z0-9-]+)*")


def read_url(text: str) -> str:
    """Return an http(s) URL without a final `/` or `/v2`; raise DeckSimError if it is not one."""
    try:
        parts = urlsplit(text)
        valid = parts.scheme in ("http", "https") and parts.hostname and parts.port != 0
    except ValueError:  # wrong brackets, or a wrong port
        valid = False
    if not valid:
        needs = "write one with http:// or https:// and a host"
        raise DeckSimError(f"{quote(text)} is not the URL of a server; {needs}, like {DEFAULT_URL}")
    return text.rstrip("/").removesuffix("/v2")


def read_host(text: str) -> str:
    """Return a host name in lower case; raise DeckSimError if the text is no host name."""
    host = text.lower()
    if not _HOST.fullmatch(host):
        raise DeckSimError(f"{quote(text)} is not the name of a host; write one like {DECK_HOST}")
    return host
