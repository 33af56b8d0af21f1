"""The journal of calls."""

from deck_sim.engine.world import FROZEN_START
from deck_sim.runtime.journal import GAVE_UP, Call, Journal


def test_a_client_that_leaves_is_noted_at_its_own_call():
    """The other calls stay as they are."""
    rest = ("GET", "/v2/agents", "", 200, None, (), None, 0)
    journal = Journal()
    for id_ in ("req_1", "req_2", "req_3"):
        journal.append(Call(FROZEN_START, id_, *rest))
    journal.note_departure("req_2")
    assert [call.unanswered for call in journal] == [None, GAVE_UP, None]
