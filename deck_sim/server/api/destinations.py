"""Event destinations. The editions write one differently: `config` and `credentials`, or one object
that is named after its type. Here both become the first, and each has its routes.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from deck_sim.base.redaction import is_secret
from deck_sim.contract.assumptions import PATCH, rely_on
from deck_sim.contract.error_catalog import refuse
from deck_sim.engine import destinations
from deck_sim.engine.deliveries import WEBHOOK
from deck_sim.engine.records import Resource
from deck_sim.runtime.serialization import check_body, print_resource
from deck_sim.server.api.answers import fetch
from deck_sim.server.request import Answer, Request
from deck_sim.server.routing import endpoint
from deck_sim.webhooks.signing import make_secret, secret_problem

Fields = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a body says of a destination: of its fields those that were sent."""

    fields: Fields
    secret: str | None
    config_at: str  # where the body has its settings …
    secret_at: str  # … and its secret

    def check_secret(self) -> None:
        """See that the secret, if there is one, can be signed with."""
        problem = secret_problem(self.secret) if self.secret is not None else None
        if problem:
            text = f"`{self.secret_at}` {problem}"
            raise refuse("request/input_invalid", text, field=self.secret_at)


Read = Callable[[Request, Resource | None], Wanted]
ShowSecret = Callable[[Fields, str], None]


def _create(request: Request, read: Read, show_secret: ShowSecret) -> Answer:
    """`POST /event-destinations`. The secret is shown in this answer and in no other (assumed)."""
    world, wanted = request.simulation.world, read(request, None)
    wanted.check_secret()
    made = destinations.create_destination(
        world, wanted.fields, wanted.secret, make_secret, wanted.config_at
    )
    shown = print_resource(request.simulation, made)
    if made["type"] == WEBHOOK:
        rely_on("secret shown")
        show_secret(shown, made.hidden["secret"])
    return Answer(shown, 201)


def _update(request: Request, read: Read) -> Answer:
    """`PATCH /event-destinations/{id}`: a new secret rotates, `status` reactivates."""
    world, found = request.simulation.world, fetch(request, "event_destination")
    wanted = read(request, found)
    wanted.check_secret()
    changed = destinations.update_destination(
        world, found, wanted.fields, wanted.secret, wanted.config_at
    )
    return Answer(print_resource(request.simulation, changed))


def _read_parts(request: Request, old: Resource | None) -> Wanted:
    """As the `connections` edition writes it: `config` and `credentials`."""
    fields = request.read_body().model_dump(exclude_unset=old is not None)
    parts: Fields = {name: fields[name] for name in ("config", "credentials") if name in fields}
    if old is not None and "config" in parts:
        rely_on(PATCH)
    secret = None
    if parts and (old or fields)["type"] == WEBHOOK:
        kept: Fields = {} if old is None else {"config": old["config"]}
        parts = {**kept, **parts, "credentials": parts.get("credentials") or {}}
        secret = check_body(
            request.simulation.world.rules.body("WebhookParts"), parts
        ).model_dump()["credentials"]["secret"]
    return Wanted(fields, secret, "config", "credentials.secret")


def _read_typed(request: Request, old: Resource | None) -> Wanted:
    """As the `credentials` edition writes it: one object, named after the type."""
    fields = request.read_body().model_dump(exclude_unset=True)
    type_ = (old or fields)["type"]
    objects = {
        name: fields.pop(name)
        for name in request.simulation.world.rules.body("TypedParts").model_fields
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
    return Wanted(fields, secret, type_, f"{type_}.secret")


def _show_in_credentials(shown: Fields, secret: str) -> None:
    shown["credentials"] = {"secret": secret}


def _show_in_webhook(shown: Fields, secret: str) -> None:
    shown[WEBHOOK] = {**shown[WEBHOOK], "secret": secret}


@endpoint
def create_event_destination(request: Request) -> Answer:
    """`POST /event-destinations`, with `config` and `credentials`."""
    return _create(request, _read_parts, _show_in_credentials)


@endpoint
def update_event_destination(request: Request) -> Answer:
    """`PATCH /event-destinations/{id}`, with `config` and `credentials`."""
    return _update(request, _read_parts)


@endpoint
def create_typed_destination(request: Request) -> Answer:
    """`POST /event-destinations`, with one object that is named after the type."""
    return _create(request, _read_typed, _show_in_webhook)


@endpoint
def update_typed_destination(request: Request) -> Answer:
    """`PATCH /event-destinations/{id}`, with one object that is named after the type."""
    return _update(request, _read_typed)
