"""The Deck API as an ASGI app: the routes of each world's edition."""

import re
from functools import cache, partial

from deck_sim.contract.editions import EDITIONS, Edition, how_to_switch
from deck_sim.runtime.registry import WorldRegistry

# Each of these registers its functions as endpoints.
from deck_sim.server.api import actions, events, resources  # noqa: F401
from deck_sim.server.app import DeckApp, DeckRoutes
from deck_sim.server.routing import ENDPOINTS, Routes

_VERSION = re.compile(r"\A(/api)?(/v\d[^/]*)?")


def make_api(worlds: WorldRegistry) -> DeckApp:
    """The app for every path that is not deck-sim's own; what is not below `/v2` is a 404."""
    return DeckApp(worlds, _routes)


@cache
def _routes(edition: Edition) -> DeckRoutes:
    rows = {
        (row.method, row.path): (ENDPOINTS[row.endpoint or row.name], row)
        for row in edition.every_operation
    }
    return Routes("/v2", rows, partial(_find_elsewhere, edition))


def _find_elsewhere(edition: Edition, path: str) -> str | None:
    rest = _VERSION.sub("", path, count=1)
    below = f"/v2{rest}"
    if rest.startswith("/_sim/"):
        return f"`{path}` is not an endpoint; the control API is at `{rest}`."
    if _routes(edition).has(below):
        return f"`{path}` is not an endpoint; `{below}` is one."
    for name, other in EDITIONS.items():
        if _routes(other).has(below):
            return (
                f"`{below}` is an endpoint of the `{name}` edition; this world has another;"
                f" {how_to_switch(name)}."
            )
    return None
