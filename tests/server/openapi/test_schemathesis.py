"""Schemathesis calls every operation with valid and invalid data, alone and in chains.

With the usual budget the operations of one edition are called, a few times each; `ci` runs all.
The calls are the same in every run, except those that must be accepted. Their seed is that of the
test, so `--randomly-seed` of a failed run repeats them.
"""

import os
import random
import subprocess
import sys
from pathlib import Path

import pytest
import refusals
from budget import BUDGET, PROFILE

from deck_sim.contract import DEFAULT_EDITION
from deck_sim.contract.editions import EDITIONS
from deck_sim.runtime.dispatcher import Dispatcher
from deck_sim.runtime.registry import WorldRegistry
from deck_sim.runtime.seeding import seed_resources
from deck_sim.runtime.settings import Settings
from deck_sim.server.uvicorn_server import Server

CONFIG = Path(__file__).with_name("schemathesis.toml")
KEY = "sk_test_schemathesis"
HOOKED = {
    **os.environ,
    "PYTHONPATH": str(Path(refusals.__file__).parent),
    "SCHEMATHESIS_HOOKS": refusals.__name__,
}
PROGRAM = [sys.executable, "-m", "schemathesis.cli", "--config-file", str(CONFIG), "run"]

IN_CI = pytest.mark.skipif(PROFILE == "usual", reason="takes long; HYPOTHESIS_PROFILE=ci")
OTHERS = [pytest.param(name, marks=IN_CI) for name in EDITIONS if name != DEFAULT_EDITION]
pytestmark = [
    pytest.mark.schemathesis,
    pytest.mark.parametrize("address", [DEFAULT_EDITION, *OTHERS], indirect=True),
]


# The resources that the ids in the document name.
ID = "Xk29fLq0aZ81bTnE"
LOGIN = {"source_id": f"src_{ID}", "auth_method": "none"}
EXAMPLES = {
    "agents": {"name": "Concierge"},
    "sources": {"type": "website", "website": {"url": "https://hotel.example"}},
    "tasks": {"name": "Read", "agent_id": f"agt_{ID}"},
    "connections": {**LOGIN, "status": "connected"},
    "credentials": LOGIN,
    "sessions": {"source_id": f"src_{ID}"},
}


class SilentDispatcher(Dispatcher):
    """Sends nothing, since the addresses are made up."""

    def wake(self, simulation):
        """Do nothing."""


@pytest.fixture
def address(request, checked):
    """The URL of the document of a server with the clock `on_poll`."""
    settings = Settings(edition=request.param, mode="on_poll")
    worlds = WorldRegistry(settings, keys=(KEY,), dispatcher=SilentDispatcher())
    simulation = worlds.create(KEY)
    prefixes = {kind.path: kind.prefix for kind in simulation.world.contract.kinds.values()}
    seed_resources(
        simulation,
        {
            path: [{**body, "id": f"{prefixes[path]}_{ID}"}]
            for path, body in EXAMPLES.items()
            if path in prefixes
        },
    )
    simulation.selection.default_scenario = "mfa_then_success"
    server = Server(worlds).start()
    yield f"{server.url}/openapi.json"
    server.stop()
    assert [*simulation.crashes] == []


def run(address, folder, phases, examples, *options, seed=None):
    """Run schemathesis in an empty folder, since it remembers its findings."""
    options += ("--phases", phases, "--max-examples", f"{examples}")
    how = ("--generation-deterministic",) if seed is None else ("--seed", f"{seed}")
    call = [*PROGRAM, address, "--header", f"Authorization: Bearer {KEY}", *options, *how]
    ran = subprocess.run(call, capture_output=True, text=True, cwd=folder, env=HOOKED)
    assert ran.returncode == 0, f"{ran.stdout}\n{ran.stderr}"
    assert "Test cases:" in ran.stdout


def test_no_call_breaks_the_server_or_the_document(address, tmp_path):
    """No 5xx, no undocumented answer, no invalid data accepted, no unchecked key."""
    run(address, tmp_path, BUDGET.phases, BUDGET.calls)


@IN_CI
def test_a_call_that_fits_the_document_is_refused_only_for_a_reason(address, tmp_path):
    seed = random.getrandbits(32)
    run(address, tmp_path, "fuzzing", BUDGET.fitting, "--mode", "positive", seed=seed)


@IN_CI
def test_no_chain_of_calls_breaks_them(address, tmp_path):
    """Calls use what earlier calls made. Connections are not ended, since runs need them."""
    ends = r"/(disconnect|terminate)$"
    run(address, tmp_path, "stateful", BUDGET.chains, "--exclude-path-regex", ends)
