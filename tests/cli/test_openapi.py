import json

import pytest

from deck_sim.contract.editions import DEFAULT_EDITION, EDITIONS
from deck_sim.server.openapi.document import document


@pytest.mark.parametrize("edition", [None, *EDITIONS])
def test_the_document_of_an_edition_is_printed_as_json(cli, edition):
    """Stdout contains nothing else."""
    shown = cli("openapi", *(["--edition", edition] if edition else []))
    assert (shown.exit_code, shown.stderr) == (0, "")
    assert json.loads(shown.stdout) == document(edition or DEFAULT_EDITION)
