"""The format of scenario files does not change: what is written today means the same tomorrow.

`tests/golden/NAME.yaml` is a file and `NAME.json` the model that is read from it. A file that is
there stays as it is. For a new one, `record` below writes the model.
"""

import json
from datetime import timedelta
from pathlib import Path

import pytest
from pydantic import BaseModel

from deck_sim.base.durations import Span, format_duration
from deck_sim.faults.fault import REGISTRY as FAULTS
from deck_sim.scenario.conditions import When
from deck_sim.scenario.loader import load_scenario
from deck_sim.scenario.model import Scenario
from deck_sim.scenario.steps.failures import FailedWith
from deck_sim.scenario.steps.prompts import InteractionField
from deck_sim.scenario.steps.step import REGISTRY, Step

GOLDEN = Path(__file__).parents[1] / "golden"
FILES = sorted(GOLDEN.glob("*.yaml"))


def normal(value):
    """The normal form: every key with its value, a step under its word, durations as text."""
    if isinstance(value, Span):
        return f"{format_duration(value.low)}..{format_duration(value.high)}"
    if isinstance(value, timedelta):
        return format_duration(value)
    if isinstance(value, BaseModel):
        fields = type(value).model_fields
        keys = {
            (field.alias or name): normal(getattr(value, name)) for name, field in fields.items()
        }
        return {value.word: keys} if isinstance(value, Step) else keys
    if isinstance(value, dict):
        return {name: normal(part) for name, part in value.items()}
    return [normal(part) for part in value] if isinstance(value, list | tuple) else value


def record(file):
    """Write the model of a new file beside it."""
    text = json.dumps(normal(load_scenario(file)), indent=2)
    file.with_suffix(".json").write_text(text + "\n")


def written(data):
    """Every key and every word that stands alone, however deep."""
    if isinstance(data, dict):
        return set(data).union(*map(written, data.values()))
    if isinstance(data, list):
        return set().union(*map(written, data))
    return {data} if isinstance(data, str) else set()


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_a_file_means_what_it_meant(file):
    """The model read from it is, value for value, the one that is kept."""
    kept = file.with_suffix(".json").read_text()
    assert json.dumps(normal(load_scenario(file)), indent=2) + "\n" == kept


def test_every_key_and_every_step_is_in_a_golden_file():
    """A new key or step needs a golden file, too."""
    found = set().union(*(written(load_scenario(file).source) for file in FILES))
    models = [Scenario, When, InteractionField, FailedWith, *REGISTRY.values(), *FAULTS.values()]
    keys = {field.alias or name for m in models for name, field in m.model_fields.items()}
    assert keys | {word for _, word in REGISTRY} <= found
