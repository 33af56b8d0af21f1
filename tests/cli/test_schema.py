import json

from deck_sim.runtime.world_file import world_schema
from deck_sim.scenario.schema import scenario_schema


def test_the_schema_is_printed_as_json(cli):
    """What an editor needs stands on stdout, and nothing else does."""
    shown = cli("schema")
    assert (shown.exit_code, shown.stderr) == (0, "")
    assert json.loads(shown.stdout) == scenario_schema()


def test_the_schema_of_world_files_is_another(cli):
    """It stands on stdout in the same way."""
    shown = cli("schema", "--world")
    assert (shown.exit_code, shown.stderr) == (0, "")
    assert json.loads(shown.stdout) == world_schema()
