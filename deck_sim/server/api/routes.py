"""The Deck API as an ASGI app: the routes of each world's edition, below `/v2`."""

import re
from functools import cache, partial

from deck_sim.contract.editions import EDITIONS, Edition, how_to_switch
from deck_sim.runtime.registry import WorldRegistry

# Each of these registers its functions as endpoints.
from deck_sim.server.api import actions, events, resources  # noqa: F401
from deck_sim.server.app import DeckApp, DeckRoutes
from deck_sim.server.routing import ENDPOINTS, Routes

_VERSION = re.compile(r"\A(/api)?(/v\d[^/]*)?")


def make_api(worlds: WorldRegistry, name: str) -> DeckApp:
    """The app that is mounted at `/v2`, or the `fallback` for every other path, which answers 404
    with a hint if only `/v2` is missing.
    """
    if name == "fallback":
        return DeckApp(worlds, lambda edition: Routes({}, partial(_find_below_v2, edition)))
    return DeckApp(worlds, _routes)


@cache
def _routes(edition: Edition) -> DeckRoutes:
    rows = {
        (row.method, row.path): (ENDPOINTS[row.endpoint or row.name], row)
        for row in edition.every_operation
    }
    return Routes(rows, _find_elsewhere)


def _find_elsewhere(path: str, relative: str) -> str | None:
    if relative.startswith("/_sim/"):
        return f"`{path}` is not an endpoint; the control API is at `{relative}`."
    for name, other in EDITIONS.items():
        if _routes(other).has(relative):
            return (
                f"`{path}` is an endpoint of the `{name}` edition; this world has another;"
                f" {how_to_switch(name)}."
            )
    return None


def _find_below_v2(edition: Edition, path: str, relative: str) -> str | None:
    unversioned = _VERSION.sub("", relative, count=1)
    if unversioned.startswith("/_sim/"):
        return _find_elsewhere(path, unversioned)
    for below in (relative, unversioned):
        if _routes(edition).has(below):
            return f"`{path}` is not an endpoint; `/v2{below}` is one."
        if hint := _find_elsewhere(f"/v2{below}", below):
            return hint
    return None
