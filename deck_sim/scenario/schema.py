"""The JSON Schema of files that people write, for editors. Made from the models that read them."""

from itertools import combinations, product
from typing import Any

from deck_sim.scenario.checks import FAULTS, OTHERS, WAYS
from deck_sim.scenario.fields import Strict
from deck_sim.scenario.model import Scenario


def scenario_schema() -> dict[str, Any]:
    """The schema, in JSON Schema 2020-12.

    It accepts what the loader accepts, as far as a schema can say: the order of statuses, what an
    expression names and whether an answer fits its question are for `deck-sim check`.
    """
    schema = schema_of(Scenario, "deck-sim scenario, version 1")
    return {**schema, "allOf": [_never_both(*pair) for pair in _PAIRS]}


# What no scenario says both of; `check_ways` tells it of a file.
_PAIRS = [*combinations(WAYS, 2), *product(FAULTS, OTHERS)]


def _never_both(*names: str) -> dict[str, Any]:
    said = {"not": {"type": "null"}}
    return {"not": {"required": [*names], "properties": dict.fromkeys(names, said)}}


def schema_of(model: type[Strict], title: str) -> dict[str, Any]:
    """The schema of the files that a model reads."""
    schema = model.model_json_schema(by_alias=True)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": title,
        **{name: part for name, part in schema.items() if name != "title"},
    }
