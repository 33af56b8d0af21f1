"""JSON Schema: whether a schema is one, and what a value breaks of it. The home of jsonschema.

The library is imported when a schema is first met, because it costs as much as the web framework.
It would fetch a remote `$ref`; the empty registry that it is given refuses.
"""

from typing import Any

from deck_sim.errors import Problem, problem

_REFERENCES = ("$ref", "$dynamicRef")
_LONGEST = 300  # characters of the library's message, which repeats the whole value


def violations(schema: Any, value: Any, field: str) -> list[Problem]:
    """Everything that `value`, which the API calls `field`, breaks of `schema`; None allows all."""
    if schema is None:
        return []
    from referencing import Registry
    from referencing.exceptions import Unresolvable

    kind = _dialect(schema)
    validator = kind(schema, registry=Registry(), format_checker=kind.FORMAT_CHECKER)
    try:
        return [_problem(field, error) for error in validator.iter_errors(value)]
    except (ArithmeticError, RecursionError, Unresolvable):
        text = "cannot be checked: it is too deep or too large, or its schema goes in circles"
        return [_invalid(field, text)]


def schema_problems(schema: Any, field: str) -> list[Problem]:
    """Why `schema` is not a JSON Schema that can be used, if it is not."""
    from jsonschema.exceptions import SchemaError

    try:
        _check(schema)
    except SchemaError as error:
        return [_problem(field, error)]
    except _LeadsNowhere as error:
        text = f"`$ref` {str(error)[:_LONGEST]!r} leads nowhere; it must point inside the schema"
        return [_invalid(field, text)]
    except RecursionError:
        return [_invalid(field, "is nested too deeply")]
    return []


def resolve(root: Any, reference: str) -> Any:
    """What a `$ref` inside the schema `root` points to; an empty schema if nowhere."""
    from referencing import Registry
    from referencing.jsonschema import specification_with

    language = specification_with(_dialect(root).META_SCHEMA["$schema"])
    resolver = Registry().resolver_with_root(language.create_resource(root))
    try:
        return _follow(resolver, reference).contents
    except _LeadsNowhere:
        return {}


class _LeadsNowhere(Exception):
    """A reference that points to nothing, or to nothing that this machine may fetch."""


def _dialect(schema: Any) -> Any:
    """The library's class for the dialect that a schema declares; else for the newest."""
    from jsonschema import Draft202012Validator, validators

    declared = schema.get("$schema") if isinstance(schema, dict) else None
    known = {"$schema": declared} if isinstance(declared, str) else {}
    return validators.validator_for(known, default=Draft202012Validator)


def _check(schema: Any) -> None:
    """See that the schema, and all that its references lead to, are schemas."""
    from referencing import Registry
    from referencing.jsonschema import specification_with

    dialect, seen = _dialect(schema), set[int]()
    language = specification_with(dialect.META_SCHEMA["$schema"])

    def walk(part: Any, resolver: Any) -> None:
        if id(part.contents) in seen or not isinstance(part.contents, dict):
            return
        seen.add(id(part.contents))
        for reference in (part.contents[word] for word in _REFERENCES if word in part.contents):
            target = _follow(resolver, reference)
            dialect.check_schema(target.contents)  # it may stand where no keyword expects a schema
            walk(language.create_resource(target.contents), target.resolver)
        for inner in part.subresources():
            walk(inner, resolver.in_subresource(inner))

    dialect.check_schema(schema)
    root = language.create_resource(schema)
    walk(root, Registry().resolver_with_root(root))


def _follow(resolver: Any, reference: str) -> Any:
    from referencing.exceptions import Unresolvable

    try:
        return resolver.lookup(reference)
    except (Unresolvable, TypeError, ValueError):  # the last two: a pointer through a list or text
        raise _LeadsNowhere(reference) from None


def _problem(field: str, error: Any) -> Problem:
    """The API's element for one of the library's errors, at a place like `input.guests[0].name`."""
    path = error.absolute_path
    place = field + "".join(f"[{p}]" if isinstance(p, int) else f".{p}" for p in path)
    return _invalid(place, error.message)


def _invalid(place: str, text: str) -> Problem:
    cut = text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"
    return problem("request/input_invalid", f"`{place}`: {cut}", field=place)
