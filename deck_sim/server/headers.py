"""Parts that need no world: a header of every answer, the health, the reading of `Host`."""

from urllib.parse import urlsplit

from deck_sim.base.version import __version__

VERSION = {"Deck-Sim-Version": __version__}  # a header of every answer
HEALTH_PATH = "/health"  # below `/_sim`
HEALTH = {"status": "ok", "version": __version__}


def read_host(text: str) -> str:
    """The host of `host:port`, in small letters, without a dot at its end; empty if it has none."""
    try:
        return (urlsplit(f"//{text}").hostname or "").removesuffix(".")
    except ValueError:  # of brackets
        return ""
