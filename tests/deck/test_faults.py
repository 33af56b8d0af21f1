"""Faults through the handle."""

import pytest

from deck_sim import DeckSimError


def test_a_fault_is_given_as_an_object_or_by_names(deck, api):
    """Both ways say the same, and mix."""
    deck.fault({"match": "GET /v2/agents", "status": 502}, times=1)
    deck.fault(match="GET /v2/agents", status=503, times=1)
    assert [api.get("/agents").status_code for _ in range(3)] == [502, 503, 200]
    assert [(fault["met"], fault["fired"]) for fault in deck.faults] == [(3, 1), (3, 1)]


def test_faults_are_taken_out_by_id_or_as_they_were_given(deck):
    """One, several, or all."""
    given = [deck.fault(match="**", status=status) for status in (500, 501, 502, 503)]
    deck.clear_faults(given[0], given[1]["id"])
    assert [fault["status"] for fault in deck.faults] == [502, 503]
    deck.clear_faults()
    assert deck.faults == []


def test_a_wrong_fault_is_told(deck):
    """With what is allowed."""
    with pytest.raises(DeckSimError, match="did you mean 'status'"):
        deck.fault(match="**", statis=502)
    assert deck.faults == []
