"""The JSON of `/v2` and `/_sim`: resources, events, webhook messages, stored files."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime
from hashlib import blake2b
from typing import Any

from deck_sim.base.redaction import world_token
from deck_sim.contract.kinds import REQUIRED
from deck_sim.engine.files import PNG, SCREENSHOT_IMAGE, File, files_of, find_file, kept_screenshots
from deck_sim.engine.world_values import Event, Resource, Screenshot
from deck_sim.runtime.moment_text import format_moment
from deck_sim.runtime.simulation import Simulation

# One encoder for all: `json.dumps` would make one for each call.
_encode = json.JSONEncoder(ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode


def resource_as_json(
    simulation: Simulation,
    resource: Resource,
    includes: frozenset[str] = frozenset(),
    at: datetime | None = None,
) -> dict[str, Any]:
    """Return a resource as the API shows it. If it has not ended, its `runtime_ms` is the working
    time until `at` (by default the world's time).
    """
    world = simulation.world
    row = world.kind(resource.kind)
    data: dict[str, Any] = {"id": resource.id, "object": row.object}
    for name in row.attributes:
        if name == "status":
            data[name] = resource.status
        elif name == "url":  # of a storage item
            data[name] = file_url(simulation, resource.id)
        elif name == "runtime_ms":
            data[name] = world.runtime_ms(resource, at or world.now)
        elif name in row.embeds:
            data[name] = world.embedded(resource, name)
        elif name in row.named_by:  # the settings of a destination, named after its type
            type_, settings = resource.fields[row.named_by[name]], resource.fields[name]
            data[type_] = {field: settings[field] for field in REQUIRED[type_]}
        else:
            value = resource.fields[name]
            data[name] = format_moment(value) if isinstance(value, datetime) else value
    for name in row.includes:
        if name in includes:
            data[name] = _INCLUDES[name](simulation, resource)
    for name in row.moments:
        data[name] = format_moment(getattr(resource, name))
    return {**data, **world.additive_changes.unknown_fields}


def storage_item_as_json(simulation: Simulation, item: Resource) -> dict[str, Any]:
    """Return a stored file as its run and the list of the run's files show it."""
    whole = resource_as_json(simulation, item)
    world = simulation.world
    listed = world.kind(item.kind).listed or tuple(whole)
    return {name: whole[name] for name in (*listed, *world.additive_changes.unknown_fields)}


def screenshot_as_json(simulation: Simulation, shot: Screenshot) -> dict[str, Any]:
    return {
        "file_name": shot.name,
        "file_type": PNG,
        "file_size": len(SCREENSHOT_IMAGE),
        "created_at": format_moment(shot.created_at),
        "url": file_url(simulation, shot.id),
        "reasoning": shot.reasoning,
    }


def _screenshots_as_json(simulation: Simulation, run: Resource) -> list[dict[str, Any]]:
    shots = kept_screenshots(simulation.world, run)
    return [screenshot_as_json(simulation, shot) for shot in shots]


# The values of `include=` for a run.
_INCLUDES: dict[str, Callable[[Simulation, Resource], Any]] = {
    "input": lambda simulation, run: run.hidden["input"],
    "storage": lambda simulation, run: [
        storage_item_as_json(simulation, item) for item in files_of(simulation.world, run)
    ],
    "artifacts": lambda simulation, run: {"screenshots": _screenshots_as_json(simulation, run)},
    "screenshots": _screenshots_as_json,
}


def event_as_json(simulation: Simulation, event: Event) -> dict[str, Any]:
    """Return an event as the API shows it. Its resource is as it was then: whole, or a summary."""
    world = simulation.world
    summary = world.kind(event.data.kind).summary
    data = resource_as_json(simulation, event.data, at=event.created_at)
    if summary is not None:
        data = {name: data[name] for name in summary}
    data |= event.extras
    if world.options.empty_for_null:
        data = {name: "" if value is None else value for name, value in data.items()}
    return {
        "id": event.id,
        "object": "event",
        "type": event.type,
        "data": data,
        "created_at": format_moment(event.created_at),
        **world.additive_changes.unknown_fields,
    }


def message_as_json(simulation: Simulation, event: Event) -> dict[str, Any]:
    """Return an event as destinations receive it. In editions that number messages, the
    message has a `request_id`, which is the same in each attempt.
    """
    number = {"request_id": f"req_{event.id.partition('_')[2]}"}
    numbered = simulation.world.contract.numbers_messages
    return event_as_json(simulation, event) | (number if numbered else {})


def file_url(simulation: Simulation, file_id: str) -> str:
    """Return the URL of the bytes of a file or screenshot; its signature replaces the API key."""
    files = f"{simulation.origin}/_sim/files/{world_token(simulation.key)}"
    return f"{files}/{file_id}?signature={_sign(simulation, file_id)}"


def read_signed_file(simulation: Simulation, file_id: str, signature: str) -> File | None:
    """Return the file of a signed URL; None if the signature is wrong or the file is unknown."""
    if signature != _sign(simulation, file_id):
        return None
    return find_file(simulation.world, file_id)


def _sign(simulation: Simulation, file_id: str) -> str:
    return blake2b(f"{simulation.world.seed}/{file_id}".encode(), digest_size=12).hexdigest()


def dump_json(data: Any) -> bytes:
    return _encode(data).encode()
