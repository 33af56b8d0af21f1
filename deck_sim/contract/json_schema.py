"""Checks of JSON Schemas, and of values against them. Only this module imports jsonschema.

Importing jsonschema is slow, so only the first check imports it. No `$ref` is fetched: each `$ref`
must point to a part of the schema itself.
"""

from ast import literal_eval
from collections.abc import Callable
from functools import cached_property
from typing import Any

from deck_sim.base.errors import cut, format_path, listed
from deck_sim.base.redaction import HIDDEN, is_secret, redact
from deck_sim.contract.error_catalog import Problem, problem

_TYPES = ("array", "boolean", "integer", "null", "number", "object", "string")
_LONGEST = 300  # characters of the library's message, which repeats the value


class SchemaChecker:
    """Checks values against one schema; its validator is made once, at the first check."""

    def __init__(self, schema: Any) -> None:
        self.schema = schema

    @cached_property
    def _validator(self) -> Any:
        from referencing import Registry

        dialect = _dialect(self.schema)
        return dialect(self.schema, format_checker=dialect.FORMAT_CHECKER, registry=Registry())

    @cached_property
    def resolve(self) -> Callable[[str], Any]:
        """Returns the schema to which a `$ref` leads. Raises `Unresolvable` if it leads nowhere."""
        _, resolver = _root_and_resolver(self.schema)
        return lambda reference: resolver.lookup(reference).contents

    def violations(self, value: Any, field: str) -> list[Problem]:
        """Return a problem for each way in which `value` breaks the schema. If the schema cannot be
        used, return one problem that says so. `field` is the name of `value` in the problems.
        """
        try:
            problems, errors = list[Problem](), self._validator.iter_errors(value)
            for error in sorted(errors, key=lambda error: [*error.absolute_path]):
                # The message repeats the value, which may hold a secret.
                text = error.message.replace(repr(error.instance), repr(redact(error.instance)))
                if any(is_secret(f"{name}") for name in error.absolute_path):
                    text = f"{HIDDEN} does not fit `{error.validator}: {error.validator_value}`"
                problems.append(_problem(field, error, text))
            return problems
        except Exception as error:
            return [_invalid(field, f"cannot be checked: {_explain(error)}")]

    def fits(self, part: Any, value: Any) -> bool:
        """Whether a value satisfies `part`, a part of the schema."""
        return bool(self._validator.evolve(schema=part).is_valid(value))


def violations(schema: Any, value: Any, field: str) -> list[Problem]:
    """Return a problem for each way in which `value` breaks `schema`; [] if `schema` is None."""
    return [] if schema is None else SchemaChecker(schema).violations(value, field)


def schema_problems(schema: Any, field: str) -> list[Problem]:
    """Return a list with the first reason why `schema` cannot be used as a JSON Schema, if any."""
    from jsonschema.exceptions import SchemaError
    from referencing.exceptions import Unresolvable

    try:
        _dialect(schema).check_schema(schema)
        parts = [_root_and_resolver(schema)]
        for part, resolver in parts:  # the library checks a `$ref` only when a value reaches it
            reference = part.contents.get("$ref") if isinstance(part.contents, dict) else None
            try:
                _ = reference is None or resolver.lookup(reference)
            # The last three are raised for a `$ref` that is not text.
            except (Unresolvable, AttributeError, TypeError, ValueError):
                raise Unresolvable(ref=f"{reference}") from None
            parts += [(inner, resolver.in_subresource(inner)) for inner in part.subresources()]
    except SchemaError as error:
        return [_problem(field, error, error.message)]
    except Exception as error:
        return [_invalid(field, f"cannot be used: {_explain(error)}")]
    return []


def _dialect(schema: Any) -> Any:
    from jsonschema import Draft202012Validator, validators

    declared = schema.get("$schema") if isinstance(schema, dict) else None
    readable = {"$schema": declared} if isinstance(declared, str) else {}
    return validators.validator_for(readable, default=Draft202012Validator)


def _root_and_resolver(schema: Any) -> tuple[Any, Any]:
    from referencing import Registry
    from referencing.jsonschema import specification_with

    root = specification_with(_dialect(schema).META_SCHEMA["$schema"]).create_resource(schema)
    uri = root.id() or ""
    return root, Registry().with_resource(uri, root).crawl().resolver(uri)


def _explain(error: Exception) -> str:
    from referencing.exceptions import Unresolvable

    match error:
        case Unresolvable():
            return f"`$ref` {error.ref[:100]!r} has no target; it must point inside the schema"
        case RecursionError():
            return "it is nested too deeply, or a `$ref` refers to itself"
    # An old dialect allows schemas on which the library fails, such as an unknown type.
    return f"jsonschema fails with {type(error).__name__}: {error}".partition("\n")[0]


def _problem(field: str, error: Any, text: str) -> Problem:
    path = list(error.absolute_path)
    # In draft-03, `required` is not a list, and the path ends with the missing property.
    if error.validator == "required" and isinstance(error.validator_value, list):
        path.append(literal_eval(error.message.removesuffix(" is a required property")))
    place = format_path((field, *path))
    is_type = place.endswith(".type") and error.validator == "anyOf"  # the keyword of a schema
    types = f"; a type is {listed(_TYPES, last='or')}, or a list of them" if is_type else ""
    return _invalid(place, f"{text}{types}")


def _invalid(place: str, text: str) -> Problem:
    text = cut(text, _LONGEST)
    return problem("request/input_invalid", text, field=place, place=f"`{place}`: ")
