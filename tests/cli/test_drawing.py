"""Colors of what the commands print."""

import pytest

from deck_sim.cli.drawing import colored
from deck_sim.contract.editions import EDITIONS
from deck_sim.engine.story import KINDS


@pytest.mark.parametrize("edition", EDITIONS.values(), ids=EDITIONS)
def test_every_status_of_what_plays_has_a_color(edition):
    kinds = [edition.kinds[name] for name in (*KINDS, edition.login) if name in edition.kinds]
    statuses = {status for kind in kinds for status in kind.machine.follows}
    assert "running" in statuses
    assert [status for status in statuses if not colored(status).spans] == []
