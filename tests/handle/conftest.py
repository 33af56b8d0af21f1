import httpx2
import pytest

from deck_sim import Deck


@pytest.fixture
def api(deck):
    """A plain client of the Deck API, for the world of `deck`."""
    headers = {"Authorization": f"Bearer {deck.api_key}"}
    options = {"base_url": deck.base_url, "headers": headers, "trust_env": False, "timeout": 60}
    with httpx2.Client(**options) as client:
        yield client


@pytest.fixture
def run(deck):
    """Start a run of a ready task."""

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
