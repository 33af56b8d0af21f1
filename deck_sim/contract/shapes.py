"""What the attributes of the answers look like, as JSON Schema. One row for each kind of resource,
with a shape for each attribute that the kind lists in `resources`.

What follows from the kind itself has no shape here: `status` and embedded lists. No object says
that it has no other fields: Deck adds some without a new version (documented).
"""

from collections.abc import Mapping
from typing import Any

from deck_sim.contract import bodies, resources
from deck_sim.contract.error_catalog import CATALOG
from deck_sim.contract.interactions import PROMPTS

Shape = dict[str, Any]


def record(properties: Mapping[str, Shape], optional: Mapping[str, Shape] | None = None) -> Shape:
    """An object that has all of `properties`, and may have those that are `optional`."""
    every = {**properties, **(optional or {})}
    return {"type": "object", "properties": every, "required": [*properties]}


def many(items: Shape) -> Shape:
    """A list."""
    return {"type": "array", "items": items}


def nullable(shape: Shape) -> Shape:
    """The same, or null."""
    return {"anyOf": [shape, {"type": "null"}]}


def unset(shape: Shape) -> Shape:
    """The same, or null, as it is at first."""
    return {**nullable(shape), "examples": [None]}


def named(name: str) -> Shape:
    """A shape that the document holds under that name."""
    return {"$ref": f"#/components/schemas/{name}"}


def text(example: str, **more: Any) -> Shape:
    """Text, with an example of it."""
    return {"type": "string", "examples": [example], **more}


def constant(value: Any) -> Shape:
    """Always the same."""
    return {"type": "boolean" if isinstance(value, bool) else "string", "const": value}


def part(model: type[bodies.Body]) -> Shape:
    """A part of a resource as it was sent, with the defaults of what was left out."""
    schema = model.model_json_schema(mode="serialization")
    plain = {name: {**inner} for name, inner in schema["properties"].items()}
    for inner in plain.values():
        del inner["title"]
    return record(plain)


def _choice(model: type[bodies.Body], field: str) -> Shape:
    """One of the words that a field of a body takes."""
    return {"type": "string", "enum": model.model_json_schema()["properties"][field]["enum"]}


def _choice_of(*words: str) -> Shape:
    """One of these words."""
    return {"type": "string", "enum": [*words]}


def _words(of: str, words: Mapping[str, Any]) -> str:
    return f"{of}: {', '.join(f'`{word}`' for word in words)}. There may be new ones."


ID: Shape = {"type": "string", "minLength": 1, "maxLength": 255}


def identity(prefix: str) -> Shape:
    """An id; clients do not look into it, so its prefix is only an example."""
    return {**ID, "examples": [f"{prefix}_Xk29fLq0aZ81bTnE"]}


AGENT_ID = identity(resources.AGENT.prefix)
SOURCE_ID = identity(resources.SOURCE.prefix)
TASK_ID = identity(resources.TASK.prefix)
CONNECTION_ID = identity(resources.CONNECTION.prefix)
RUN_ID = identity(resources.TASK_RUN.prefix)
CREDENTIAL_ID = identity(resources.CREDENTIAL.prefix)
SESSION_ID = identity(resources.SESSION.prefix)
EVENT_ID = identity("evt")
MOMENT = text("2025-01-15T09:30:00Z", format="date-time")
COUNT: Shape = {"type": "integer", "minimum": 0, "examples": [2]}
OBJECT: Shape = {"type": "object", "examples": [{"nights": 2}]}
SCHEMA: Shape = {"type": "object", "examples": [{"type": "object"}]}
ADDRESS = text("http://127.0.0.1:8765/_sim/files/7d1c/stor_1?signature=9a0e", format="uri")
EXTERNAL_ID = nullable(text("customer-17", maxLength=255))
_DESCRIPTION = nullable(text("Reads what the hotel shows."))
_FILE = {
    "file_name": text("statement.pdf"),
    "file_type": text("application/pdf"),
    "file_size": COUNT,
}
_INTERACTION = unset(named("Interaction"))

STANDARD = {"created_at": MOMENT, "updated_at": MOMENT}

