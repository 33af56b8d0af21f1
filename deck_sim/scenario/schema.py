"""The JSON Schemas of the files that people write, for editors; made from their models."""

from itertools import combinations, product
from typing import Any

from deck_sim.base.validation import Strict
from deck_sim.scenario.checks import OF_A_STORY, REFERENCES, WAYS
from deck_sim.scenario.model import Scenario


def scenario_schema() -> dict[str, Any]:
    """The JSON Schema (2020-12) of scenario files.

    The order of statuses, the names in expressions and whether an answer fits its prompt cannot be
    said in a schema; `deck-sim check` checks them.
    """
    schema, given = schema_of(Scenario, "deck-sim scenario, version 1"), {"not": {"type": "null"}}
    # Keys that exclude each other, as `check_exclusions` reports.
    pairs = [*combinations(WAYS, 2), *product(OF_A_STORY, REFERENCES)]
    never = [{"required": [*pair], "properties": dict.fromkeys(pair, given)} for pair in pairs]
    return {**schema, "allOf": [{"not": both} for both in never]}


def schema_of(model: type[Strict], title: str) -> dict[str, Any]:
    """The JSON Schema of the files that a model reads."""
    schema = model.model_json_schema(by_alias=True)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": title,
        **{name: part for name, part in schema.items() if name != "title"},
    }
