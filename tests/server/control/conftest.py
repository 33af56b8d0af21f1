"""Fixtures for the tests of the control API."""

import pytest


@pytest.fixture
def errors(sim, unchanged):
    """Send a call that must be refused and change nothing; pairs of code and field."""

    def errors(method, path, status, **request):
        with unchanged():
            answer = sim.request(method, path, **request)
        assert answer.status_code == status, answer.text
        return [(error["code"], error.get("field")) for error in answer.json()["errors"]]

    return errors


@pytest.fixture
def message(sim, unchanged):
    """The same; the message of its only error."""

    def message(method, path, **request):
        with unchanged():
            (error,) = sim.request(method, path, **request).json()["errors"]
        return error["message"]

    return message


@pytest.fixture
def whats(sim):
    """What the lines of the timeline say, oldest first."""
    return lambda: [entry["what"] for entry in sim.get("/timeline").json()["data"]]
