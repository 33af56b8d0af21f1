"""Events, their types, and their deliveries."""

from datetime import datetime
from functools import partial

from deck_sim.contract.error_catalog import Problem, refuse
from deck_sim.engine.records import Resource
from deck_sim.engine.world import World
from deck_sim.runtime.serialization import print_event, print_resource
from deck_sim.server.api.paging import list_items, poll_all, read_filter, show_all
from deck_sim.server.request import Answer, Request
from deck_sim.server.routing import endpoint


@endpoint
def list_events(request: Request) -> Answer:
    """Show one page of the events of the last 30 days.

    A cursor may name an event that is older by now; then the page is empty.
    """
    world, types = request.world, request.query_values("type")
    return list_items(
        request,
        lambda: {event.id: event for event in world.events},
        lambda event: event.created_at >= _oldest(world) and (not types or event.type in types),
        partial(print_event, request.simulation),
        polled=lambda spans: poll_all(world),
    )


@endpoint
def get_event(request: Request) -> Answer:
    """Show an event."""
    world, event_id = request.world, request.params["id"]
    event = next((event for event in world.events if event.id == event_id), None)
    if event is None or event.created_at < _oldest(world):
        raise refuse("request/event_not_found", id=event_id)
    return Answer(print_event(request.simulation, event))


@endpoint
def list_event_types(request: Request) -> Answer:
    """Show all event types. The fields of an item are assumed."""
    types = request.world.event_types
    return show_all([{"object": "event_type", "type": name} for name in types])


@endpoint
def list_event_deliveries(request: Request) -> Answer:
    """Show one page of the deliveries to a destination."""
    world, problems = request.world, list[Problem]()
    destination = request.fetch("event_destination")
    kind, types = world.kind("event_delivery"), request.query_values("type")
    statuses = read_filter(request, kind, "status", problems)

    def matches(delivery: Resource) -> bool:
        return (
            delivery["event_destination_id"] == destination.id
            and (not statuses or delivery.status in statuses)
            and (not types or delivery["event_type"] in types)
        )

    show = partial(print_resource, request.simulation)
    return list_items(
        request,
        lambda: world.all("event_delivery"),
        matches,
        show,
        polled=lambda spans: poll_all(world),
        problems=problems,
    )


def _oldest(world: World) -> datetime:
    """The moment from which on events can be read."""
    return world.now - world.rules.event_retention
