"""Faults through the handle."""

from concurrent.futures import ThreadPoolExecutor

import httpx2
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


BROKEN = [
    ({"reset": True}, httpx2.ReadError),
    ({"lost_response": True}, httpx2.RemoteProtocolError),
    ({"truncate": True}, httpx2.RemoteProtocolError),
]


@pytest.mark.parametrize(("fault", "error"), BROKEN)
@pytest.mark.parametrize("way", ["socket", "transport"])
def test_a_client_sees_the_same_with_a_socket_and_without(deck, way, fault, error):
    """What ends a line is an error of the client's library, the same on both ways."""
    deck.fault(fault, match="GET /v2/agents")
    headers = {"Authorization": f"Bearer {deck.api_key}"}
    transport = {"transport": deck.transport} if way == "transport" else {"trust_env": False}
    client = httpx2.Client(base_url=deck.base_url, headers=headers, **transport)
    with client, pytest.raises(error):
        client.get("/agents")


def test_a_world_that_is_gone_holds_no_answer(deck):
    """Nobody waits for the clock of a world that is no more."""
    deck.fault(match="GET /v2/agents", delay="1h")
    headers = {"Authorization": f"Bearer {deck.api_key}"}
    with httpx2.Client(base_url=deck.base_url, headers=headers, transport=deck.transport) as client:
        with ThreadPoolExecutor(1) as pool:
            answer = pool.submit(client.get, "/agents", timeout=60)
            while not deck.requests:
                pass
            deck.reset()
        assert answer.result().status_code == 200


def test_a_fault_is_wanted_even_where_assumptions_are_refused(deck, api):
    """An error that a test asks for is no assumption of ours, and has no mark of one."""
    deck.refuse_assumed()
    deck.fault(match="GET /v2/agents", error="request/state_invalid")
    answer = api.get("/agents")
    assert answer.status_code == 409
    assert "deck-sim-assumed" not in answer.headers
