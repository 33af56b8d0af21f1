"""The control API as an ASGI app."""

from deck_sim.base.version import __version__
from deck_sim.runtime.registry import WorldRegistry
from deck_sim.server.app import App

# Each of these registers its functions as routes.
from deck_sim.server.control import (  # noqa: F401
    clock,
    deliveries,
    faults,
    holds,
    people,
    records,
    reports,
    scenarios,
    worlds,
)
from deck_sim.server.control.routes import ROUTES, route
from deck_sim.server.request import Answer, Request
from deck_sim.server.routing import Routes

HEALTH = "/health"


@route("GET", HEALTH)
def show_health(request: Request) -> Answer:
    """Show that the server runs. Needs no key."""
    return Answer({"status": "ok", "version": __version__})


def make_control(registry: WorldRegistry) -> App:
    """The app that is mounted at `/_sim`."""
    routes = Routes(ROUTES)
    return App(registry, lambda simulation: routes, open_paths=(HEALTH,))
