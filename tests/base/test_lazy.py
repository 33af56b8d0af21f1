import subprocess
import sys

import pytest

from deck_sim.base.lazy import Later


def test_a_module_gives_what_is_in_it():
    """Asking a module for a name gives what a plain import gives."""
    from deck_sim.contract import bodies

    assert Later("deck_sim.contract.bodies").RunTask is bodies.RunTask


def test_a_name_that_a_module_does_not_have_is_the_usual_error():
    """A misspelt name is found out like any other."""
    with pytest.raises(AttributeError, match="RunTsk"):
        _ = Later("deck_sim.contract.bodies").RunTsk


def test_naming_a_module_does_not_import_it():
    """A module that does not exist is no error until something in it is asked for."""
    later = Later("deck_sim.nowhere")
    with pytest.raises(ModuleNotFoundError, match=r"deck_sim\.nowhere"):
        _ = later.anything


def test_a_server_is_ready_before_the_slow_modules_are_imported():
    """pydantic, YAML, JSON Schema and templates are not needed to serve a first request, and what
    answers below `/v2` only for one that is.
    """
    program = (
        "import sys\nimport deck_sim.cli.serve\nfrom deck_sim.server.serve import Server\n"
        "from deck_sim.runtime.registry import Worlds\n"
        "Worlds().make('key')\nServer(Worlds()).stop()\n"
        "slow = {'pydantic', 'yaml', 'jsonschema', 'jinja2', 'rich', 'httpx2'}\n"
        "slow.add('deck_sim.server.api')\n"
        "sys.exit(str(slow & set(sys.modules) or ''))"
    )
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert ran.stderr.strip() == ""
