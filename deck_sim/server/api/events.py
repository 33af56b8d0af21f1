"""Events, their types, destinations and deliveries.

The body of a destination has `config` and `credentials` in one edition, and one object named after
the type in the other; both are read into the first form.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import Any

from deck_sim.base.redaction import is_secret
from deck_sim.contract.error_catalog import Problem, raise_problems, refuse
from deck_sim.contract.resources import REQUIRED, WEBHOOK
from deck_sim.engine import deliveries
from deck_sim.engine.records import Resource
from deck_sim.engine.world import World
from deck_sim.runtime.request_bodies import check_body
from deck_sim.runtime.serialization import print_event, print_resource
from deck_sim.server.api.paging import list_items, poll_all, read_filter
from deck_sim.server.request import Answer, Request
from deck_sim.server.routing import ENDPOINTS, endpoint

Fields = dict[str, Any]
Read = Callable[[Request, Resource | None], Fields]


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
        polled=poll_all(world),
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
    types = [{"object": "event_type", "type": name} for name in request.world.subscriptions]
    return Answer({"data": types, "has_more": False, "next_cursor": None})


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

    return list_items(
        request,
        lambda: world.all("event_delivery"),
        matches,
        partial(print_resource, request.simulation),
        polled=poll_all(world),
        problems=problems,
    )


def _oldest(world: World) -> datetime:
    """The moment from which on events can be read."""
    return world.now - world.rules.event_retention


def _create(request: Request, read: Read, secret_at: str) -> Answer:
    """Create a destination. This answer shows its secret, and no other does (assumed)."""
    fields = read(request, None)
    secret = _secret_in(fields["type"], fields) or request.worlds.secret_of(request.simulation.key)
    created = deliveries.create_destination(request.world, fields, secret)
    shown = print_resource(request.simulation, created)
    if created["type"] == WEBHOOK:
        shown[secret_at] = {**shown.get(secret_at, {}), "secret": secret}
    return Answer(shown, 201)


def _update(request: Request, read: Read) -> Answer:
    """Change a destination. A new secret rotates; `status` reactivates."""
    old = request.fetch("event_destination")
    fields = read(request, old)
    secret = _secret_in(old["type"], fields)
    return request.show(deliveries.update_destination(request.world, old, fields, secret))


def _secret_in(type_: str, fields: Fields) -> str | None:
    """The secret that webhooks are to be signed with, if the body has one."""
    return (fields.get("credentials") or {}).get("secret") if type_ == WEBHOOK else None


def _read_parts(request: Request, old: Resource | None) -> Fields:
    _, fields = _check(request, old)
    return {"config": {}, **fields} if old is None else fields


def _read_typed(request: Request, old: Resource | None) -> Fields:
    """Read one object named after the type. In a change it keeps what it does not name."""
    type_, fields = _check(request, old)
    given = {name: fields.pop(name, None) for name in REQUIRED}[type_]
    if old is None:
        fields, given = {**fields, "type": type_}, given or {}
    if given is None:
        return fields
    kept = {} if old is None else old["config"]
    fields["config"] = {**kept, **{k: v for k, v in given.items() if not is_secret(k)}}
    fields["credentials"] = {k: v for k, v in given.items() if is_secret(k)}
    return fields


def _check(request: Request, old: Resource | None) -> tuple[str, Fields]:
    """The type of a destination, and the fields that were sent; the error has every problem."""
    data, body = request.read_object(), request.body_model
    found = old["type"] if old else data.get("type", body.model_fields["type"].default)
    type_ = found if isinstance(found, str) else ""
    beyond = deliveries.event_problems(request.world, data.get("events"))
    model = check_body(body.of_type(type_), data, lambda data: beyond)
    raise_problems(beyond)
    return type_, model.model_dump(exclude_unset=True)


ENDPOINTS["create_event_destination"] = partial(_create, read=_read_parts, secret_at="credentials")
ENDPOINTS["update_event_destination"] = partial(_update, read=_read_parts)
ENDPOINTS["create_typed_destination"] = partial(_create, read=_read_typed, secret_at=WEBHOOK)
ENDPOINTS["update_typed_destination"] = partial(_update, read=_read_typed)
