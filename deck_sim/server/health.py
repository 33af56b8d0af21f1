"""The answer to `GET /_sim/health`. It needs no world, and so none of the imports for one."""

from deck_sim.base.version import __version__

HEALTH = "/health"  # below `/_sim`


def health() -> dict[str, str]:
    """Show that the server runs, and its version."""
    return {"status": "ok", "version": __version__}
