"""What the endpoints of the API share: finding what a path names, and showing what came of it."""

from deck_sim.engine import commands
from deck_sim.engine.records import Resource
from deck_sim.runtime.serialization import print_resource
from deck_sim.scenario.selection import HEADER
from deck_sim.server.request import Answer, Request


def fetch(request: Request, kind: str) -> Resource:
    """The resource of that kind that the path names."""
    return commands.fetch(request.simulation.world, kind, request.params["id"])


def carry_out(request: Request, kind: str, name: str) -> Answer:
    """Carry out a command that leads to a status."""
    return show(request, commands.command(request.simulation.world, fetch(request, kind), name))


def answer(request: Request, kind: str) -> Answer:
    """Answer the open prompt of what the path names."""
    resource, world = fetch(request, kind), request.simulation.world
    inputs = getattr(request.read_body(), world.rules.answer_key)
    return show(request, commands.answer_interaction(world, resource, inputs))


def choosing(request: Request, kind: str) -> commands.Choose:
    """How a scenario is chosen for what the request creates."""
    header = request.headers.get(HEADER)
    return lambda facts: request.simulation.choose(kind, header, facts)


def show(
    request: Request, resource: Resource, status: int = 200, *, chosen: bool = False
) -> Answer:
    """The resource, and with `chosen` the scenario that it plays."""
    simulation = request.simulation
    choice = simulation.choices[-1] if chosen else None
    headers = {HEADER: str(choice)} if choice else {}
    return Answer(print_resource(simulation, resource), status, headers, choice)
