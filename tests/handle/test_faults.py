import re

import pytest

from deck_sim import DeckSimError


def unused(deck):
    rows = [row for row in deck.findings if row["kind"] == "unused_fault"]
    return [(row["reason"], row["remedy"]) for row in rows]


def test_a_fault_is_given_as_a_mapping_or_keywords(deck, api):
    deck.fault({"match": "GET /v2/agents", "status": 502}, times=1)
    deck.fault(match="GET /v2/agents", status=503, times=1)
    assert [api.get("/agents").status_code for _ in range(3)] == [502, 503, 200]
    assert [(fault["met"], fault["fired"]) for fault in deck.faults] == [(3, 1), (3, 1)]


def test_faults_are_cleared_by_id_or_as_returned(deck):
    faults = [deck.fault(match="**", status=status) for status in (500, 501, 502, 503)]
    deck.clear_faults(faults[0], faults[1]["id"])
    assert [fault["status"] for fault in deck.faults] == [502, 503]
    deck.clear_faults()
    assert deck.faults == []


@pytest.mark.deck(strict=False)
def test_a_fault_without_effect_is_reported_as_chance_if_it_had_one(deck, api):
    """It could have affected the first call; one behind another had no chance."""
    deck.fault("GET /v2/agents", empty=True, probability=1e-9)
    assert "by chance" not in unused(deck)[0][0]
    for status in (502, 503):
        deck.fault("GET /v2/agents", status=status)
    api.get("/agents")
    by_chance, behind = unused(deck)
    fix = "give the fault a higher probability, or give the world another seed"
    assert by_chance[0].endswith("(met 1 call), by chance")
    assert by_chance[1] == fix
    assert behind[0].endswith("status=503 (met 1 call)")


LACKING = {
    "GET /v2/agent/**": "no call of the Deck API is 'GET /v2/agent/**'; did you mean 'GET /v2/ag",
    "POST /v2/credentials": "the edition `connections` has no call 'POST /v2/credentials'; it is a"
    ' call of `credentials`; to switch: @pytest.mark.deck(edition="credentials")',
}


@pytest.mark.parametrize("call", LACKING)
def test_a_fault_or_hold_of_a_call_that_deck_lacks_is_an_error_with_the_nearest(deck, call):
    message = re.escape(LACKING[call])
    with pytest.raises(DeckSimError, match=message):
        deck.fault(call, status=500)
    with pytest.raises(DeckSimError, match=message):
        deck.hold(call)
    assert deck.faults == []
