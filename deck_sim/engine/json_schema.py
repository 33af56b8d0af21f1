"""JSON Schema: whether a schema can be used, and where a value breaks one. The home of jsonschema,
with `schema_keywords`.

jsonschema costs as much to import as the web framework, so it is imported with the first schema.
No `$ref` is fetched: the only known resource is the schema itself.
"""

from ast import literal_eval
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import cache, cached_property, lru_cache
from graphlib import CycleError, TopologicalSorter
from json import dumps, loads
from typing import Any

from deck_sim.base.errors import cut, listed
from deck_sim.base.redaction import HIDDEN, Masking, is_secret_word, redact
from deck_sim.contract.error_catalog import Problem, problem
from deck_sim.engine.regex_limits import (
    InvalidPattern,
    PatternTooSlow,
    check_pattern,
    parse_pattern,
)
from deck_sim.engine.schema_keywords import REFERENCES, limited_validator
from deck_sim.engine.work_limits import OutOfSteps, limit_work

_TYPES = ("array", "boolean", "integer", "null", "number", "object", "string")
_SAME_VALUE = ("allOf", "anyOf", "oneOf", "not", "if", "then", "else")
_MOST_CACHED = 50_000  # characters of a schema
_LONGEST = 300  # characters of the library's message, which repeats the value


class SchemaChecker:
    """Checks values against one schema."""

    def __init__(self, schema: Any) -> None:
        self.schema = schema

    @cached_property
    def _resolver(self) -> Any:
        return _resolver(self.schema, _dialect(self.schema))

    @cached_property
    def _validator(self) -> Any:
        dialect = _dialect(self.schema)
        return limited_validator(dialect)(
            self.schema, format_checker=_formats(dialect), _resolver=self._resolver
        )

    def violations(self, value: Any, field: str, masking: Masking | None) -> list[Problem]:
        """Everywhere that `value`, which the API calls `field`, breaks the schema."""
        try:
            with _limits():
                found = _sort_by_place(value, self._validator.iter_errors(value))
                return [_problem(field, error, masking) for error in found]
        except Exception as error:
            return [_invalid(field, f"cannot be checked: {_explain(error)}")]

    def fits(self, part: Any, value: Any) -> bool:
        """Whether a value satisfies a part of the schema; raises `OutOfSteps`."""
        try:
            with _limits():
                return next(self._validator.descend(value, part), None) is None
        except OutOfSteps:
            raise
        except Exception:  # as in `violations`
            return False

    def resolve(self, reference: str) -> Any:
        """The part that a `$ref` points to; an empty schema if it points nowhere."""
        from referencing.exceptions import Unresolvable

        try:
            return _follow(self._resolver, reference).contents
        except Unresolvable:
            return {}


def violations(
    schema: Any, value: Any, field: str, masking: Masking | None = None
) -> list[Problem]:
    """Everywhere that `value`, which the API calls `field`, breaks `schema`; None allows all."""
    if schema is None:
        return []
    try:
        text = dumps(schema)
    except RecursionError:
        text = ""
    checker = _checker(text) if 0 < len(text) <= _MOST_CACHED else SchemaChecker(schema)
    return checker.violations(value, field, masking)


@lru_cache(maxsize=100)
def _checker(text: str) -> SchemaChecker:
    return SchemaChecker(loads(text))


def schema_problems(schema: Any, field: str) -> list[Problem]:
    """Why `schema` cannot be used as a JSON Schema."""
    from jsonschema.exceptions import SchemaError

    try:
        with _limits():
            _check(schema)
    except SchemaError as error:
        return [_problem(field, error)]
    except Exception as error:
        return [_invalid(field, f"cannot be used: {_explain(error)}")]
    return []


@contextmanager
def _limits() -> Iterator[None]:
    try:
        with limit_work():
            yield
    except BaseException as error:
        # referencing is written in Rust, which panics where Python raises a RecursionError.
        if type(error).__module__ == "pyo3_runtime":
            raise RecursionError from None
        raise


def _explain(error: Exception) -> str:
    from referencing.exceptions import Unresolvable

    match error:
        case OutOfSteps():
            return f"it needs {error}; nest fewer `oneOf`, `anyOf` and `allOf`, or send less"
        case InvalidPattern() | PatternTooSlow():
            return f"{error}"
        case Unresolvable():
            return f"`$ref` {error.ref[:100]!r} leads nowhere; it must point inside the schema"
        case CycleError():
            return "a `$ref` leads back to itself, with no step into the value between"
        case RecursionError():
            return "it is nested too deeply"
        case ArithmeticError():
            return "a number is too large"
    # An old dialect allows schemas on which the libraries fail, such as an unknown type.
    return f"jsonschema fails with {type(error).__name__}: {error}".partition("\n")[0]


def _dialect(schema: Any) -> Any:
    """The library's validator for the dialect that a schema declares; by default the newest."""
    from jsonschema import Draft202012Validator, validators

    declared = schema.get("$schema") if isinstance(schema, dict) else None
    known = {"$schema": declared} if isinstance(declared, str) else {}
    return validators.validator_for(known, default=Draft202012Validator)


def _resolver(schema: Any, dialect: Any) -> Any:
    from referencing import Registry
    from referencing.jsonschema import specification_with

    resource = specification_with(dialect.META_SCHEMA["$schema"]).create_resource(schema)
    uri = resource.id() or ""
    # Not crawled here, the library would crawl the schema again at each reference to an anchor.
    return Registry().with_resource(uri, resource).crawl().resolver(uri)


