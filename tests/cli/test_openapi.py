import json

import pytest

from deck_sim.contract.editions import DEFAULT_EDITION, EDITIONS
from deck_sim.server.openapi.document import document


@pytest.mark.parametrize("edition", EDITIONS)
def test_the_document_of_an_edition_is_printed_as_json(cli, edition):
    """The document stands on stdout, and nothing else does."""
    shown = cli("openapi", "--edition", edition)
    assert (shown.exit_code, shown.stderr) == (0, "")
    assert json.loads(shown.stdout) == document(edition)


def test_the_usual_edition_is_printed_if_none_is_named(cli):
    """Without an option it is the edition that `serve` would serve."""
    assert json.loads(cli("openapi").stdout) == document(DEFAULT_EDITION)
