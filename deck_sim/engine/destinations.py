"""Commands that create and update event destinations."""

import json
import re
from collections.abc import Mapping
from typing import Any

from deck_sim.base.errors import listed, nearest
from deck_sim.contract.error_catalog import Problem, problem
from deck_sim.contract.resources import WEBHOOK
from deck_sim.engine.deliveries import rotate_secret, set_destination_status
from deck_sim.engine.records import Resource
from deck_sim.engine.world import ALL, World


def create_destination(world: World, fields: Mapping[str, Any], secret: str) -> Resource:
    """Create a destination from a checked body."""
    public = {name: fields[name] for name in ("name", "type", "config", "events")}
    hidden = {"secret": secret, "old_secrets": ()}
    return world.create("event_destination", public, hidden)


def update_destination(
    world: World, destination: Resource, fields: Mapping[str, Any], secret: str | None
) -> Resource:
    """Set the fields of a checked body; a new secret of a webhook rotates the old one out."""
    public = {name: fields[name] for name in ("name", "config", "events") if name in fields}
    if public:
        destination = world.change(destination, **public)
    if destination["type"] != WEBHOOK and fields.get("credentials"):
        # Nothing signs in to queues here. The credentials are dropped, so nothing can leak them.
        what = "credentials changed; they are not kept, since nothing signs in with them"
        destination = world.change(destination, what=what)
    elif secret is not None:
        destination = rotate_secret(world, destination, secret)
    return set_destination_status(world, destination, fields.get("status", destination.status))


def body_problems(
    world: World, type_: str, body: Mapping[str, Any], config_at: str
) -> list[Problem]:
    """The problems of event types and custom headers, as far as these have the right form.

    `config_at` is the field of the body that has the settings.
    """
    events: Any = body.get("events")
    config, known = body.get(config_at), world.event_types
    problems = list[Problem]()
    is_readable = isinstance(events, list) and all(isinstance(name, str) for name in events)
    for index, name in enumerate(events if is_readable and events != [ALL] else ()):
        field = f"events[{index}]"
        text = f'`{field}`: `*` stands alone, as `["*"]`'
        if name != ALL:
            text = f"`{field}`: unknown event type {name!r}{nearest(name, known) or _INSTEAD}"
        if name not in known:
            problems.append(problem("request/input_invalid", text, field=field))
    headers = config.get("custom_headers") if isinstance(config, dict) else None
    if type_ == WEBHOOK and isinstance(headers, str):
        problems += _header_problems(headers, f"{config_at}.custom_headers")
    return problems


_INSTEAD = "; `GET /v2/event-types` lists them"


def _header_problems(text: str, field: str) -> list[Problem]:
    try:
        headers = json.loads(text)  # a JSON object as a string (documented)
    except (ValueError, RecursionError):
        headers = None
    if not isinstance(headers, dict) or not all(isinstance(v, str) for v in headers.values()):
        message = (
            f'`{field}` must be a JSON object of texts, as a string: "{{\\"X-Key\\": \\"1\\"}}"'
        )
    elif bad := [
        name
        for name, value in headers.items()
        if not (_NAME.fullmatch(name) and _VALUE.fullmatch(value)) or name.lower() in _OURS
    ]:
        message = f"`{field}`: {listed(bad)} cannot be set"
    else:
        return []
    return [problem("request/input_invalid", message, field=field)]


_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_VALUE = re.compile(r"[!-~]+( +[!-~]+)*|")
_OURS = {
    "connection",
    "content-length",
    "content-type",
    "host",
    "transfer-encoding",
    "webhook-id",
    "webhook-signature",
    "webhook-timestamp",
}
