"""The page on limits: what is assumed, and what is not there."""

import re
from pathlib import Path

import pytest

from deck_sim.contract.error_catalog import CATALOG
from deck_sim.contract.ledger import LEDGER
from deck_sim.contract.ledger.errors import name_of
from deck_sim.scenario.model import Scenario

PAGE = Path(__file__).parents[2].joinpath("docs/limits.md").read_text(encoding="utf-8")


def test_every_assumed_error_has_its_row_and_no_other_has():
    """The table of errors holds what the catalog grades as assumed, in its order."""
    rows = re.findall(r"^\| `(\w+/\w+)` \|", PAGE, re.MULTILINE)
    assert rows == [row.name for row in CATALOG.values() if row.grade == "assumed"]


def _assumed_lines():
    """The items of the lists below the headings of what is assumed, each on one line."""
    sections = re.findall(r"^## Assumed: .*\n((?:.*\n)*?)(?=## |\Z)", PAGE, re.MULTILINE)
    items = re.findall(r"^- (.*\n(?:  .*\n)*)", "\n".join(sections), re.MULTILINE)
    return [" ".join(item.split()) for item in items]


@pytest.mark.parametrize("line", _assumed_lines())
def test_every_assumed_line_ends_with_its_rows_of_the_ledger(line):
    """After the arrow stand names of rows that are assumed."""
    names = re.findall(r"`(\w+)`", line.rpartition(" → ")[2] if " → " in line else "")
    assert names
    assert {LEDGER[name].grade for name in names} == {"assumed"}


def test_every_assumed_row_of_the_ledger_has_its_line():
    """The page leaves nothing out that is assumed; errors have their table."""
    told = {name for line in _assumed_lines() for name in re.findall(r"`(\w+)`", line)}
    errors = {name_of(row) for row in CATALOG.values()}
    assumed = {row.name for row in LEDGER.values() if row.grade == "assumed"}
    assert assumed - errors - told == set()


def test_the_scenario_keys_are_those_that_exist():
    """The page names every key of a scenario file."""
    text = re.search(r"Scenario files take (.*?)\.\s", PAGE, re.DOTALL)[1]
    assert re.findall(r"`(\w+)`", text) == list(Scenario.model_fields)
