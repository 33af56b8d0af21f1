"""The checks of bodies against a world: ids, schemas, limits, and the parts of a login.

Each check returns problems and changes nothing. `runtime.request_bodies` checks a body's shape.
"""

from collections.abc import Mapping
from typing import Any

from deck_sim.base.errors import listed, quote
from deck_sim.contract import json_schema
from deck_sim.contract.error_catalog import Problem, problem
from deck_sim.contract.kinds import METHOD_NEEDS, TIMEOUT_SECONDS
from deck_sim.contract.shapes import ID
from deck_sim.engine.world import World
from deck_sim.engine.world_values import Resource

_TIMEOUT = "settings.timeout_seconds"


def body_problems(world: World, kind: str, body: Mapping[str, Any]) -> list[Problem]:
    """Return the problems that `field_problems` finds in a body whose shape may be wrong. A field
    of the wrong type is skipped, since the check of the shape reports it.
    """
    row = world.kind(kind)
    objects = dict.fromkeys((name.partition(".")[0] for name in (*row.schemas, _TIMEOUT)), dict)
    types = {**dict.fromkeys(row.references, str), **objects}
    readable = {
        n: value for n, value in body.items() if value and isinstance(value, types.get(n, ()))
    }
    return field_problems(world, kind, readable)


def new_login_problems(world: World, body: Mapping[str, Any]) -> list[Problem]:
    return body_problems(world, world.contract.login, body) + login_problems(body)


def run_problems(world: World, task: Resource, body: Mapping[str, Any]) -> list[Problem]:
    return use_problems(world, "task_run", body) + input_problems(world, task, body)


def use_problems(world: World, kind: str, body: Mapping[str, Any]) -> list[Problem]:
    """Return the problems of the ids in the body of a new run or session: none was sent, one is
    unknown, or two do not belong together.
    """
    references = world.kind(kind).references
    names = [name for name in references if body.get(name) is not None]
    if not names and len(references) > 1:  # the check of the shape requires a single one
        ids = listed(references, last="or")
        text = f"{ids} is required; send `source_id` only for a source that takes no login"
        return [problem("request/input_missing", text, field="credential_id")]
    targets = [
        target
        for name, used in references.items()
        if isinstance(body.get(name), str) and (target := world.find(used, body[name]))
    ]
    return body_problems(world, kind, body) + [
        problem(
            "request/input_invalid",
            f"`{name}` is `{body[name]}`, but the {target.kind} `{target.id}` has"
            f" {'none' if (id_ := target.fields[name]) is None else f'`{id_}`'};"
            f" leave out `{name}` or `{target.kind}_id`",
            field=name,
        )
        for target in targets
        for name in names
        if target.fields.get(name, body[name]) != body[name]
    ]


def input_problems(world: World, task: Resource, body: Mapping[str, Any]) -> list[Problem]:
    schema, run_input = task.fields["input_schema"], body.get("input", {})
    if schema is None or not isinstance(run_input, dict):
        return []
    return json_schema.violations(schema, run_input, "input")


def login_problems(fields: Mapping[str, Any], stored: Resource | None = None) -> list[Problem]:
    """Return a problem for each part of a login that its `auth_method` needs and that is missing.

    An update may omit `auth_method` or `auth_credentials`; those of the `stored` login are then
    checked. Credentials of the wrong type are skipped.
    """
    method = fields.get("auth_method", stored and stored["auth_method"])
    credentials = fields.get("auth_credentials", stored and stored.hidden)
    if not isinstance(credentials, Mapping | None):
        return []
    needed = METHOD_NEEDS.get(f"{method}", ())
    absent = [name for name in needed if not (credentials or {}).get(name)]
    return [problem("request/input_missing", field=f"auth_credentials.{name}") for name in absent]


def field_problems(world: World, kind: str, fields: Mapping[str, Any]) -> list[Problem]:
    """Return the problems of fields that have the right types: unknown ids, absent fields that
    others need, invalid JSON Schemas, and a timeout above the plan's limit.
    """
    row, cap = world.kind(kind), world.options.timeout_cap
    absent = [
        needed
        for name, needed in row.needs.items()
        if _at(fields, name) is True and _at(fields, needed) is None
    ]
    problems = list[Problem]()
    for name, used in row.references.items():
        id_ = fields.get(name)
        if id_ is None or world.find(used, id_) is not None:
            continue
        other, longest = world.kind(used), ID["maxLength"]
        looks_right = id_.startswith(f"{other.prefix}_") and len(id_) <= longest
        if other.malformed is None or looks_right or id_ in world.all(used):
            problems.append(world.not_found(used, id_, name))
        else:
            text = (
                f"The `{name}` is not valid: the id of a {other.noun} starts with `{other.prefix}_`"
                f" and has at most {longest} characters, and {quote(id_)} does not."
            )
            problems.append(problem(other.malformed, text, field=name))
    problems += [problem("request/input_missing", field=name) for name in absent]
    seconds = _at(fields, _TIMEOUT)
    if cap is not None and isinstance(seconds, int) and seconds > cap:
        text = (
            f"`{_TIMEOUT}`: {seconds} is more than the plan allows; send at most {cap}"
            f"{f' ({seconds} is the default)' if seconds == TIMEOUT_SECONDS else ''}"
        )
        problems.append(problem("request/input_invalid", text, field=_TIMEOUT))
    for name in row.schemas:
        if isinstance(schema := _at(fields, name), dict):
            problems += json_schema.schema_problems(schema, name)
    return problems


def _at(fields: Mapping[str, Any], path: str) -> Any:
    name, _, inner = path.partition(".")
    value = fields.get(name)
    if not inner:
        return value
    return value.get(inner) if isinstance(value, Mapping) else None
