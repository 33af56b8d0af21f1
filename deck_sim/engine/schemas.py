"""JSON Schema: whether a schema is one, and what a value breaks of it. The home of jsonschema.

The library is imported when a schema is first met, because it costs as much as the web framework.
It would fetch a remote `$ref`; the empty registry that it is given refuses.
"""

from typing import Any

from deck_sim.errors import Problem, problem


def violations(schema: Any, value: Any, field: str) -> list[Problem]:
    """Everything that `value`, which the API calls `field`, breaks of `schema`; None allows all."""
    if schema is None:
        return []
    found = sorted(_validator(schema).iter_errors(value), key=lambda e: [str(p) for p in e.path])
    return [
        problem("request/input_invalid", f"`{place}`: {error.message}", field=place)
        for error in found
        for place in [_place(field, error.absolute_path)]
    ]


def schema_problems(schema: Any, field: str) -> list[Problem]:
    """Why `schema` is not a JSON Schema that can be used, if it is not."""
    from jsonschema.exceptions import SchemaError
    from referencing import Registry, Resource
    from referencing.exceptions import Unresolvable
    from referencing.jsonschema import DRAFT202012

    try:
        _validator(schema).check_schema(schema)
        root = Resource.from_contents(schema, default_specification=DRAFT202012)
        resolver = Registry().resolver_with_root(root)
        for reference in _references(schema):
            resolver.lookup(reference)
    except SchemaError as error:
        place = _place(field, error.absolute_path)
        return [problem("request/input_invalid", f"`{place}`: {error.message}", field=place)]
    except Unresolvable as error:
        text = f"`{field}`: `$ref` {error.ref!r} leads nowhere; it must point inside the schema"
        return [problem("request/input_invalid", text, field=field)]
    return []


def resolve(root: Any, reference: str) -> Any:
    """What a `$ref` inside the schema `root` points to; an empty schema if nowhere."""
    from referencing import Registry, Resource
    from referencing.exceptions import Unresolvable
    from referencing.jsonschema import DRAFT202012

    start = Resource.from_contents(root, default_specification=DRAFT202012)
    try:
        return Registry().resolver_with_root(start).lookup(reference).contents
    except Unresolvable:
        return {}


def _validator(schema: Any) -> Any:
    from jsonschema import Draft202012Validator, validators
    from referencing import Registry

    kind = validators.validator_for(schema, default=Draft202012Validator)
    return kind(schema, registry=Registry(), format_checker=kind.FORMAT_CHECKER)


def _place(field: str, path: Any) -> str:
    """A place as Deck's `field` names it: `input.guests[0].name`."""
    return field + "".join(f"[{p}]" if isinstance(p, int) else f".{p}" for p in path)


def _references(schema: Any) -> list[str]:
    if isinstance(schema, list):
        return [ref for item in schema for ref in _references(item)]
    if not isinstance(schema, dict):
        return []
    own = [schema["$ref"]] if isinstance(schema.get("$ref"), str) else []
    return own + [ref for item in schema.values() for ref in _references(item)]
