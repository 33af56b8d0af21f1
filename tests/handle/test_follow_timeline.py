import pytest

from deck_sim import Deck, DeckSimError
from deck_sim.runtime.registry import WorldRegistry
from deck_sim.server.uvicorn_server import Server


def test_a_timeline_is_followed_until_the_server_stops():
    with Server(WorldRegistry()) as server, Deck(server.url, "sk_one") as deck:
        deck.seed(agents=[{"id": "agt_1", "name": "Concierge"}])
        entries = deck.follow_timeline()
        first = next(entries)
        deck.seed(agents=[{"id": "agt_2", "name": "Butler"}])
        second = next(entries)
        deck.reset()
        deck.seed(agents=[{"id": "agt_3", "name": "Chef"}])
        assert next(entries).id == "agt_3"
        server.stop()
        with pytest.raises(DeckSimError, match="no deck-sim server answers"):
            next(entries)
    assert (first.id, first.what, second.id) == ("agt_1", "created", "agt_2")
    assert second.details == {"number": 2, "about": {"name": "Butler"}}
