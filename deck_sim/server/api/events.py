"""Events, their types, and their deliveries."""

from datetime import datetime
from functools import partial

from deck_sim.contract.error_catalog import Problem, refuse
from deck_sim.engine import commands
from deck_sim.engine.records import Event, Resource
from deck_sim.engine.world import World
from deck_sim.runtime.serialization import print_event, print_resource
from deck_sim.server.api.paging import list_items, read_statuses
from deck_sim.server.request import Answer, Request
from deck_sim.server.routing import endpoint


@endpoint
def list_events(request: Request) -> Answer:
    """`GET /events`: newest first, of the last 30 days. A cursor may name one that is older by now:
    nothing is left behind it.
    """
    world = request.simulation.world
    types = request.query_values("type")

    def matches(event: Event) -> bool:
        return event.created_at >= _oldest(world) and (not types or event.type in types)

    def read() -> dict[str, Event]:
        return {event.id: event for event in world.events}

    return list_items(request, read, matches, partial(print_event, request.simulation), problems=[])


@endpoint
def get_event(request: Request) -> Answer:
    """`GET /events/{id}`."""
    world, wanted = request.simulation.world, request.params["id"]
    found = next((event for event in world.events if event.id == wanted), None)
    if found is None or found.created_at < _oldest(world):
        raise refuse("request/event_not_found", id=wanted)
    return Answer(print_event(request.simulation, found))


@endpoint
def list_event_types(request: Request) -> Answer:
    """`GET /event-types`; the shape of an item is assumed."""
    types = request.simulation.world.event_types
    shown = [{"object": "event_type", "type": name} for name in types]
    return Answer({"data": shown, "has_more": False, "next_cursor": None})


@endpoint
def list_event_deliveries(request: Request) -> Answer:
    """`GET /event-destinations/{id}/event-deliveries`: newest first; by `status` and `type`."""
    world = request.simulation.world
    destination = commands.fetch(world, "event_destination", request.params["id"])
    problems = list[Problem]()
    statuses = read_statuses(request, world.kind("event_delivery"), problems)
    types = request.query_values("type")

    def matches(delivery: Resource) -> bool:
        return (
            delivery["event_destination_id"] == destination.id
            and (not statuses or delivery.status in statuses)
            and (not types or delivery["event_type"] in types)
        )

    show = partial(print_resource, request.simulation)
    return list_items(
        request, lambda: world.all("event_delivery"), matches, show, problems=problems
    )


def _oldest(world: World) -> datetime:
    """The moment before which events cannot be read any more."""
    return world.now - world.rules.event_retention
