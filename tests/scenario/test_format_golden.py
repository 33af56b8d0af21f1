"""The format of scenario files does not change.

`tests/golden/NAME.yaml` is a file, `NAME.json` the model that is read from it. Existing files are
not edited. For a new one, `record` below writes the model. A new step needs none: the docs have an
example of each step, which is read too.
"""

import json
from datetime import timedelta
from pathlib import Path

import pytest
from pydantic import BaseModel

from deck_sim.base.durations import Span, format_duration
from deck_sim.scenario.loader import read_scenario
from deck_sim.scenario.steps.step import Step

GOLDEN = Path(__file__).parents[1] / "golden"
FILES = sorted(GOLDEN.glob("*.yaml"))


def normal(value):
    """Every key with its value, a step under its word, durations as text."""
    if isinstance(value, Span):
        return f"{format_duration(value.low)}..{format_duration(value.high)}"
    if isinstance(value, timedelta):
        return format_duration(value)
    if isinstance(value, BaseModel):
        fields = type(value).model_fields.items()
        keys = {field.alias or name: normal(getattr(value, name)) for name, field in fields}
        return {value.word: keys} if isinstance(value, Step) else keys
    if isinstance(value, dict):
        return {name: normal(part) for name, part in value.items()}
    return [normal(part) for part in value] if isinstance(value, list | tuple) else value


def record(file):
    """Write the model of a new file beside it."""
    text = json.dumps(normal(read_scenario(file)), indent=2)
    file.with_suffix(".json").write_text(text + "\n")


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_a_file_still_means_the_same(file):
    recorded = file.with_suffix(".json").read_text()
    assert json.dumps(normal(read_scenario(file)), indent=2) + "\n" == recorded
