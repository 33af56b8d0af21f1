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


def test_the_page_has_the_family_the_end_and_the_buttons_of_each_status():
    given = json.dumps(ROWS)
    done = subprocess.run(["node", SCRIPT], input=given, capture_output=True, text=True, check=True)
    wrong = []
    for row, shown in zip(ROWS, json.loads(done.stdout), strict=True):
        machine = MACHINES[row["edition"], row["kind"]]
        allowed = {
            name
            for name in COMMANDS
            if name in machine.commands and row["status"] in machine.commands[name].allowed
        }
        has_lane = row["kind"] in (*KINDS, "credential")
        ends = not has_lane or shown["isFinal"] == machine.is_final(row["status"])
        if shown["family"] is None or not ends or {*shown["commands"]} != allowed:
            wrong.append((row, shown))
    assert wrong == []
