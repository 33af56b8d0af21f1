"""The Deck API as an ASGI app: the routes of each world's edition, below `/v2`."""

from starlette.routing import Router

from deck_sim.api import endpoints, verbs
from deck_sim.contract.editions import EDITIONS, Edition
from deck_sim.endpoint import Door, make_router
from deck_sim.worlds import Worlds


def make_api(worlds: Worlds) -> Door:
    """The app that answers calls below `/v2`."""
    routers = {edition.name: _router(edition) for edition in EDITIONS.values()}
    return Door(worlds, lambda simulation: routers[simulation.world.edition], journal=True)


def _router(edition: Edition) -> Router:
    usual = [route for kind in edition.kinds.values() for route in verbs.routes(kind)]
    return make_router([*usual, *endpoints.ROUTES[edition.name]])
