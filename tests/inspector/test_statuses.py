"""The page knows each status of the contract: a new one fails here until it has a colour."""

import json
import shutil
import subprocess
from pathlib import Path

import pytest

from deck_sim.contract.editions import EDITIONS
from deck_sim.engine.story import KINDS

SCRIPT = Path(__file__).with_name("status_tables.mjs")
COMMANDS = ("approve", "reject", "cancel", "drop", "invalidate")
MACHINES = {
    (name, kind): edition.machine(kind)
    for name, edition in EDITIONS.items()
    for kind, row in edition.kinds.items()
    if row.machine
}
ROWS = [
    {"edition": edition, "kind": kind, "status": status}
    for (edition, kind), machine in MACHINES.items()
    for status in machine.statuses
]

pytestmark = pytest.mark.skipif(shutil.which("node") is None, reason="node is not installed")


@pytest.fixture(scope="module")
def known():
    """Each status, with what the page knows of it."""
    given = json.dumps(ROWS)
    done = subprocess.run(["node", SCRIPT], input=given, capture_output=True, text=True, check=True)
    return [*zip(ROWS, json.loads(done.stdout), strict=True)]


def test_each_status_has_a_family(known):
    assert [row for row, shown in known if shown["family"] is None] == []


def test_lanes_end_with_the_final_statuses(known):
    lanes = [(row, shown) for row, shown in known if row["kind"] in (*KINDS, "credential")]
    ends = [(row["kind"], row["status"]) for row, shown in lanes if shown["isFinal"]]
    final = [
        (row["kind"], row["status"])
        for row, _ in lanes
        if MACHINES[row["edition"], row["kind"]].is_final(row["status"])
    ]
    assert ends == final


def test_the_buttons_are_the_commands_that_a_status_allows(known):
    for row, shown in known:
        commands = MACHINES[row["edition"], row["kind"]].commands
        listed = [name for name in COMMANDS if name in commands]
        allowed = {name for name in listed if row["status"] in commands[name].allowed}
        assert {*shown["commands"]} == allowed, row
