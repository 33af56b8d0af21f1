"""The control API as an ASGI app."""

from deck_sim.base.version import __version__
from deck_sim.runtime.registry import WorldRegistry
from deck_sim.server.app import App
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
from deck_sim.server.request import Answer, Request
from deck_sim.server.routing import Route, Routes

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


def make_control(of: WorldRegistry) -> App:
    """The app that answers calls below `/_sim`."""
    routes = Routes(ROUTES)
    return App(of, lambda simulation: routes, open_paths=(HEALTH,))
