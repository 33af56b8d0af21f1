"""Events, their types, destinations and deliveries.

One edition has a destination's settings in `config` and `credentials`, the other in one object
named after its type. Both are read into `config` and `credentials`.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from functools import partial
from typing import Any

from deck_sim.base.redaction import is_secret
from deck_sim.contract.error_catalog import raise_problems, refuse
from deck_sim.contract.kinds import REQUIRED, WEBHOOK
from deck_sim.engine import deliveries
from deck_sim.engine.world import World
from deck_sim.engine.world_values import Event, Resource, items_behind
from deck_sim.runtime.request_bodies import check_body
from deck_sim.runtime.serialization import event_as_json, resource_as_json
from deck_sim.server.api.paging import list_items, poll_all, read_filters
from deck_sim.server.request import Answer, Request
from deck_sim.server.routing import endpoint


@endpoint
def list_events(request: Request) -> Answer:
    """Show one page of the events of the last 30 days; none after a cursor that is older."""
    world, types = request.world, request.query_values("type")

    def find(cursor: str | None) -> Iterator[Event]:
        events = items_behind(reversed(world.events), cursor)
        since = (event for event in events if event.created_at >= _oldest(world))
        return (event for event in since if not types or event.type in types)

    return list_items(
        request,
        find,
        partial(event_as_json, request.simulation),
        polled=poll_all(world),
    )


@endpoint
def get_event(request: Request) -> Answer:
    world, event_id = request.world, request.params["id"]
    event = next((event for event in world.events if event.id == event_id), None)
    if event is None or event.created_at < _oldest(world):
        raise refuse("request/event_not_found", id=event_id)
    return Answer(event_as_json(request.simulation, event))


@endpoint
def list_event_types(request: Request) -> Answer:
    """Show all event types. The fields of an item are assumed."""
    types = [{"object": "event_type", "type": name} for name in request.world.event_types]
    return Answer({"data": types, "has_more": False, "next_cursor": None})


@endpoint
def list_event_deliveries(request: Request) -> Answer:
    world, kind = request.world, request.world.kind("event_delivery")
    destination = request.fetch("event_destination")
    filters = {"event_destination_id": [destination.id], **read_filters(request, kind)}
    return list_items(
        request,
        partial(world.newest_first, kind.object, filters),
        partial(resource_as_json, request.simulation),
        polled=poll_all(world),
    )


def _oldest(world: World) -> datetime:
    return world.now - world.contract.event_retention


@endpoint
def create_event_destination(request: Request) -> Answer:
    """Create a destination. Only this answer shows a webhook's secret (assumed)."""
    fields, secret = _read(request, None)
    secret = secret or request.worlds.secret_of(request.simulation.key)
    created = deliveries.create_destination(request.world, fields, secret)
    data = resource_as_json(request.simulation, created)
    if created["type"] == WEBHOOK:
        place = WEBHOOK if WEBHOOK in data else "credentials"
        data[place] = {**data.get(place, {}), "secret": secret}
    return Answer(data, 201)


@endpoint
def update_event_destination(request: Request) -> Answer:
    """Change a destination. If a webhook's secret changes, the old one also signs for a while."""
    old = request.fetch("event_destination")
    fields, secret = _read(request, old)
    return request.show(deliveries.update_destination(request.world, old, fields, secret))


def _read(request: Request, old: Resource | None) -> tuple[dict[str, Any], str | None]:
    """Return the fields sent, and a webhook's secret or None. Raises ApiError with all problems."""
    data, body = request.read_object(), request.body_model
    type_sent = old["type"] if old else data.get("type", body.model_fields["type"].default)
    type_ = type_sent if isinstance(type_sent, str) else ""
    beyond = deliveries.event_problems(request.world, data.get("events"))
    model = check_body(body.of_type(type_), data, lambda data: beyond, request.explain_key)
    raise_problems(beyond)
    fields = model.model_dump(exclude_unset=True)
    if old is None:
        fields = {"type": type_, "config": {}, **fields}
    if "config" not in body.model_fields:  # a change adds to the object named after the type
        settings = {name: fields.pop(name, None) for name in REQUIRED}[type_]
        if settings is not None:
            public = {k: v for k, v in settings.items() if not is_secret(k)}
            fields["config"] = {**(old["config"] if old else {}), **public}
            fields["credentials"] = {k: v for k, v in settings.items() if is_secret(k)}
    credentials = fields.get("credentials") or {}
    return fields, credentials.get("secret") if type_ == WEBHOOK else None
