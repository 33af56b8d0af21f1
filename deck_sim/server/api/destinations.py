"""Event destinations. Their bodies have `config` and `credentials` in one edition, and one object
named after the type in the other; both are read into the first form.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

from deck_sim.base.redaction import is_secret
from deck_sim.contract.assumptions import rely_on
from deck_sim.contract.destinations import REQUIRED, WEBHOOK
from deck_sim.contract.error_catalog import Problem, problem, raise_problems
from deck_sim.contract.subjects import PATCH, PATCH_OF_DESTINATION, SECRET_SHOWN
from deck_sim.engine import destinations
from deck_sim.engine.records import Resource
from deck_sim.runtime.request_bodies import check_body
from deck_sim.runtime.serialization import print_resource
from deck_sim.server.request import Answer, Request
from deck_sim.server.routing import add_endpoint
from deck_sim.webhooks.signing import secret_of, secret_problem

Fields = dict[str, Any]


@dataclass(frozen=True, slots=True)
class DestinationBody:
    """The fields of a destination that a body has, and its secret."""

    fields: Fields
    secret: str | None


Read = Callable[[Request, Resource | None], DestinationBody]
ShowSecret = Callable[[Fields, str], None]


def _create(request: Request, read: Read, show: ShowSecret) -> Answer:
    """Create a destination. This answer shows its secret, and no other does (assumed)."""
    body = read(request, None)
    secret = body.secret or secret_of(request.simulation.key)
    created = destinations.create_destination(request.world, body.fields, secret)
    shown = print_resource(request.simulation, created)
    if created["type"] == WEBHOOK:
        rely_on(SECRET_SHOWN)
        show(shown, secret)
    return Answer(shown, 201)


def _update(request: Request, read: Read) -> Answer:
    """Change a destination. A new secret rotates; `status` reactivates."""
    old = request.fetch("event_destination")
    body = read(request, old)
    return request.show(
        destinations.update_destination(request.world, old, body.fields, body.secret)
    )


def _read_parts(request: Request, old: Resource | None) -> DestinationBody:
    """Read `config` and `credentials`."""
    type_, fields = _check(request, old, lambda type_: ("config", "credentials"))
    if old is not None and "config" in fields:
        rely_on(PATCH)
    fields = fields if old is not None else {"config": {}, **fields}
    credentials = fields.get("credentials") or {}
    return DestinationBody(fields, credentials.get("secret") if type_ == WEBHOOK else None)


def _read_typed(request: Request, old: Resource | None) -> DestinationBody:
    """Read one object named after the type. In a change it keeps what it does not name."""
    type_, fields = _check(request, old, lambda type_: (type_, type_))
    given = {name: fields.pop(name, None) for name in REQUIRED}[type_]
    if old is None:
        fields, given = {**fields, "type": type_}, given or {}
    elif given is not None:
        rely_on(PATCH_OF_DESTINATION)
    if given is None:
        return DestinationBody(fields, None)
    kept = {} if old is None else old["config"]
    fields["config"] = {**kept, **{k: v for k, v in given.items() if not is_secret(k)}}
    fields["credentials"] = {k: v for k, v in given.items() if is_secret(k)}
    return DestinationBody(fields, given.get("secret") if type_ == WEBHOOK else None)


def _check(
    request: Request, old: Resource | None, parts: Callable[[str], tuple[str, str]]
) -> tuple[str, Fields]:
    """The type of a destination, and the fields that were sent; the error has every problem.

    `parts` gives the fields of the body with the settings and with the secret of a type.
    """
    data, rules, operation = request.read_object(), request.world.rules, request.operation
    assert operation is not None, "the operation takes no body"
    assert operation.body is not None, "the operation takes no body"
    body = rules.body(operation.body)
    found = old["type"] if old else data.get("type", body.model_fields["type"].default)
    type_ = found if isinstance(found, str) else ""
    config_at, credentials_at = parts(type_)

    def beyond(data: Fields) -> list[Problem]:
        found = {"events": data.get("events"), "config": data.get(config_at)}
        problems = destinations.body_problems(request.world, type_, found, config_at)
        held = data.get(credentials_at)
        secret = held.get("secret") if isinstance(held, dict) and type_ == WEBHOOK else None
        fault = secret_problem(secret) if isinstance(secret, str) and secret else None
        if fault:
            field = f"{credentials_at}.secret"
            problems.append(problem("request/input_invalid", f"`{field}` {fault}", field=field))
        return problems

    model = body.of_type(type_)
    fields = check_body(model, data, beyond).model_dump(exclude_unset=True)
    raise_problems(beyond(data))
    return type_, fields


def _show_in_credentials(shown: Fields, secret: str) -> None:
    shown["credentials"] = {"secret": secret}


def _show_in_webhook(shown: Fields, secret: str) -> None:
    shown[WEBHOOK] = {**shown[WEBHOOK], "secret": secret}


add_endpoint(
    "create_event_destination", partial(_create, read=_read_parts, show=_show_in_credentials)
)
add_endpoint("update_event_destination", partial(_update, read=_read_parts))
add_endpoint("create_typed_destination", partial(_create, read=_read_typed, show=_show_in_webhook))
add_endpoint("update_typed_destination", partial(_update, read=_read_typed))
