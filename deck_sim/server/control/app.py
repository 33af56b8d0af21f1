"""The control API as an ASGI app."""

from deck_sim import __version__
from deck_sim.runtime.registry import WorldRegistry
from deck_sim.server.app import Door
from deck_sim.server.control import (
    clock,
    deliveries,
    faults,
    fidelity,
    holds,
    lint,
    people,
    records,
    scenarios,
    worlds,
)
from deck_sim.server.endpoint import Answer, Request, Route
from deck_sim.server.routing import Routes

HEALTH = "/health"


def show_health(request: Request) -> Answer:
    """`GET /_sim/health`: needs no key."""
    return Answer({"status": "ok", "version": __version__})


ROUTES: list[Route] = [
    Route("GET", HEALTH, show_health),
    *worlds.ROUTES,
    *clock.ROUTES,
    *scenarios.ROUTES,
    *faults.ROUTES,
    *people.ROUTES,
    *holds.ROUTES,
    *lint.ROUTES,
    *records.ROUTES,
    *deliveries.ROUTES,
    *fidelity.ROUTES,
]


def make_control(of: WorldRegistry) -> Door:
    """The app that answers calls below `/_sim`."""
    routes = Routes(ROUTES)
    return Door(of, lambda simulation: routes, journal=False, open_paths=(HEALTH,))