ATTRIBUTES: Mapping[str, Mapping[str, Shape]] = {
    "agent": {"name": text("Concierge"), "description": _DESCRIPTION},
    "source": {
        "name": nullable(text("Hotel")),
        "type": constant("website"),
        "website": named("SourceWebsite"),
    },
    "task": {
        "name": text("Read reservations"),
        "agent_id": AGENT_ID,
        "description": _DESCRIPTION,
        "prompt": nullable(text("List the reservations of the next week.")),
        "input_schema": nullable(SCHEMA),
        "output_schema": nullable(SCHEMA),
        "storage": nullable(named("KeptTaskStorage")),
        "extraction": nullable(OBJECT),
        "settings": named("KeptTaskSettings"),
    },
    "connection": {
        "source_id": SOURCE_ID,
        "auth_method": _choice(bodies.CreateConnection, "auth_method"),
        "external_id": EXTERNAL_ID,
        "interaction": _INTERACTION,
    },
    "credential": {
        "source_id": SOURCE_ID,
        "auth_method": _choice(bodies.CreateCredential, "auth_method"),
        "external_id": EXTERNAL_ID,
    },
    "session": {"credential_id": nullable(CREDENTIAL_ID), "source_id": SOURCE_ID},
    "storage": {
        **_FILE,
        "url": ADDRESS,
        "extraction": {"description": "What was read out of it, if anything was."},
        "task_run_id": RUN_ID,
        "result": _choice_of("success", "failure"),
    },
    "event_destination": {
        "name": text("Hook"),
        "type": _choice(bodies.CreateDestination, "type"),
        "config": {"type": "object", "examples": [{"url": "https://example.com/hooks"}]},
        "events": {
            **many({"type": "string"}),
            "minItems": 1,
            "examples": [["task_run.completed"]],
        },
    },
    "event_delivery": {
        "event_type": text("task_run.completed"),
        "event_id": EVENT_ID,
        "event_destination_id": identity(resources.EVENT_DESTINATION.prefix),
        "attempts": COUNT,
        "delivered_at": unset(MOMENT),
    },
    "task_run": {
        "task_id": TASK_ID,
        "agent_id": AGENT_ID,
        "source_id": SOURCE_ID,
        "connection_id": CONNECTION_ID,
        "credential_id": nullable(CREDENTIAL_ID),
        "session_id": nullable(SESSION_ID),
        "result": unset(_choice_of("success", "failure", "unknown")),
        "runtime_ms": unset(COUNT),
        "output": unset(OBJECT),
        "errors": {**many(named("Error")), "examples": [[]]},
        "interaction": _INTERACTION,
        "input": OBJECT,
        "storage": many(named("Storage")),
        "artifacts": many(named("Screenshot")),
        "screenshots": many(named("Screenshot")),
    },
}

# What is no resource, or is one without a kind of its own.
OTHERS: Mapping[str, Shape] = {
    "readiness": record({"status": constant("ready"), "environment": constant("live")}),
    "deleted": record({"id": AGENT_ID, "object": text("agent"), "deleted": constant(True)}),
    "screenshot": record(
        {
            **_FILE,
            "created_at": MOMENT,
            "url": ADDRESS,
            "reasoning": text("The login form is shown."),
        }
    ),
    "event_type": record({"object": constant("event_type"), "type": text("task_run.completed")}),
    # The secret is shown in the answer to a create, and in no other.
    "created_event_destination": {
        "allOf": [
            named("EventDestination"),
            record(
                {},
                {"credentials": record({"secret": text("whsec_ZGVjay1zaW0gc2lnbnMgd2l0aCB0aGlz")})},
            ),
        ]
    },
}

# What others refer to by name.
SHARED: Mapping[str, Shape] = {
    "Error": record(
        {
            "type": {
                "type": "string",
                "enum": sorted({row.type for row in CATALOG.values()}),
                "examples": ["request"],
            },
            "code": text("input_missing"),
            "message": text("`name` is required and cannot be empty."),
        },
        {"field": text("name")},
    ),
    "Errors": record(
        {"errors": {**many(named("Error")), "minItems": 1}, "request_id": identity("req")}
    ),
    "Interaction": record(
        {
            "type": text("mfa", description=_words("What is asked", PROMPTS)),
            "message": text("Enter the verification code."),
            "fields": many(
                record({"name": text("code"), "type": text("string"), "label": text("Code")})
            ),
        }
    ),
    "KeptTaskSettings": part(bodies.TaskSettings),
    "KeptTaskStorage": part(bodies.TaskStorage),
    "SourceWebsite": part(bodies.Website),
    "Answered": record({"request_id": identity("req")}),
}
