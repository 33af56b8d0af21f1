"""Event destinations. Their bodies have `config` and `credentials` in one edition, and one object
named after the type in the other; both are read into the first form.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

from deck_sim.base.redaction import is_secret
from deck_sim.contract.assumptions import PATCH, rely_on
from deck_sim.contract.error_catalog import refuse
from deck_sim.engine import destinations
from deck_sim.engine.deliveries import WEBHOOK
from deck_sim.engine.records import Resource
from deck_sim.runtime.request_bodies import check_body
from deck_sim.runtime.serialization import print_resource
from deck_sim.server.request import Answer, Request
from deck_sim.server.routing import ENDPOINTS
from deck_sim.webhooks.signing import make_secret, secret_problem

Fields = dict[str, Any]


@dataclass(frozen=True, slots=True)
class DestinationBody:
    """The fields of a destination that a body has."""

    fields: Fields
    secret: str | None
    config_field: str  # the name of the body's field for the configuration
    secret_field: str


Read = Callable[[Request, Resource | None], DestinationBody]
ShowSecret = Callable[[Fields, str], None]


def _read(request: Request, old: Resource | None, read: Read) -> DestinationBody:
    body = read(request, old)
    problem = secret_problem(body.secret) if body.secret is not None else None
    if problem:
        text = f"`{body.secret_field}` {problem}"
        raise refuse("request/input_invalid", text, field=body.secret_field)
    return body


def _create(request: Request, read: Read, show: ShowSecret) -> Answer:
    """Create a destination. This answer shows its secret, and no other does (assumed)."""
    body = _read(request, None, read)
    created = destinations.create_destination(
        request.world, body.fields, body.secret, make_secret, body.config_field
    )
    shown = print_resource(request.simulation, created)
    if created["type"] == WEBHOOK:
        rely_on("secret shown")
        show(shown, created.hidden["secret"])
    return Answer(shown, 201)


def _update(request: Request, read: Read) -> Answer:
    """Change a destination. A new secret rotates; `status` reactivates."""
    old = request.fetch("event_destination")
    body = _read(request, old, read)
    return request.show(
        destinations.update_destination(
            request.world, old, body.fields, body.secret, body.config_field
        )
    )


def _read_parts(request: Request, old: Resource | None) -> DestinationBody:
    """Read `config` and `credentials`."""
    fields = request.read_body().model_dump(exclude_unset=old is not None)
    parts: Fields = {name: fields[name] for name in ("config", "credentials") if name in fields}
    if old is not None and "config" in parts:
        rely_on(PATCH)
    secret = None
    if parts and (old or fields)["type"] == WEBHOOK:
        kept: Fields = {} if old is None else {"config": old["config"]}
        parts = {**kept, **parts, "credentials": parts.get("credentials") or {}}
        checked = check_body(request.world.rules.body("WebhookParts"), parts).model_dump()
        secret = checked["credentials"]["secret"]
    return DestinationBody(fields, secret, "config", "credentials.secret")


def _read_typed(request: Request, old: Resource | None) -> DestinationBody:
    """Read one object named after the type."""
    fields = request.read_body().model_dump(exclude_unset=True)
    type_ = (old or fields)["type"]
    objects = {
        name: fields.pop(name)
        for name in request.world.rules.body("TypedParts").model_fields
        if name in fields
    }
    for name in (name for name, value in objects.items() if name != type_ and value is not None):
        text = f"`{name}` is not for a destination of the type `{type_}`, which takes `{type_}`"
        raise refuse("request/input_invalid", text, field=name)
    own = objects.get(type_)
    if own is None and (old is None or type_ in objects):
        raise refuse("request/input_missing", field=type_)
    if own is not None:
        if old is not None:
            rely_on("patch of a destination's object")
        kept = {} if old is None else old["config"]
        fields["config"] = {**kept, **{k: v for k, v in own.items() if not is_secret(k)}}
        fields["credentials"] = {k: v for k, v in own.items() if is_secret(k)}
    secret = fields.get("credentials", {}).get("secret") if type_ == WEBHOOK else None
    return DestinationBody(fields, secret, type_, f"{type_}.secret")


def _show_in_credentials(shown: Fields, secret: str) -> None:
    shown["credentials"] = {"secret": secret}


def _show_in_webhook(shown: Fields, secret: str) -> None:
    shown[WEBHOOK] = {**shown[WEBHOOK], "secret": secret}


ENDPOINTS |= {
    "create_event_destination": partial(_create, read=_read_parts, show=_show_in_credentials),
    "update_event_destination": partial(_update, read=_read_parts),
    "create_typed_destination": partial(_create, read=_read_typed, show=_show_in_webhook),
    "update_typed_destination": partial(_update, read=_read_typed),
}
