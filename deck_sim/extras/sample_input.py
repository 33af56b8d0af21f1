"""Makes up the input of a run from the expressions of the story that it plays."""

from collections.abc import Iterator, Mapping
from itertools import islice, product
from typing import Any

from deck_sim.engine.world_state import FROZEN_START
from deck_sim.scenario.expressions.environment import VARIABLES
from deck_sim.scenario.expressions.reads import Keys, keys_read
from deck_sim.scenario.expressions.templates import (
    ExpressionError,
    is_template,
    names_at,
    render,
    texts_in,
)
from deck_sim.scenario.library import Library
from deck_sim.scenario.model import Scenario
from deck_sim.scenario.synthesis.outputs import make_output
from deck_sim.scenario.synthesis.realistic import is_name_of_number

_ABSENT = object()
_MOST_TRIES = 2000  # for each text
_TEXT, _NUMBER = {"type": "string"}, {"type": "number"}
_SCHEMAS: dict[str, dict[str, Any]] = {
    "string": _TEXT,
    "number": _NUMBER,
    "integer": {"type": "integer"},
    "date": {"type": "string", "format": "date"},
    "array": {"type": "array", "items": _TEXT},
    "numbers": {"type": "array", "items": _NUMBER},
}


def sample_input(
    scenario: Scenario, given: Mapping[str, Any], library: Library, edition: str, seed: int = 0
) -> dict[str, Any]:
    """A value for each key of `input` that an expression of the scenario, or of an entry of its
    playlist or mix, cannot do without; those in `given` are kept and left out.

    Values fit the name of their key and the place where it is read, or are those of the scenario's
    `when`. The same seed makes the same values.
    """
    made = dict(given)
    for story in (scenario, *map(library.get, scenario.entries)):
        script = story.source.get("task_run")
        script = script.get(edition) if isinstance(script, Mapping) else script
        texts = [text for _, text in texts_in(script) if is_template(text)]
        types: dict[Keys, str | None] = {}
        for text in texts:
            for keys, type_ in keys_read(text, "input").items():
                types[keys] = types.get(keys) or type_
        usual = story.when.input or {} if story.when else {}
        for text in texts:
            made = _completed(text, made, types, usual, seed)
    return {name: value for name, value in made.items() if name not in given}


def _completed(
    text: str,
    made: dict[str, Any],
    types: Mapping[Keys, str | None],
    usual: Mapping[str, Any],
    seed: int,
) -> dict[str, Any]:
    """The input with what the text needs; unchanged if no value that is tried will do."""
    missing = [keys for keys in keys_read(text, "input") if _read(made, keys) is _ABSENT]
    choices = [[_ABSENT, *_values(keys, types[keys], usual, seed)] for keys in missing]
    for values in islice(product(*choices), _MOST_TRIES):
        tried: Any = made
        for keys, value in zip(missing, values, strict=True):
            tried = tried if value is _ABSENT else _with(tried, keys, value)
        if _computes(text, tried):
            return dict(tried)
    return made


def _computes(text: str, task_input: Any) -> bool:
    others = {name: dict.fromkeys(keys, "-") for name, keys in VARIABLES.items() if keys}
    try:
        render(text, names_at(FROZEN_START, **others, input=task_input))
    except ExpressionError:
        return False
    return True


def _values(keys: Keys, type_: str | None, usual: Mapping[str, Any], seed: int) -> Iterator[Any]:
    """Values to try: the one of `when`, then by the place of the key, by its name, and others."""
    of_when = _read(usual, keys)
    if of_when is not _ABSENT and not (isinstance(of_when, str) and {*of_when} & {*"*?["}):
        yield of_when  # it is no glob
    name = next((key for key in reversed(keys) if isinstance(key, str)), "")
    by_name = "number" if is_name_of_number(name) else "string"
    for schema in dict.fromkeys([type_ or by_name, by_name, *_SCHEMAS]):
        object_ = {"properties": {name: _SCHEMAS[schema]}, "required": [name]}
        yield make_output(object_, seed, "input", FROZEN_START, "input")[name]


def _read(value: Any, keys: Keys) -> Any:
    for key in keys:
        try:
            value = value[key]
        except (LookupError, TypeError):
            return _ABSENT
    return value


def _with(value: Any, keys: Keys, new: Any) -> Any:
    """A copy of nested objects and lists with a new value at these keys."""
    if not keys:
        return new
    first, *rest = keys
    inner = _read(value, (first,))
    changed = _with({} if inner is _ABSENT else inner, tuple(rest), new)
    if isinstance(first, str):
        return {**(value if isinstance(value, Mapping) else {}), first: changed}
    return [changed] * (abs(first) + 1)
