import json

import pytest

from deck_sim.runtime.world_file import world_schema
from deck_sim.scenario.schema import scenario_schema


@pytest.mark.parametrize(("words", "schema"), [([], scenario_schema), (["--world"], world_schema)])
def test_the_schema_is_printed_as_json(cli, words, schema):
    """Stdout contains nothing else."""
    shown = cli("schema", *words)
    assert (shown.exit_code, shown.stderr) == (0, "")
    assert json.loads(shown.stdout) == schema()
