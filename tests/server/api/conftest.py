"""Fixtures for the tests of the Deck API."""

import pytest


@pytest.fixture
def source(api):
    """A source."""
    body = {"type": "website", "website": {"url": "https://hotel.example"}}
    return api.post("/sources", json=body).json()


@pytest.fixture
def refused(api, unchanged):
    """Send a request that must be refused and must change nothing; return its answer."""

    def refused(method, path, status, **request):
        with unchanged():
            answer = api.request(method, path, **request)
        assert answer.status_code == status, answer.text
        assert answer.json()["request_id"].startswith("req_")
        return answer

    return refused


@pytest.fixture
def errors(refused):
    """The same; return pairs of code and field, in the order of the answer."""

    def errors(method, path, status, **request):
        found = refused(method, path, status, **request).json()["errors"]
        return [(error["code"], error.get("field")) for error in found]

    return errors
