"""What tests of the handle share."""

import httpx2
import pytest


@pytest.fixture
def api(deck):
    """A plain client of the Deck API, for the world of `deck`."""
    headers = {"Authorization": f"Bearer {deck.api_key}"}
    with httpx2.Client(base_url=deck.base_url, headers=headers, trust_env=False) as client:
        yield client


@pytest.fixture
def run(deck, api):
    """Start a run of a ready task."""

    def run(**task):
        ready = deck.ready_task(**task)
        body = {"connection_id": ready.connection_id}
        answer = api.post(f"/tasks/{ready.task_id}/run", json=body)
        assert answer.status_code == 201, answer.text
        return answer.json()

    return run
