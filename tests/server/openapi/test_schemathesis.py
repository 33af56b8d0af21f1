"""Schemathesis calls every operation with what its schemas allow and with what they do not: each on
its own, and one after the other. With the usual budget a call that failed will fail again.
"""

import subprocess
import sys
from pathlib import Path

import pytest
from budget import BUDGET, PROFILE

from deck_sim.contract.editions import DEFAULT_EDITION, EDITIONS
from deck_sim.runtime.dispatcher import Dispatcher
from deck_sim.runtime.registry import WorldRegistry
from deck_sim.runtime.simulation import Settings
from deck_sim.server.serve import ServerThread

CONFIG = Path(__file__).with_name("schemathesis.toml")
KEY = "sk_test_schemathesis"
PROGRAM = [sys.executable, "-m", "schemathesis.cli", "--config-file", str(CONFIG), "run"]

pytestmark = [
    pytest.mark.schemathesis,
    pytest.mark.parametrize("address", EDITIONS, indirect=True),
]


class ClosedPostOffice(Dispatcher):
    """Sends nothing: the addresses are made up."""

    def wake(self, simulation):
        """Stay closed."""


@pytest.fixture
def address(request, checked, seed_examples):
    """Where a server of the edition has its document; time moves when it is polled."""
    settings = Settings(edition=request.param, mode="on_poll")
    worlds = WorldRegistry(settings, keys=frozenset({KEY}), dispatcher=ClosedPostOffice())
    simulation = worlds.create(KEY)
    seed_examples(simulation)
    simulation.selection.default_scenario = "mfa_then_success"
    thread = ServerThread(worlds).start()
    yield f"{thread.server.url}/openapi.json"
    thread.stop()
    assert simulation.crashes == []


@pytest.fixture
def only(request):
    """What to call: all in one edition; in the other, what does not read the same bodies there."""
    own = r"^/(credentials|sessions|task-runs|event-destinations|tasks/\{id\}/run)"
    usual = PROFILE == "usual" and request.node.callspec.params["address"] != DEFAULT_EDITION
    return ["--include-path-regex", own] if usual else []


def run(address, folder, *options):
    """Let schemathesis run in a folder of its own, or it would remember what it found the last
    time; what it finds is the message of the failure.
    """
    same = ["--generation-deterministic"] if PROFILE == "usual" else []
    call = [*PROGRAM, address, "--header", f"Authorization: Bearer {KEY}", *same, *options]
    ran = subprocess.run(call, capture_output=True, text=True, cwd=folder)
    assert ran.returncode == 0, f"{ran.stdout}\n{ran.stderr}"
    assert "Test cases:" in ran.stdout


def test_no_call_breaks_the_server_or_the_document(address, only, tmp_path):
    """No 5xx, no answer outside the document, no garbage accepted, no key that is not checked."""
    run(
        address,
        tmp_path,
        "--phases",
        "examples,coverage,fuzzing",
        "--max-examples",
        f"{BUDGET.calls}",
        *only,
    )


def test_no_chain_of_calls_does(address, tmp_path):
    """The same where a call uses what earlier ones made. Nothing ends a connection for good, or
    there would soon be nothing to run a task on.
    """
    ends = r"/(disconnect|terminate)$"
    run(
        address,
        tmp_path,
        "--phases",
        "stateful",
        "--max-examples",
        f"{BUDGET.chains}",
        "--exclude-path-regex",
        ends,
    )
