"""The page on limits: what is assumed, and what is not there."""

import re
from pathlib import Path

from deck_sim.errors import CATALOG
from deck_sim.scenario.model import Scenario

PAGE = Path(__file__).parents[2].joinpath("docs/limits.md").read_text(encoding="utf-8")


def test_every_assumed_error_has_its_row_and_no_other_has():
    """The table of errors holds what the catalog grades as assumed, in its order."""
    rows = re.findall(r"^\| `(\w+/\w+)` \|", PAGE, re.MULTILINE)
    assert rows == [row.name for row in CATALOG.values() if row.grade == "assumed"]


def test_the_scenario_keys_are_those_that_exist():
    """The page names every key of a scenario file."""
    text = re.search(r"Scenario files take (.*?)\.\s", PAGE, re.DOTALL)[1]
    assert re.findall(r"`(\w+)`", text) == list(Scenario.model_fields)