def _follow(resolver: Any, reference: Any) -> Any:
    from referencing.exceptions import Unresolvable

    try:
        return resolver.lookup(reference)
    except (Unresolvable, AttributeError, TypeError, ValueError):  # no text; through a list or text
        raise Unresolvable(ref=f"{reference}") from None


# Checking a schema


def _check(schema: Any) -> None:
    from referencing.jsonschema import specification_with

    dialect = _dialect(schema)
    language = specification_with(dialect.META_SCHEMA["$schema"])
    _check_form(dialect, schema)
    applied: dict[int, list[int]] = {}  # schemas that each schema applies to the very same value
    targets = set[int]()
    found = [(language.create_resource(schema), _resolver(schema, dialect))]
    for part, resolver in found:
        contents = part.contents
        if not isinstance(contents, dict) or id(contents) in applied:
            continue
        _check_patterns(contents)
        applied[id(contents)] = [id(inner) for inner in _applied_inside(contents)]
        for reference in (contents[word] for word in REFERENCES if word in contents):
            target = _follow(resolver, reference)
            if id(target.contents) not in targets:
                _check_form(dialect, target.contents)  # no keyword may expect a schema there
                targets.add(id(target.contents))
            applied[id(contents)].append(id(target.contents))
            found.append((language.create_resource(target.contents), target.resolver))
        order = {id(inner): index for index, inner in enumerate(_values_inside(contents))}
        inside = sorted(part.subresources(), key=lambda inner: order[id(inner.contents)])
        found += [(inner, resolver.in_subresource(inner)) for inner in inside]
    TopologicalSorter(applied).prepare()


def _values_inside(contents: dict[str, Any]) -> Iterator[Any]:
    for value in contents.values():
        yield value
        yield from value.values() if isinstance(value, dict) else ()
        yield from value if isinstance(value, list) else ()


def _applied_inside(contents: dict[str, Any]) -> Iterator[Any]:
    for word in _SAME_VALUE:
        value = contents.get(word)
        yield from value if isinstance(value, list) else [value]


def _check_form(dialect: Any, schema: Any) -> None:
    from jsonschema.exceptions import SchemaError

    for error in _sort_by_place(schema, _meta_validator(dialect).iter_errors(schema)):
        raise SchemaError.create_from(error)


@cache
def _meta_validator(dialect: Any) -> Any:
    from jsonschema.validators import validator_for

    meta = validator_for(dialect.META_SCHEMA, default=dialect)
    return limited_validator(meta)(dialect.META_SCHEMA, format_checker=_formats(meta))


@cache
def _formats(dialect: Any) -> Any:
    """The library's checks of formats, except that it compiles a `regex`."""
    from jsonschema import FormatChecker

    formats = FormatChecker(())
    formats.checkers = {**dialect.FORMAT_CHECKER.checkers, "regex": (_is_regex, InvalidPattern)}
    return formats


def _is_regex(value: Any) -> bool:
    if isinstance(value, str):
        parse_pattern(value)
    return True


def _check_patterns(contents: dict[str, Any]) -> None:
    # Not every dialect does this itself.
    for pattern in (contents.get("pattern"), *contents.get("patternProperties", ())):
        if isinstance(pattern, str):
            check_pattern(pattern)


# Problems


def _sort_by_place(value: Any, errors: Iterable[Any]) -> list[Any]:
    """Sort errors: a value comes before the values inside it, and those in the order written."""
    positions: dict[int, dict[str, int]] = {}  # of the keys of an object, by the object's identity

    def place(error: Any) -> list[int]:
        found, part = [], value
        for step in error.absolute_path:
            if isinstance(part, dict):
                if id(part) not in positions:
                    positions[id(part)] = {key: index for index, key in enumerate(part)}
                found.append(positions[id(part)].get(step, len(part)))
                part = part.get(step)  # draft-03 reports a missing property at its own place
            else:
                found.append(step)
                part = part[step]
        return found

    return sorted(errors, key=place)


def _problem(field: str, error: Any, masking: Masking | None = None) -> Problem:
    path = list(error.absolute_path)
    # In draft-03, `required` is no list, and the path has the missing property already.
    if error.validator == "required" and isinstance(error.validator_value, list):
        path.append(literal_eval(error.message.removesuffix(" is a required property")))
    place = field + "".join(f"[{p}]" if isinstance(p, int) else f".{p}" for p in path)
    is_type = place.endswith(".type") and error.validator == "anyOf"  # of a schema itself
    types = f"; a type is {listed(_TYPES, last='or')}, or a list of them" if is_type else ""
    text = error.message if masking is None else _hide_secrets(error, masking)
    return _invalid(place, f"{text}{types}")


def _hide_secrets(error: Any, masking: Masking) -> str:
    """The message of an error, which repeats the value that breaks the schema."""
    if any(is_secret_word(f"{name}", masking.names) for name in error.absolute_path):
        return f"{HIDDEN} does not fit `{error.validator}: {error.validator_value}`"
    text: str = error.message
    for part in _objects_in(error.instance):
        text = text.replace(repr(part), repr(redact(part, masking, is_sent=True)))
    return text


def _objects_in(value: Any) -> Iterator[dict[str, Any]]:
    """The outermost objects in a value."""
    if isinstance(value, dict):
        yield value
    for item in value if isinstance(value, list) else ():
        yield from _objects_in(item)


def _invalid(place: str, text: str) -> Problem:
    return problem("request/input_invalid", f"`{place}`: {cut(text, _LONGEST)}", field=place)
