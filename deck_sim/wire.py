"""How things are printed, and how bodies are read. The wire format of both `/v2` and `/_sim`."""

import json
from datetime import UTC, datetime
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from deck_sim.complaints import complaint, spell_path
from deck_sim.engine.records import Resource
from deck_sim.engine.world import World
from deck_sim.errors import ApiError, Problem, problem, refuse

Model = TypeVar("Model", bound=BaseModel)

MAX_BODY_BYTES = 10 * 1024 * 1024
MAX_FIELD = 200  # characters of a field's name that an error repeats


def print_moment(moment: datetime) -> str:
    """`2025-01-15T09:30:00Z`, with milliseconds only if there are any (assumed)."""
    millis = moment.microsecond // 1000
    return f"{moment:%Y-%m-%dT%H:%M:%S}{f'.{millis:03}' if millis else ''}Z"


def read_moment(text: str, field: str) -> datetime:
    """Read an ISO 8601 moment; without an offset it is UTC.

    Raises:
        ApiError: `input_invalid` if it is not one.

    """
    try:
        moment = datetime.fromisoformat(text)
    except (ValueError, TypeError):
        shape = f"`{field}` must be a moment like 2025-01-15T09:30:00Z, not {text!r}"
        raise refuse("request/input_invalid", shape, field=field) from None
    return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)


def print_resource(
    world: World, resource: Resource, includes: frozenset[str] = frozenset()
) -> dict[str, Any]:
    """A resource as the API shows it."""
    row = world.kind(resource.kind)
    shown: dict[str, Any] = {"id": resource.id, "object": row.object}
    for name in row.attributes:
        if name == "status":
            shown[name] = resource.status
        elif name in row.embeds:
            shown[name] = _print_embedded(world, resource, name)
        else:
            shown[name] = resource.fields[name]
    for name in row.includes:
        if name in includes:
            shown[name] = resource.hidden[name]
    shown["created_at"] = print_moment(resource.created_at)
    shown["updated_at"] = print_moment(resource.updated_at)
    return shown


def _print_embedded(world: World, resource: Resource, name: str) -> list[dict[str, Any]]:
    embed = world.kind(resource.kind).embeds[name]
    inner = [
        print_resource(world, other)
        for other in world.all(embed.kind).values()
        if not other.deleted and other[embed.by] == resource.id
    ]
    return [{name: item[name] for name in embed.shows} for item in inner]


def print_errors(error: ApiError) -> dict[str, Any]:
    """The error envelope."""
    return {"errors": [p.as_json() for p in error.problems]}


def dump_json(data: Any) -> bytes:
    """JSON as UTF-8, with no spaces."""
    return json.dumps(data, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode()


def read_object(body: bytes) -> dict[str, Any]:
    """Read a body that must be a JSON object.

    Raises:
        ApiError: `body_invalid`, with the place where the JSON breaks.

    """
    if not body:
        raise refuse("request/body_invalid", "The body is empty; it must be a JSON object.")
    try:
        data = json.loads(body.decode(), parse_constant=_no_constant)
    except UnicodeDecodeError as error:
        text = f"The body is not UTF-8: byte {error.start} cannot be read."
        raise refuse("request/body_invalid", text) from None
    except json.JSONDecodeError as error:
        text = f"The body is not JSON: {error.msg} in line {error.lineno}, column {error.colno}."
        raise refuse("request/body_invalid", text) from None
    except (RecursionError, ValueError) as error:
        raise refuse(
            "request/body_invalid", f"The body is not JSON that can be read: {error}."
        ) from None
    if not isinstance(data, dict):
        found = {list: "an array", str: "a string", type(None): "null"}.get(type(data), "a scalar")
        raise refuse("request/body_invalid", f"The body must be a JSON object, not {found}.")
    return data


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is not JSON")


def check_body(model: type[Model], data: dict[str, Any]) -> Model:
    """Check an object against its model.

    Raises:
        ApiError: with every problem, one element each.

    """
    try:
        return model.model_validate(data)
    except ValidationError as error:
        found = error.errors(include_url=False)
        raise ApiError(*(_problem(details, model) for details in found)) from None


# What counts as not given at all: absent, null or empty where there must be something.
_MISSING = {"missing", "string_too_short"}
_SPECIAL = {("literal_error", "auth_method"): "auth/auth_method_invalid"}


def _problem(error: ErrorDetails, model: type[BaseModel]) -> Problem:
    field = spell_path(error["loc"])[:MAX_FIELD]
    if error["type"] in _MISSING or error["input"] is None:
        return problem("request/input_missing", field=field)
    name = _SPECIAL.get((error["type"], field), "request/input_invalid")
    return problem(name, f"`{field}`: {complaint(error, model)}", field=field)
