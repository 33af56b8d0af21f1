"""Imports that wait until they are needed."""

import ast
import subprocess
import sys
from pathlib import Path

import deck_sim


def test_a_server_is_ready_before_the_slow_modules_are_imported():
    """A server starts without pydantic, YAML, JSON Schema, templates and the API below `/v2`."""
    program = (
        "import sys\nimport deck_sim.cli.serve\nfrom deck_sim.server.serve import Server\n"
        "from deck_sim.runtime.registry import WorldRegistry\n"
        "WorldRegistry().create('key')\nServer(WorldRegistry()).stop()\n"
        "slow = {'pydantic', 'yaml', 'jsonschema', 'jinja2', 'rich', 'httpx2', 'sqlite3'}\n"
        "slow.add('deck_sim.server.api')\n"
        "sys.exit(str(slow & set(sys.modules) or ''))"
    )
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert ran.stderr.strip() == ""


def test_public_names_are_imported_from_where_type_checkers_see_them():
    """`deck_sim._HOMES` names the modules of the imports under `TYPE_CHECKING`, and no others."""
    tree = ast.parse(Path(deck_sim.__file__).read_text())
    (shown,) = [node for node in tree.body if isinstance(node, ast.If)]
    imported = {name.name: node.module for node in shown.body for name in node.names}
    assert imported == deck_sim._HOMES
