"""The JSON Schemas of the files that people write, for editors; made from their models."""

from typing import Any

from deck_sim.base.validation import Strict
from deck_sim.scenario.model import Scenario


def scenario_schema() -> dict[str, Any]:
    """The JSON Schema (2020-12) of scenario files.

    The order of statuses, the names in expressions and which keys exclude each other are not in it;
    `deck-sim check` checks them.
    """
    return schema_of(Scenario, "deck-sim scenario, version 1")


def schema_of(model: type[Strict], title: str) -> dict[str, Any]:
    """The JSON Schema of the files that a model reads."""
    schema = model.model_json_schema(by_alias=True)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": title,
        **{name: part for name, part in schema.items() if name != "title"},
    }
