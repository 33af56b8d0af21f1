"""The calls of the Deck API and of the control API, with the schemas of their bodies."""

from dataclasses import dataclass
from functools import cache
from typing import Any

from deck_sim.faults.fault import REGISTRY as FAULTS
from deck_sim.scenario.schema import scenario_schema
from deck_sim.server.control import app, bodies  # noqa: F401 (the app registers the routes)
from deck_sim.server.control.routes import ROUTES
from deck_sim.server.openapi.document import document

Schema = dict[str, Any]


@dataclass(frozen=True)
class Call:
    """A route, with the schema of its body and the names of its query."""

    method: str
    path: str  # with its prefix; parameters in braces
    body: Schema | None = None
    query: tuple[str, ...] = ()
    weight: int = 1
    isolated: bool = False  # replaces a whole world, so it gets one that nothing else uses


# The model of each body of the control API that `deck_sim.server.control.bodies` has.
_BODIES = {
    "PATCH /world": bodies.ChangeWorld,
    "POST /reset": bodies.NewWorld,
    "PUT /clock": bodies.SetClock,
    "POST /clock/advance": bodies.Advance,
    "POST /holds": bodies.NewHold,
    "POST /queue": bodies.Queue,
    "PUT /rules": bodies.Rules,
}
_ANSWER: Schema = {
    "type": "object",
    "properties": {"inputs": {"type": "object", "additionalProperties": {"type": "string"}}},
    "required": ["inputs"],
}
# How often a call is made, as a multiple of the rarest. Calls with long answers are rare.
_USUAL, _WITH_BODY = 4, 12
_WEIGHTS = {
    "POST /seed": 12,
    "POST /clock/advance": 16,
    "PUT /scenarios/{name}": 20,
    "POST /faults": 20,
    **dict.fromkeys(("GET /snapshot", "GET /fidelity", "GET /schemas", "PUT /snapshot"), 1),
}
_ISOLATED = ("POST /reset", "DELETE /world", "PUT /snapshot", "POST /seed", "PATCH /world")
QUERIES = ("limit", "follow", "include", "poll_interval", "grade", "edition")
OTHERS = (
    "/",
    "/v1/agents",
    "/v2",
    "/v2/",
    "/_sim",
    "/_sim/",
    "/openapi.json",
    "/_sim/ui",
    "/_sim/ui/app.js",
    "/favicon.ico",
)


@cache
def find_calls(edition: str) -> tuple[list[Call], dict[str, Schema]]:
    """The calls of an edition, and the schemas that those of the bodies refer to."""
    described = document(edition)
    schemas: dict[str, Schema] = dict(described["components"]["schemas"])
    calls = [
        Call(
            method.upper(),
            f"/v2{path}",
            _body(operation),
            _query(operation),
            _WITH_BODY if "requestBody" in operation else _USUAL,
        )
        for path, operations in described["paths"].items()
        for method, operation in operations.items()
    ]
    for route in ROUTES:
        name = f"{route.method} {route.path}"
        body = _control_body(name, schemas)
        weight = _WEIGHTS.get(name, _WITH_BODY if body else _USUAL)
        calls.append(
            Call(route.method, f"/_sim{route.path}", body, QUERIES, weight, name in _ISOLATED)
        )
    calls += [Call("GET", path, None, ("edition",)) for path in OTHERS]
    return calls, schemas


def _body(operation: dict[str, Any]) -> Schema | None:
    body = operation.get("requestBody")
    return body and body["content"]["application/json"]["schema"]


def _query(operation: dict[str, Any]) -> tuple[str, ...]:
    return tuple(row["name"] for row in operation.get("parameters", ()) if row.get("in") == "query")


# What `POST /seed` creates, and the body of the call that creates it, without its id.
_SEEDED = {
    "agents": ("CreateAgent",),
    "sources": ("CreateSource",),
    "tasks": ("CreateTask",),
    "connections": ("CreateConnection",),
    "credentials": ("CreateCredential",),
    "sessions": ("StartSession",),
    "task_runs": ("RunTask", "RunTaskWithLogin"),
}
_OF_SEEDS = ("id", "task_id", "scenario", "status", "created_at")


def _seed(schemas: dict[str, Schema]) -> Schema:
    extra = {"type": "object", "properties": {name: {"type": "string"} for name in _OF_SEEDS}}
    lists = {
        kind: {"type": "array", "items": {"allOf": [schemas[body], extra]}}
        for kind, names in _SEEDED.items()
        for body in names
        if body in schemas
    }
    whole = {"type": "object", "properties": lists}
    return {"type": "object", "properties": {"resources": whole}, "required": ["resources"]}


def _control_body(name: str, schemas: dict[str, Schema]) -> Schema | None:
    if name == "POST /seed":
        return _seed(schemas)
    if name in _BODIES:
        return _collect(_BODIES[name].model_json_schema(), schemas)
    if name == "POST /faults":
        return {
            "anyOf": [_fault(family, class_, schemas) for (family, _), class_ in FAULTS.items()]
        }
    if name == "PUT /scenarios/{name}":
        return _collect(scenario_schema(), schemas)
    return _ANSWER if name.endswith("/answer") else None


def _fault(family: str, class_: Any, schemas: dict[str, Schema]) -> Schema:
    return {**_collect(class_.model_json_schema(), schemas), "description": family}


def _collect(schema: Schema, schemas: dict[str, Schema]) -> Schema:
    for name, shape in schema.pop("$defs", {}).items():
        schemas.setdefault(name, shape)
    return schema
