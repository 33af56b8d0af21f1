"""Events, their types, and the destinations they go to."""

from bisect import bisect_left
from functools import partial
from operator import attrgetter
from typing import TYPE_CHECKING, Any

from deck_sim.api.paging import list_items, read_statuses
from deck_sim.contract import operations
from deck_sim.endpoint import Answer, Request, Route
from deck_sim.engine import commands, destinations
from deck_sim.engine.deliveries import WEBHOOK
from deck_sim.engine.records import Event, Resource
from deck_sim.errors import Problem, refuse
from deck_sim.later import Later
from deck_sim.webhooks.signing import make_secret, secret_fault
from deck_sim.wire import check_body, print_event, print_resource

if TYPE_CHECKING:
    from deck_sim.contract import bodies
else:
    bodies = Later("deck_sim.contract.bodies")


def list_events(request: Request) -> Answer:
    """`GET /events`: newest first, of the last 30 days."""
    world = request.simulation.world
    types = request.asked("type")

    def matches(event: Event) -> bool:
        return not types or event.type in types

    show = partial(print_event, world)
    return list_items(request, lambda: _kept(request), matches, show, problems=[])


def get_event(request: Request) -> Answer:
    """`GET /events/{id}`."""
    found = _kept(request).get(request.params["id"])
    if found is None:
        raise refuse("request/event_not_found", id=request.params["id"])
    return Answer(print_event(request.simulation.world, found))


def list_types(request: Request) -> Answer:
    """`GET /event-types`; the shape of an item is assumed."""
    types = request.simulation.world.rules.event_types
    shown = [{"object": "event_type", "type": name} for name in types]
    return Answer({"data": shown, "has_more": False, "next_cursor": None})


def create(request: Request) -> Answer:
    """`POST /event-destinations`. The secret is shown in this answer and in no other (assumed)."""
    world, body = request.simulation.world, request.read(bodies.CreateDestination)
    fields = body.model_dump()
    _check_webhook(body.type, fields)
    given = _secret(body.credentials)
    made = destinations.create_destination(world, fields, given, make_secret)
    shown = print_resource(world, made)
    if made["type"] == WEBHOOK:
        shown["credentials"] = {"secret": made.hidden["secret"]}
    return Answer(shown, 201)


def update(request: Request) -> Answer:
    """`PATCH /event-destinations/{id}`: a new secret rotates, `status` reactivates."""
    world = request.simulation.world
    found = commands.fetch(world, "event_destination", request.params["id"])
    fields = request.read(bodies.UpdateDestination).model_dump(exclude_unset=True)
    if "config" in fields or "credentials" in fields:
        _check_webhook(found["type"], {"config": found["config"], **fields})
    secret = _secret(fields.get("credentials"))
    changed = destinations.update_destination(world, found, fields, secret)
    return Answer(print_resource(world, changed))


def list_deliveries(request: Request) -> Answer:
    """`GET /event-destinations/{id}/event-deliveries`: newest first; by `status` and `type`."""
    world = request.simulation.world
    destination = commands.fetch(world, "event_destination", request.params["id"])
    problems = list[Problem]()
    statuses = read_statuses(request, world.kind("event_delivery"), problems)
    types = request.asked("type")

    def matches(delivery: Resource) -> bool:
        return (
            delivery["event_destination_id"] == destination.id
            and (not statuses or delivery.status in statuses)
            and (not types or delivery["event_type"] in types)
        )

    show = partial(print_resource, world)
    return list_items(
        request, lambda: world.all("event_delivery"), matches, show, problems=problems
    )


def _kept(request: Request) -> dict[str, Event]:
    """The events that can still be read, oldest first."""
    world = request.simulation.world
    oldest = world.now - world.rules.event_retention
    first = bisect_left(world.events, oldest, key=attrgetter("created_at"))
    return {event.id: event for event in world.events[first:]}


def _check_webhook(type_: str, fields: dict[str, Any]) -> None:
    """See that the parts of a webhook are those of one, each with its place."""
    if type_ == WEBHOOK:
        parts = {name: fields.get(name) or {} for name in ("config", "credentials")}
        check_body(bodies.WebhookParts, parts)


def _secret(credentials: dict[str, Any] | None) -> str | None:
    secret = (credentials or {}).get("secret")
    fault = secret_fault(secret) if isinstance(secret, str) else None
    if fault:
        field = "credentials.secret"
        raise refuse("request/input_invalid", f"`{field}` {fault}", field=field)
    return secret


ROUTES = [
    Route("GET", "/events", list_events, operations.LIST_EVENTS),
    Route("GET", "/events/{id}", get_event, operations.GET_EVENT),
    Route("GET", "/event-types", list_types, operations.LIST_EVENT_TYPES),
    Route("POST", "/event-destinations", create, operations.CREATE_DESTINATION),
    Route("PATCH", "/event-destinations/{id}", update, operations.UPDATE_DESTINATION),
    Route(
        "GET",
        "/event-destinations/{id}/event-deliveries",
        list_deliveries,
        operations.LIST_DELIVERIES,
    ),
]
