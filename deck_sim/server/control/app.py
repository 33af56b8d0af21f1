"""The control API as an ASGI app."""

from typing import Any

from deck_sim.base.redaction import mask_key
from deck_sim.engine.story import KINDS
from deck_sim.engine.waiting import asks_person
from deck_sim.runtime.moments import print_moment
from deck_sim.runtime.registry import WorldRegistry, world_token
from deck_sim.runtime.simulation import Simulation
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
    resources,
    scenarios,
    schemas,
    worlds,
)
from deck_sim.server.control.routes import ROUTES, route
from deck_sim.server.headers import HEALTH, HEALTH_PATH
from deck_sim.server.request import Answer, Request
from deck_sim.server.routing import Routes

WORLDS = "/worlds"


@route("GET", HEALTH_PATH)
def show_health(request: Request) -> Answer:
    """Show that the server runs. Needs no key. `mounts` answers it without this app."""
    return Answer(HEALTH)


@route("GET", WORLDS)
def list_worlds(request: Request) -> Answer:
    """Show which keys have worlds. Needs no key, unless the server takes only some: then it shows
    the world of the key.
    """
    own = request.simulation.key
    found = map(request.worlds.find, [own] if own else request.worlds.known_keys)
    data = [_print(simulation) for simulation in found if simulation]
    return Answer({"data": data})


def _print(simulation: Simulation) -> dict[str, Any]:
    world = simulation.world
    players = [r for kind in KINDS for r in world.resources.get(kind, {}).values()]
    problems = simulation.crashes.total + world.script_errors.total + len(simulation.ignored_names)
    return {
        "id": world_token(simulation.key),
        "key": mask_key(simulation.key),
        "edition": world.edition,
        "now": print_moment(world.now),
        "clock": simulation.mode,
        "calls": simulation.journal.total,
        "runs": len(world.all("task_run")),
        "open_prompts": sum(asks_person(world, player) for player in players),
        "problems": problems,
    }


def make_control(registry: WorldRegistry) -> App:
    """The app that is mounted at `/_sim`."""
    routes = Routes(ROUTES)
    open_paths = (HEALTH_PATH, WORLDS) if registry.keys is None else (HEALTH_PATH,)
    return App(registry, lambda edition: routes, open_paths=open_paths)
