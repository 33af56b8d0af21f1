import json
import re
import shutil
from dataclasses import fields
from functools import partial
from pathlib import Path

import pytest

from deck_sim.explore import places
from deck_sim.explore.troubles import MEANINGS, TROUBLE_KINDS
from pytest_deck_sim.exploration import ExploreOptions

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs/exploration.md").read_text(encoding="utf-8")
EXAMPLE = ROOT / "examples/explore"
WORDS = {
    places.WRITE: "a call that changes something",
    places.DIRECT: "a call that changes something, through `deck.transport`",
    places.READ: "a read",
    places.DELIVERY: "a webhook",
    places.EARLY: "a webhook that a call causes at once",
    places.OVERTAKEN: "a webhook that is not the last one",
    places.FIRST: "the first webhook to a destination",
    places.LAST: "the last webhook about a resource",
    places.RACE: "a cancel, or an answer to a prompt",
    places.STEP: "each status with a duration",
    places.STEPS: "all steps",
    places.RANGES: "all steps with a range",
    places.SLOW: "all steps, if the timeout leaves time",
}
_TABLE = re.compile(r"(<!-- table: troubles -->\n)(.*?)(<!-- /table -->)", re.DOTALL)


def write_page(text):
    def at(kind):
        any_call = kind.places == (places.WRITE, places.READ)
        return "any call" if any_call else ", ".join(WORDS[place] for place in kind.places)

    rows = (f"| `{k.name}` | {at(k)} | {MEANINGS[k.name]} | {k.advice} |\n" for k in TROUBLE_KINDS)
    table = "".join(["| trouble | at | what it is | what helps |\n|---|---|---|---|\n", *rows])
    return _TABLE.sub(lambda match: f"{match[1]}{table}{match[3]}", text)


@pytest.fixture
def explore(run_pytest):
    return partial(run_pytest, "--deck-explore")


def test_every_argument_of_the_marker_has_its_row():
    table = PAGE.partition("| argument | |")[2].partition("\n\n")[0]
    assert re.findall(r"`(\w+)(?==|`)", table) == [row.name for row in fields(ExploreOptions)]


def test_the_first_exploration_ends_as_shown(pytester, explore):
    for name, code in re.findall(r"```python\n# (\w+\.py)\n(.*?)```", PAGE, re.DOTALL):
        pytester.path.joinpath(name).write_text(code)
    printed = explore().stdout.str()
    [report] = re.findall(r"\$ pytest --deck-explore\n…\n(.*?)\n…\n```", PAGE, re.DOTALL)
    pattern = re.escape(report).replace("…", ".*")
    assert re.search(f"^{pattern}$", printed, re.MULTILINE), printed


def test_the_repaired_function_survives(pytester, explore):
    for name, code in re.findall(r"```python\n# (\w+\.py)\n(.*?)```", PAGE, re.DOTALL):
        changed = code.replace("from runs", "from repaired_runs").replace(
            "login)\n", "login, deck.sleep)\n"
        )
        pytester.path.joinpath(name).write_text(changed if name == "test_runs.py" else code)
    result = explore()
    result.stdout.fnmatch_lines(["*: 10 troubles: 10 survived, 0 did not, 0 not tested"])


def test_each_mistake_of_the_example_is_found_by_the_troubles_of_its_row(pytester, explore):
    shutil.copytree(EXAMPLE, pytester.path, dirs_exist_ok=True)
    assert explore("--deck-explore-report=found.json").ret == 1
    reports = json.loads(pytester.path.joinpath("found.json").read_text())
    troubles = {
        row["trouble"].partition(" ")[0]
        for report in reports
        for row in report["results"]
        if row["verdict"] == "did not survive"
    }
    table = EXAMPLE.joinpath("README.md").read_text(encoding="utf-8").partition("|---|")[2]
    assert {*re.findall(r"`(\w+)`", table.partition("\n\n")[0])} == troubles


def test_the_example_without_mistakes_survives(pytester, explore, monkeypatch):
    shutil.copytree(EXAMPLE, pytester.path, dirs_exist_ok=True)
    monkeypatch.setenv("BOOKINGS", "repaired")
    assert explore().ret == 0
