import ast
import subprocess
import sys
from pathlib import Path

import pytest

import deck_sim

START_SERVER = """
import deck_sim.cli.commands.serve
from deck_sim.runtime.registry import WorldRegistry
from deck_sim.server.uvicorn_server import Server
Server(WorldRegistry()).stop()
"""
CREATE_WORLD = f"{START_SERVER}WorldRegistry().create('key')"
PRINT_HELP = """
from contextlib import suppress
from deck_sim.cli.program import main
for word in ("--help", "--version"):
    with suppress(SystemExit):
        main([word])
"""
SLOW = {"pydantic", "yaml", "jsonschema", "jinja2", "httpx2", "sqlite3"}


PROGRAMS = {
    START_SERVER: {"deck_sim.contract.editions", "deck_sim.engine.world_values", "difflib"},
    CREATE_WORLD: SLOW | {"deck_sim.server.api"},
    PRINT_HELP: SLOW | {"starlette", "uvicorn"},
}


def test_slow_modules_are_not_imported_before_they_are_needed():
    for program, slow in PROGRAMS.items():
        check = f"{program}\nimport sys; sys.exit(str({slow} & set(sys.modules) or ''))"
        ran = subprocess.run([sys.executable, "-c", check], capture_output=True, text=True)
        assert ran.stderr.strip() == ""


def test_exec_imports_for_calls_while_its_command_runs_and_for_reports_after_them(tmp_path):
    program = f"""
import sys
from contextlib import suppress
from pathlib import Path
from deck_sim.cli.commands import exec
from deck_sim.cli.program import main
import_ahead, done = exec.import_ahead, Path({f"{tmp_path}/done"!r})
async def note(*words):
    await import_ahead(*words)
    done.touch()
exec.import_ahead = note
with suppress(SystemExit):
    main(["exec", "--quiet", "--", "sh", "-c", f"until [ -e {{done}} ]; do sleep 0.05; done"])
print(*sys.modules)
"""
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    imported = {*ran.stdout.split()}
    assert {"pydantic", "jinja2", "jsonschema"} <= imported
    assert "httpx2" not in imported  # nothing was called, so there is no report on a world


def test_public_names_are_imported_from_where_type_checkers_see_them():
    """`deck_sim._HOMES` names the modules of the imports under `TYPE_CHECKING`, and no others."""
    tree = ast.parse(Path(deck_sim.__file__).read_text())
    (type_checking,) = [node for node in tree.body if isinstance(node, ast.If)]
    imported = {name.name: node.module for node in type_checking.body for name in node.names}
    assert imported == deck_sim._HOMES


def test_the_first_calls_import_nothing_that_could_be_imported_ahead():
    """They would wait for it, on a busy machine for seconds."""
    program = """
import asyncio, sys
from deck_sim.cli.import_ahead import import_ahead
from deck_sim.handle.deck import Deck
from deck_sim.runtime.registry import WorldRegistry
from deck_sim.server.uvicorn_server import Server
asyncio.run(import_ahead("connections"))
with Server(WorldRegistry()) as server, Deck(server.url, "k") as deck:
    imported_ahead = {*sys.modules}
    hook = {"type": "webhook", "config": {"url": "http://127.0.0.1:9/"}, "events": ["*"]}
    deck.create("event-destinations", {"name": "h", **hook})
    deck.create("agents", {"name": "a"})
    run = deck.start_run("success", output_schema={"type": "object"})
    deck.settle()
    assert deck.deliveries
    print(*{name.partition(".")[0] for name in {*sys.modules} - imported_ahead})
"""
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert ran.returncode == 0
    assert (SLOW | {"h11", "hmac", "ssl"}).isdisjoint(ran.stdout.split())


def test_the_first_reset_under_exec_imports_nothing():
    """A test that resets the world before each of its cases would wait for it once."""
    program = """
import asyncio, sys
from deck_sim.cli.commands.exec_report import Reports
from deck_sim.cli.import_ahead import import_ahead
from deck_sim.handle.deck import Deck
from deck_sim.runtime.registry import WorldRegistry
from deck_sim.server.uvicorn_server import Server
asyncio.run(import_ahead("connections"))
worlds = WorldRegistry()
Reports(worlds, "DECK_WEBHOOK_SECRET", keep=True)
with Server(worlds) as server, Deck(server.url, "k") as deck:
    deck.create("agents", {"name": "a"})
    imported_ahead = {*sys.modules}
    deck._control("reset_world", body={"clock": "on_poll", "default_scenario": "source_down"})
    print(*{*sys.modules} - imported_ahead)
"""
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert (ran.returncode, ran.stdout.split()) == (0, [])


@pytest.mark.parametrize("edition", ["connections", "credentials"])
def test_nothing_is_parsed_beside_the_thread_of_the_test(edition):
    """Python 3.11 fails at times if two threads parse (`AST constructor recursion depth`)."""
    program = f"""
import ast, threading
parse, threads = ast.parse, set()
ast.parse = lambda *a, **b: threads.add(threading.current_thread()) or parse(*a, **b)
from deck_sim import DeckSim
with DeckSim(edition={edition!r}) as deck:
    deck.fault("GET /v2/agents", error="api/api_error")
    deck.start_run("success", output_schema={{"type": "object"}})
    deck.settle()
    assert deck.findings
    deck.restore(deck.snapshot())
print(threads == {{threading.main_thread()}})
"""
    assert subprocess.check_output([sys.executable, "-c", program], text=True) == "True\n"


def test_a_handle_of_a_server_elsewhere_does_not_import_what_worlds_need(elsewhere):
    program = f"""
import sys
from deck_sim import Deck
with Deck({elsewhere!r}, "k") as deck:
    deck.advance("5m")
    deck.next()
print(*sys.modules)
"""
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert ran.returncode == 0
    assert {"pydantic", "jinja2", "jsonschema", "uvicorn"}.isdisjoint(ran.stdout.split())
