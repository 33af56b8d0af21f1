"""The Deck API below `/v2`: its routes in each edition, and advice for paths that have no route."""

import re
from functools import cache, partial

from deck_sim.contract.editions import EDITIONS, how_to_switch

# Each of these registers its functions as endpoints.
from deck_sim.server.api import events, resources  # noqa: F401
from deck_sim.server.app import DeckRoutes
from deck_sim.server.routing import ENDPOINTS, Routes

_VERSION = re.compile(r"\A(/api)?(/v\d[^/]*)?")


@cache
def routes_of(edition: str) -> DeckRoutes:
    rows = {
        (row.method, row.path): (ENDPOINTS[row.endpoint or row.name], row)
        for row in EDITIONS[edition].every_operation
    }
    return Routes("/v2", rows, partial(_find_elsewhere, edition))


def _find_elsewhere(edition: str, path: str) -> str | None:
    rest = _VERSION.sub("", path, count=1)
    below = f"/v2{rest}"
    if rest.startswith("/_sim/"):
        return f"`{path}` is not an endpoint; the control API is at `{rest}`."
    if routes_of(edition).match(below):
        return f"`{path}` is not an endpoint; call `{below}`."
    for name in EDITIONS:
        if routes_of(name).match(below):
            return (
                f"`{below}` is an endpoint of the `{name}` edition; this world has another edition;"
                f" {how_to_switch(name)}."
            )
    return None
