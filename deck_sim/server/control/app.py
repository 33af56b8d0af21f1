"""The control API as an ASGI app."""

from deck_sim.base.version import __version__
from deck_sim.runtime.activity import mask_key
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
    schemas,
    stream,
    worlds,
)
from deck_sim.server.control.routes import ROUTES, route
from deck_sim.server.request import Answer, Request
from deck_sim.server.routing import Routes

HEALTH, WORLDS = "/health", "/worlds"


@route("GET", HEALTH)
def show_health(request: Request) -> Answer:
    """Show that the server runs. Needs no key."""
    return Answer({"status": "ok", "version": __version__})


@route("GET", WORLDS)
def list_worlds(request: Request) -> Answer:
    """Show which keys have worlds. Needs no key, unless the server takes only some: then it shows
    the world of the key.
    """
    own = request.simulation.key
    found = map(request.worlds.find, [own] if own else request.worlds.known_keys)
    data = [{"key": mask_key(one.key), "calls": len(one.journal)} for one in found if one]
    return Answer({"data": data})


def make_control(registry: WorldRegistry) -> App:
    """The app that is mounted at `/_sim`."""
    routes = Routes(ROUTES)
    open_paths = (HEALTH, WORLDS) if registry.keys is None else (HEALTH,)
    return App(registry, lambda simulation: routes, open_paths=open_paths)
