import httpx2
import pytest

from deck_sim.contract import DEFAULT_EDITION
from deck_sim.contract.editions import EDITIONS
from deck_sim.server.openapi.document import document


@pytest.fixture
def ask(server):
    return lambda **more: httpx2.get(f"{server.url}/openapi.json", trust_env=False, **more)


def test_the_document_is_served_without_a_key(ask):
    answer = ask()
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "application/json")
    assert answer.json() == document(DEFAULT_EDITION)
    for edition in EDITIONS:
        assert ask(params={"edition": edition}).json() == document(edition)


def test_an_unknown_edition_is_refused(ask):
    answer = ask(params={"edition": "connection"})
    (error,) = answer.json()["errors"]
    assert (answer.status_code, error["field"]) == (400, "edition")
    assert error["message"] == "unknown edition 'connection'; did you mean 'connections'?"
    assert answer.json()["request_id"].startswith("req_")
