"""The control API as an ASGI app."""

from deck_sim.control import clock, people, records, scenarios, worlds
from deck_sim.endpoint import Door, Route, make_router
from deck_sim.worlds import Worlds

ROUTES: list[Route] = [
    *worlds.ROUTES,
    *clock.ROUTES,
    *scenarios.ROUTES,
    *people.ROUTES,
    *records.ROUTES,
]


def make_control(of: Worlds) -> Door:
    """The app that answers calls below `/_sim`."""
    router = make_router(ROUTES)
    return Door(of, lambda simulation: router, journal=False)
