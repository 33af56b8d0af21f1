"""The test that `deck-sim doctor` runs with the settings of a user's pytest."""

import httpx2

from deck_sim import Deck


def test_deck(deck: Deck) -> None:
    """An application can call the server of the fixture `deck`, through a socket."""
    headers = {"Authorization": f"Bearer {deck.api_key}"}
    answer = httpx2.get(f"{deck.base_url}/agents", headers=headers, trust_env=False)
    assert answer.is_success
