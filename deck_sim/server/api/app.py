"""The Deck API as an ASGI app: the routes of each world's edition, below `/v2`."""

from functools import cache, partial

from deck_sim.contract.editions import EDITIONS, Edition
from deck_sim.contract.operations import Operation
from deck_sim.runtime.registry import WorldRegistry

# Each of these registers its functions as endpoints.
from deck_sim.server.api import connections, destinations, endpoints, events, logins, verbs  # noqa: F401
from deck_sim.server.app import Door
from deck_sim.server.endpoint import ENDPOINTS, Endpoint, Route
from deck_sim.server.routing import Routes


def make_api(worlds: WorldRegistry) -> Door:
    """The app that answers calls below `/v2`."""
    return Door(worlds, lambda simulation: _routes(simulation.world.rules), journal=True)


def make_elsewhere(worlds: WorldRegistry) -> Door:
    """The app that refuses calls outside `/v2` and `/_sim`, with a hint if `/v2` was forgotten."""
    return Door(worlds, lambda simulation: _nothing(simulation.world.rules), journal=True)


def routes_of(edition: Edition) -> list[Route]:
    """Every route of an edition's API."""
    return [
        Route(row.method, row.path, _endpoint_of(edition, row), row, row.creates)
        for row in edition.every_operation
    ]


def _endpoint_of(edition: Edition, operation: Operation) -> Endpoint:
    if operation.verb is None:
        return ENDPOINTS[operation.endpoint or operation.name]
    return partial(verbs.VERBS[operation.verb], row=edition.kinds[operation.of])


@cache
def _only(edition: Edition) -> Routes[Route]:
    return Routes(routes_of(edition))


@cache
def _routes(edition: Edition) -> Routes[Route]:
    """The routes of an edition, which name the edition that has a path instead."""
    routes = _only(edition)
    routes.elsewhere = {other.name: _only(other) for other in EDITIONS.values()}
    return routes


@cache
def _nothing(edition: Edition) -> Routes[Route]:
    routes = Routes[Route]([])
    routes.below = {"/v2": _only(edition)}
    return routes
