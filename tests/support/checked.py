"""Checks every answer below `/v2` against the OpenAPI document.

The app is wrapped. Mismatches are kept in `MISMATCHES` and fail the running test.
"""

import json
import re
from functools import cache

import jsonschema_rs
from starlette.datastructures import Headers

from deck_sim.contract.error_catalog import ApiError
from deck_sim.engine.world_values import AdditiveChanges
from deck_sim.faults.outgoing import FAULT_HEADER as SPOILED
from deck_sim.scenario.selection import SCENARIO_HEADER
from deck_sim.server.openapi.document import CODES, document

MISMATCHES: list[str] = []


def close(shape, schemas):
    """The schema, in which no object may have unknown fields."""
    return {**_close(shape, schemas), "components": {"schemas": schemas}}


def _close(shape, schemas):
    if "$ref" in shape:
        return _close(schemas[shape["$ref"].rpartition("/")[2]], schemas)
    if "allOf" in shape and "properties" not in shape:
        parts = [_close(part, schemas) for part in shape["allOf"]]
        properties = {k: v for part in parts for k, v in part["properties"].items()}
        required = list(dict.fromkeys(name for part in parts for name in part["required"]))
        return {"type": "object", "properties": properties, "required": required, **_CLOSED}
    closed = dict(shape)
    if "properties" in shape:
        fields = shape["properties"].items()
        closed = {**_CLOSED, **closed, "properties": {k: _close(v, schemas) for k, v in fields}}
    if "items" in shape:
        closed["items"] = _close(shape["items"], schemas)
    for word in ("anyOf", "oneOf"):
        if word in shape:
            closed[word] = [_close(part, schemas) for part in shape[word]]
    return closed


_CLOSED = {"additionalProperties": False}


@cache
def validator(edition, path, method, status=None, *, closed=True):
    """A validator of the answer with that status, or without a status of the request's body."""
    openapi = document(edition)
    operation = openapi["paths"][path][method]
    part = operation["responses"][status] if status else operation["requestBody"]
    schema = {**part["content"]["application/json"]["schema"], "components": openapi["components"]}
    if closed:
        schema = close(schema, openapi["components"]["schemas"])
    return jsonschema_rs.Draft202012Validator(schema, validate_formats=True)


@cache
def patterns(edition):
    paths = document(edition)["paths"]
    return [(path, re.compile(re.sub(r"\{\w+\}", "[^/]+", path))) for path in paths]


def complaints(edition, method, path, status, sent, answered, *, closed=True):
    """The mismatches of one call; `sent` and `answered` are its bodies.

    With `closed` the answer must not have undocumented fields.
    """
    place = next((name for name, pattern in patterns(edition) if pattern.fullmatch(path)), None)
    operation = document(edition)["paths"].get(place, {}).get(method)
    if operation is None:
        allowed = (401, 413, 429, 500, 405 if place else 404)
        return [] if status in allowed else [f"the status is not one of {allowed}"]
    if f"{status}" not in operation["responses"]:
        return [f"the status is not one of {[*operation['responses']]}"]
    answers = validator(edition, place, method, f"{status}", closed=closed)
    checks = [(answers, json.loads(answered))]
    # A world with additive changes takes its made-up event type in a body, too.
    if status < 400 and closed and "requestBody" in operation:
        checks.append((validator(edition, place, method), json.loads(sent)))
    errors = [error for schema, body in checks for error in schema.iter_errors(body)]
    unknown_codes = undocumented(operation, status, checks[0][1])
    return [*(f"{error.instance_path}: {error}" for error in errors), *unknown_codes]


def undocumented(operation, status, answered):
    """The error codes that the operation does not document for the status."""
    if status < 400:
        return []
    codes = [f"{error['type']}/{error['code']}" for error in answered["errors"]]
    by_status = {name: answer.get(CODES, []) for name, answer in operation["responses"].items()}
    unknown = {codes[0]}.difference(by_status[f"{status}"])
    unknown |= {*codes[1:]}.difference(*by_status.values())
    return [f"{code} is not documented" for code in sorted(unknown)]


class Checked:
    def __init__(self, app, worlds):
        self.app, self.worlds = app, worlds

    async def __call__(self, scope, receive, send):
        if scope["type"] != "http" or not scope["path"].startswith("/v2/"):
            return await self.app(scope, receive, send)
        sent, answered, started = bytearray(), bytearray(), {}

        async def receive_and_keep():
            message = await receive()
            sent.extend(message.get("body", b""))
            return message

        async def check_and_send(message):
            if message["type"] == "http.response.start":
                started.update(message)
            answered.extend(message.get("body", b""))
            if message["type"] == "http.response.body" and not message.get("more_body"):
                self.check(scope, started, sent, answered)
            await send(message)

        return await self.app(scope, receive_and_keep, check_and_send)

    def check(self, scope, started, sent, answered):
        """Keep answers that break the OpenAPI document.

        The document is read closed: an unknown field is a mismatch, except in a world with additive
        changes on. Answers that a fault changed, and refusals of a scenario, are not checked.
        """
        names = {name.decode() for name, _ in started["headers"]}
        refused = started["status"] >= 400 and SCENARIO_HEADER.lower() in names
        if scope["method"] == "HEAD" or SPOILED in names or refused:
            return
        edition, closed = self._world(scope)
        method, path = scope["method"].lower(), scope["path"].removeprefix("/v2")
        status = started["status"]
        texts = complaints(edition, method, path, status, sent, answered, closed=closed)
        place = f"{scope['method']} {scope['path']} -> {status}"
        MISMATCHES.extend(f"{place}: {text}" for text in texts)

    def _world(self, scope):
        """The edition of the world that answered, and whether it shows documented fields only."""
        try:
            key = Headers(scope=scope).get("authorization")
            world = self.worlds.select(key).world
        except ApiError:
            return self.worlds.settings.edition, True
        return world.edition, world.additive_changes == AdditiveChanges()
