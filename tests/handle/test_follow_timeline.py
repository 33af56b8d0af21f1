"""`deck.follow_timeline()`."""

import pytest

from deck_sim.base.errors import DeckSimError
from deck_sim.handle.deck import Deck
from deck_sim.runtime.registry import WorldRegistry
from deck_sim.server.serve import Server


@pytest.fixture
def server():
    """A server that takes one key only."""
    with Server(WorldRegistry(keys=("sk_one",))) as server:
        yield server


def test_a_timeline_is_followed_until_the_server_stops(server):
    with Deck(server.url, "sk_one") as deck:
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


def test_a_refused_key_is_an_error(server):
    with Deck(server.url, "sk_two") as deck, pytest.raises(DeckSimError, match="API key"):
        next(deck.follow_timeline())
