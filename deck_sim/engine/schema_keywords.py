"""jsonschema's validators, extended with limits on the work of a check.

Each keyword spends steps, because nested `oneOf`, `anyOf` and `allOf` can take exponential time.
Some keywords are our own: those that match patterns, since Python's `re` cannot be stopped, and
`uniqueItems`, which is quadratic in the library.
"""

from collections.abc import Callable, Iterable, Iterator
from functools import cache, partial
from typing import Any

from deck_sim.engine.regex_limits import search
from deck_sim.engine.work_limits import current_work, spend

REFERENCES = ("$ref", "$dynamicRef")
_NESTED = (*REFERENCES, "$recursiveRef")
MOST_NESTED = 150  # references inside one another
_PER_ITEM = {  # keywords that look at each item or property of a value
    *("items", "prefixItems", "additionalItems", "contains", "uniqueItems", "unevaluatedItems"),
    *("additionalProperties", "patternProperties", "propertyNames", "unevaluatedProperties"),
}


@cache
def limited_validator(kind: Any) -> Any:
    """One of the library's validator classes, with our limits."""
    from jsonschema import validators

    keywords = {
        word: _counted(word, _OWN_KEYWORDS.get(word, function))
        for word, function in kind.VALIDATORS.items()
    }
    limited: Any = validators.extend(kind, keywords)  # type: ignore[no-untyped-call]

    def evolve(self: Any, schema: Any, _resolver: Any = None) -> Any:
        chosen = limited
        if isinstance(schema, dict) and "$schema" in schema:
            # The library would take a class without limits.
            chosen = limited_validator(validators.validator_for(schema, default=kind))
        return chosen(
            schema, format_checker=self.format_checker, _resolver=_resolver or self._resolver
        )

    limited.evolve = evolve
    return limited


def _counted(word: str, function: Any) -> Callable[[Any, Any, Any, Any], Iterator[Any]]:
    """A keyword that spends about as many steps as it takes time."""
    basic = 4 if word in REFERENCES else 1
    per_item, compares = word in _PER_ITEM, word in ("const", "enum")

    def keyword(validator: Any, value: Any, instance: Any, schema: Any) -> Iterator[Any]:
        steps = basic
        if isinstance(value, list | dict):
            steps += len(value) // 16
        if compares:
            steps += len(repr(value)) // 100
        if per_item and isinstance(instance, list | dict):
            steps += len(instance)
            if word == "unevaluatedItems":
                steps += len(instance) ** 2 // 1000
        spend(steps)
        found = function(validator, value, instance, schema) or ()
        return map(_count_error, _follow(found) if word in _NESTED else found)

    return keyword


def _follow(found: Iterable[Any]) -> Iterator[Any]:
    """Follow a reference, to a limited depth: generators that are closed at the end of Python's
    stack print errors.
    """
    work = current_work()
    work.depth += 1
    try:
        if work.depth > MOST_NESTED:
            raise RecursionError
        yield from found
    finally:
        work.depth -= 1


def _count_error(error: Any) -> Any:
    spend(1 + len(error.message) // 100)  # it repeats the value, however large
    return error


def _match_pattern(validator: Any, pattern: str, instance: Any, schema: Any) -> Iterator[Any]:
    if isinstance(instance, str) and not search(pattern, instance):
        yield _error(f"{instance!r} does not match {pattern!r}")


def _check_pattern_properties(
    validator: Any, patterns: dict[str, Any], instance: Any, schema: Any
) -> Iterator[Any]:
    for pattern, part in patterns.items():
        for name, value in instance.items() if isinstance(instance, dict) else ():
            if search(pattern, name):
                yield from validator.descend(value, part, path=name, schema_path=pattern)


def _check_other_properties(
    which: str,
    find_known: Callable[[Any, dict[str, Any]], set[str]],
    validator: Any,
    part: Any,
    instance: Any,
    schema: Any,
) -> Iterator[Any]:
    if not isinstance(instance, dict):
        return
    known = find_known(validator, instance)
    others = [name for name in instance if name not in known]
    if part is False and others:
        names, verb = ", ".join(map(repr, others)), "was" if len(others) == 1 else "were"
        yield _error(f"{which} properties are not allowed ({names} {verb} unexpected)")
        return
    for name in others:
        yield from validator.descend(instance[name], part, path=name)


def _named(validator: Any, instance: dict[str, Any]) -> set[str]:
    """The properties that `properties` or `patternProperties` name."""
    known = validator.schema.get("properties", {})
    patterns = validator.schema.get("patternProperties", {})
    return {
        name
        for name in instance
        if name in known or any(search(pattern, name) for pattern in patterns)
    }


def _evaluated(validator: Any, instance: dict[str, Any]) -> set[str]:
    """The properties that a schema, or one that it applies to the same value, looks at."""
    from referencing.jsonschema import lookup_recursive_ref

    schema = validator.schema
    if not isinstance(schema, dict):
        return set()
    spend(1 + len(instance))
    names = _named(validator, instance)
    for word in ("additionalProperties", "unevaluatedProperties"):
        if word in schema:
            inner = validator.evolve(schema[word])
            names |= {name for name, value in instance.items() if inner.is_valid(value)}
    found = [validator._resolver.lookup(schema[word]) for word in REFERENCES if word in schema]
    if "$recursiveRef" in schema:
        found.append(lookup_recursive_ref(validator._resolver))
    applied = [validator.evolve(target.contents, target.resolver) for target in found]
    branches = [part for word in ("allOf", "anyOf", "oneOf") for part in schema.get(word, ())]
    for part in branches:
        branch = validator.evolve(part)
        applied += [branch] if branch.is_valid(instance) else []
    for name, part in schema.get("dependentSchemas", {}).items():
        applied += [validator.evolve(part)] if name in instance else []
    if "if" in schema:
        condition = validator.evolve(schema["if"])
        holds = condition.is_valid(instance)
        applied += [condition] if holds else []
        applied.append(validator.evolve(schema.get("then" if holds else "else", True)))
    return names.union(*(_evaluated(part, instance) for part in applied))


def _check_unique_items(validator: Any, unique: Any, instance: Any, schema: Any) -> Iterator[Any]:
    # The library compares each item with each other one if the items cannot be sorted.
    is_list = unique and isinstance(instance, list)
    if is_list and len({_hashable(item) for item in instance}) < len(instance):
        yield _error(f"{instance!r} has non-unique elements")


def _hashable(value: Any) -> Any:
    """Equal for values that JSON Schema calls equal, with a hash that nobody can aim at."""
    if isinstance(value, dict):
        return frozenset((name, _hashable(inner)) for name, inner in value.items())
    if isinstance(value, list):
        return tuple(map(_hashable, value))
    if isinstance(value, bool | str) or value is None:
        return value
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return (value.hex() if isinstance(value, float) else f"{value:x}").encode()


_OWN_KEYWORDS: dict[str, Any] = {
    "pattern": _match_pattern,
    "patternProperties": _check_pattern_properties,
    "additionalProperties": partial(_check_other_properties, "Additional", _named),
    "unevaluatedProperties": partial(_check_other_properties, "Unevaluated", _evaluated),
    "uniqueItems": _check_unique_items,
}


def _error(message: str) -> Any:
    from jsonschema import ValidationError

    return ValidationError(message)
