"""Imports that wait until they are needed."""

import ast
import subprocess
import sys
from pathlib import Path

import deck_sim

START_SERVER = """
import deck_sim.cli.commands.serve
from deck_sim.runtime.registry import WorldRegistry
from deck_sim.server.serve import Server
WorldRegistry().create("key")
Server(WorldRegistry()).stop()
"""
PRINT_HELP = """
from contextlib import suppress
from deck_sim.cli.app import main
for word in ("--help", "--version"):
    with suppress(SystemExit):
        main([word])
"""
SLOW = {"pydantic", "yaml", "jsonschema", "jinja2", "httpx2", "sqlite3"}


PROGRAMS = {
    START_SERVER: SLOW | {"deck_sim.server.api"},
    PRINT_HELP: SLOW | {"starlette", "uvicorn"},
}


def test_slow_modules_are_not_imported_before_they_are_needed():
    for program, slow in PROGRAMS.items():
        check = f"{program}\nimport sys; sys.exit(str({slow} & set(sys.modules) or ''))"
        ran = subprocess.run([sys.executable, "-c", check], capture_output=True, text=True)
        assert ran.stderr.strip() == ""


def test_public_names_are_imported_from_where_type_checkers_see_them():
    """`deck_sim._HOMES` names the modules of the imports under `TYPE_CHECKING`, and no others."""
    tree = ast.parse(Path(deck_sim.__file__).read_text())
    (shown,) = [node for node in tree.body if isinstance(node, ast.If)]
    imported = {name.name: node.module for node in shown.body for name in node.names}
    assert imported == deck_sim._HOMES
