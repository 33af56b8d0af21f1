"""The Deck API as an ASGI app: the routes of each world's edition, below `/v2`."""

from functools import cache

from deck_sim.contract.editions import EDITIONS, Edition
from deck_sim.runtime.registry import WorldRegistry
from deck_sim.server.api import connections, destinations, endpoints, events, logins, verbs
from deck_sim.server.app import Door
from deck_sim.server.endpoint import Route
from deck_sim.server.routing import Routes

_OWN = {"connections": connections.ROUTES, "credentials": logins.ROUTES}


def make_api(worlds: WorldRegistry) -> Door:
    """The app that answers calls below `/v2`."""
    return Door(worlds, lambda simulation: _routes()[simulation.world.edition], journal=True)


def make_elsewhere(worlds: WorldRegistry) -> Door:
    """The app that answers calls below neither `/v2` nor `/_sim`: there is nothing, but a caller
    who forgot `/v2` is told.
    """
    nothing = {name: Routes[Route]([]) for name in EDITIONS}
    for name, none in nothing.items():
        none.below = {"/v2": _routes()[name]}
    return Door(worlds, lambda simulation: nothing[simulation.world.edition], journal=True)


def routes_of(edition: Edition) -> list[Route]:
    """Every row of an edition's API."""
    usual = [route for kind in edition.kinds.values() for route in verbs.routes(kind)]
    own = [*_OWN[edition.name], *destinations.ROUTES[edition.name]]
    return [*usual, *endpoints.ROUTES, *own, *events.ROUTES]


@cache
def _routes() -> dict[str, Routes[Route]]:
    """The routes of each edition, which know the others."""
    routes = {edition.name: Routes(routes_of(edition)) for edition in EDITIONS.values()}
    for name, own in routes.items():
        own.elsewhere = {other: rows for other, rows in routes.items() if other != name}
    return routes
