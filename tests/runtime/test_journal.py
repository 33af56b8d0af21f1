"""The journal of calls."""

from collections import deque

from deck_sim.engine.world import FROZEN_START
from deck_sim.runtime.journal import GAVE_UP, Call, note_departure
from deck_sim.runtime.simulation import Settings, Simulation
from deck_sim.scenario.library import Library


def test_the_journal_keeps_the_last_ten_thousand_calls():
    """Older ones are dropped."""
    simulation = Simulation("key", Settings(), Library())
    simulation.journal.extend(range(10_001))
    assert (len(simulation.journal), simulation.journal[0]) == (10_000, 1)


def test_a_client_that_leaves_is_noted_at_its_own_call():
    """The other calls stay as they are."""
    rest = ("GET", "/v2/agents", "", 200, None, (), None, 0)
    journal = deque(Call(FROZEN_START, id_, *rest) for id_ in ("req_1", "req_2", "req_3"))
    note_departure(journal, "req_2")
    assert [call.unanswered for call in journal] == [None, GAVE_UP, None]
