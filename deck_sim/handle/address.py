"""Where a server is: its URL, as a person writes it."""

from urllib.parse import urlsplit

from deck_sim.base.errors import DeckSimError, quote

DEFAULT_URL = "http://127.0.0.1:8765"  # where `deck-sim serve` is


def read_url(text: str) -> str:
    """The URL of a server, given with or without its `/v2`, which is left out.

    Raises:
        DeckSimError: if it is none.

    """
    try:
        parts = urlsplit(text)
        valid = parts.scheme in ("http", "https") and parts.hostname and parts.port != 0
    except ValueError:  # brackets, or a port, that no address has
        valid = False
    if not valid:
        needs = "it begins with http:// or https:// and names a host"
        raise DeckSimError(f"{quote(text)} is no URL of a server; {needs}, like {DEFAULT_URL}")
    return text.rstrip("/").removesuffix("/v2")
