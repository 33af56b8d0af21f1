"""JSON Schema: whether a schema is one, and what a value breaks of it. The home of jsonschema.

The library is imported when a schema is first met, because it costs as much as the web framework.
It would fetch a remote `$ref`; the empty registry that it is given refuses. It would match patterns
with an engine that cannot be stopped; `_keywords` gives it ours.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import cache
from types import FunctionType
from typing import Any

from deck_sim.contract.error_catalog import Problem, problem
from deck_sim.engine import regex_limits

_REFERENCES = ("$ref", "$dynamicRef")
_LONGEST = 300  # characters of the library's message, which repeats the whole value


def violations(schema: Any, value: Any, field: str) -> list[Problem]:
    """Everything that `value`, which the API calls `field`, breaks of `schema`; None allows all."""
    if schema is None:
        return []
    from referencing.exceptions import Unresolvable

    try:
        with regex_limits.patience(), _no_panic():
            found = _in_order(value, _validator(schema).iter_errors(value))
            return [_problem(field, error) for error in found]
    except (regex_limits.TooSlow, regex_limits.NoPattern):
        text = "cannot be checked: a pattern in its schema takes too long to match, or is none"
    except (ArithmeticError, RecursionError, Unresolvable):
        text = "cannot be checked: it is too deep or too large, or its schema goes in circles"
    return [_invalid(field, text)]


def fits(root: Any, part: Any, value: Any) -> bool:
    """Whether a value satisfies one part of the schema `root`."""
    from referencing.exceptions import Unresolvable

    try:
        with regex_limits.patience(), _no_panic():
            return next(_validator(root).descend(value, part), None) is None
    except (
        regex_limits.TooSlow,
        regex_limits.NoPattern,
        ArithmeticError,
        RecursionError,
        Unresolvable,
    ):
        return False


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
    except _GoesRound:
        text = (
            "goes in a circle: a `$ref` leads back to itself, with no step into the value between"
        )
        return [_invalid(field, text)]
    except regex_limits.NoPattern as error:
        return [_invalid(field, f"{error}")]
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


@contextmanager
def _no_panic() -> Iterator[None]:
    """Let a recursion that runs out be one, also where it does so in a library written in Rust.

    Raises:
        RecursionError: then.

    """
    try:
        yield
    except BaseException as error:
        if type(error).__module__ == "pyo3_runtime":
            raise RecursionError from None
        raise


class _GoesRound(Exception):
    """A schema that is, in the end, nothing but itself."""


def _validator(schema: Any) -> Any:
    from referencing import Registry

    kind = _bounded(_dialect(schema))
    return kind(schema, registry=Registry(), format_checker=kind.FORMAT_CHECKER)


@cache
def _bounded(kind: Any) -> Any:
    """One of the library's classes, whose keywords match patterns with our engine.

    Four keywords match patterns, in three of the library's modules, and it offers no way to choose
    the engine. So they are its own functions over again, in namespaces where `re` is ours. The
    library itself stays as it is: others in this process may use it.
    """
    from jsonschema import validators

    def kind_for(schema: Any, default: Any) -> Any:
        found = validators.validator_for(schema, default=default)
        return found if found is default else _bounded(found)

    twins: dict[int, dict[str, Any]] = {}
    words = {word: _twin(function, twins) for word, function in kind.VALIDATORS.items()}
    bounded: Any = validators.extend(kind, words)  # type: ignore[no-untyped-call]
    names = {**kind.evolve.__globals__, "validator_for": kind_for}
    bounded.evolve = _rebuilt(kind.evolve, names)  # for schemas that name another dialect inside
    return bounded


def _twin(function: Any, twins: dict[int, dict[str, Any]]) -> Any:
    """A function as it would be in a module that has our patterns for `re`."""
    names = function.__globals__
    if id(names) not in twins:
        twins[id(names)] = mine = {**names, "re": regex_limits}
        for name, inner in names.items():
            if isinstance(inner, FunctionType) and inner.__module__.startswith("jsonschema."):
                mine[name] = _twin(inner, twins)
    return _rebuilt(function, twins[id(names)])


def _rebuilt(function: Any, names: dict[str, Any]) -> FunctionType:
    code, usual = function.__code__, function.__defaults__
    twin = FunctionType(code, names, function.__name__, usual, function.__closure__)
    twin.__kwdefaults__ = function.__kwdefaults__
    return twin


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

    dialect, seen, straight = _dialect(schema), set[int](), set[int]()
    language = specification_with(dialect.META_SCHEMA["$schema"])

    def walk(part: Any, resolver: Any) -> None:
        if id(part.contents) in seen or not isinstance(part.contents, dict):
            return
        seen.add(id(part.contents))
        _check_patterns(part.contents)
        for reference in (part.contents[word] for word in _REFERENCES if word in part.contents):
            target = _follow(resolver, reference)
            _check_one(dialect, target.contents)  # it may stand where no keyword expects a schema
            walk(language.create_resource(target.contents), target.resolver)
        for inner in part.subresources():
            walk(inner, resolver.in_subresource(inner))
        go_on(part.contents, resolver, ())

    def go_on(contents: Any, resolver: Any, above: tuple[int, ...]) -> None:
        """Follow what holds for the very same value, which must come to an end."""
        if id(contents) in above:
            raise _GoesRound
        if id(contents) in straight or not isinstance(contents, dict):
            return
        for reference in (contents[word] for word in _REFERENCES if word in contents):
            target = _follow(resolver, reference)
            go_on(target.contents, target.resolver, (*above, id(contents)))
        for inner in _about_the_same(contents):
            inside = resolver.in_subresource(language.create_resource(inner))
            go_on(inner, inside, (*above, id(contents)))
        straight.add(id(contents))

    _check_one(dialect, schema)
    root = language.create_resource(schema)
    walk(root, Registry().resolver_with_root(root))


def _about_the_same(contents: dict[str, Any]) -> Iterator[Any]:
    """The schemas inside of one that are about the very same value."""
    for word in ("allOf", "anyOf", "oneOf", "not", "if", "then", "else"):
        found = contents.get(word)
        parts = found if isinstance(found, list) else [found]
        yield from (part for part in parts if isinstance(part, dict))


def _check_one(dialect: Any, schema: Any) -> None:
    """See that this is a schema, as the library does, but tell what comes first in it."""
    from jsonschema.exceptions import SchemaError
    from jsonschema.validators import validator_for

    meta = validator_for(dialect.META_SCHEMA, default=dialect)
    checker = meta(dialect.META_SCHEMA, format_checker=meta.FORMAT_CHECKER)
    for error in _in_order(schema, checker.iter_errors(schema)):
        raise SchemaError.create_from(error)


def _check_patterns(contents: dict[str, Any]) -> None:
    """See that the patterns of one schema can be used; not every dialect does."""
    named = contents.get("patternProperties", {})
    for word, found in (("pattern", [contents.get("pattern")]), ("patternProperties", named)):
        for pattern in (text for text in found if isinstance(text, str)):
            try:
                regex_limits.check_pattern(pattern)
            except regex_limits.NoPattern as error:
                text = f"the `{word}` {pattern[:_LONGEST]!r} cannot be used: {error}"
                raise regex_limits.NoPattern(text) from None


def _follow(resolver: Any, reference: str) -> Any:
    from referencing.exceptions import Unresolvable

    try:
        return resolver.lookup(reference)
    except (Unresolvable, AttributeError, TypeError, ValueError):  # no text; through a list or text
        raise _LeadsNowhere(reference) from None


def _in_order(value: Any, errors: Iterable[Any]) -> list[Any]:
    """Errors in the order of what they are about: the library tells some in that of a set, which is
    another one in each process.
    """
    orders: dict[int, dict[str, int]] = {}  # of the keys of each mapping, by its identity

    def rank(error: Any) -> list[int]:
        ranks, part = [], value
        for step in error.absolute_path:
            if isinstance(part, dict):
                if id(part) not in orders:
                    orders[id(part)] = {key: index for index, key in enumerate(part)}
                ranks.append(orders[id(part)].get(step, len(part)))
                part = part.get(step)  # which draft-03 also says of what is missing
            else:
                ranks.append(step)
                part = part[step]
        return ranks

    return sorted(errors, key=rank)


def _problem(field: str, error: Any) -> Problem:
    """The API's element for one of the library's errors, at a place like `input.guests[0].name`;
    what is missing is told where it should be.
    """
    path = [*error.absolute_path, *_missing(error)]
    place = field + "".join(f"[{p}]" if isinstance(p, int) else f".{p}" for p in path)
    return _invalid(place, error.message)


def _missing(error: Any) -> Iterator[str]:
    """The property that is missing, if that is the error. The library names it only in its text."""
    names = error.validator_value if error.validator == "required" else ()
    for name in names if isinstance(names, list) else ():  # the oldest dialect has no list there
        if error.message == f"{name!r} is a required property":
            yield name


def _invalid(place: str, text: str) -> Problem:
    cut = text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"
    return problem("request/input_invalid", f"`{place}`: {cut}", field=place)
