import pytest

from deck_sim import Deck


@pytest.fixture
def api(deck_client):
    """A client for the world of `deck`, not for that of `key`."""
    return deck_client


@pytest.fixture
def run(deck):
    def run(**task):
        ready = deck.ready_task(**task)
        return deck.create(f"tasks/{ready.task_id}/run", ready.login)

    return run


@pytest.fixture(params=["here", "elsewhere"])
def anywhere(request, deck):
    """A world on a server of this process, and one on a server of another."""
    if request.param == "here":
        yield deck
    else:
        with Deck(request.getfixturevalue("elsewhere"), deck.api_key) as other:
            other.reset()
            yield other
            other.delete()
