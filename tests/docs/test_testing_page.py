import re
from dataclasses import fields
from inspect import getdoc
from pathlib import Path

import pytest_deck_sim
from deck_sim import Deck
from deck_sim.engine.world_values import OPTION_TYPES
from pytest_deck_sim.world_fixture import MarkerOptions

PAGE = Path(__file__).parents[2].joinpath("docs/testing.md").read_text(encoding="utf-8")
# Public methods and properties of `Deck`; async counterparts are named by their rule.
NAMES = [name for name in dir(Deck) if not re.match("_|async_|close|holds|apps", name)]


def section(heading):
    return re.search(rf"^## {heading}\n(.*?)(?=^## |\Z)", PAGE, re.MULTILINE | re.DOTALL)[1]


def missing(names, text):
    text = re.sub("```.*?```", "", text, flags=re.DOTALL)
    code = set(re.findall(r"[\w-]+", " ".join(re.findall(r"`([^`]+)`", text))))
    return [name for name in names if name not in code]


def test_every_fixture_has_its_row():
    names = [name for name in vars(pytest_deck_sim) if re.match("deck(?!_sim)", name)]
    assert "deck_env" in names
    assert missing(names, section("Fixtures")) == []


def test_every_marker_argument_has_its_row():
    names = [row.name for row in fields(MarkerOptions) if row.name not in OPTION_TYPES]
    assert missing(names, section("The marker")) == []


def test_every_option_has_its_row(run_pytest):
    text = run_pytest("--help").stdout.str()
    names = [
        *re.findall(r"^ +--(deck-[\w-]+)", text, re.MULTILINE),
        *re.findall(r"^ +(deck_\w+)", text, re.MULTILINE),
    ]
    assert {"deck-url", "deck_lint"} <= {*names}
    text = section("Options and ini").replace("`--", "`")
    assert missing(names, text) == []


def write_page(text):
    """The page, with the rows that are missing in the table at its end."""
    assert "advance" in NAMES
    names = missing(NAMES, section("All methods"))
    words = {name: getdoc(getattr(Deck, name)).splitlines()[0] for name in names}
    rows = "".join(f"| `{name}` | {words[name]} |\n" for name in names)
    return text + rows
