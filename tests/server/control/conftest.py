import pytest


@pytest.fixture
def client(sim):
    """The client of `refused` and `errors`."""
    return sim


@pytest.fixture
def message(sim, unchanged):
    """Send a call that must be refused and must change nothing; the message of its only error."""

    def message(method, path, **request):
        with unchanged():
            (error,) = sim.request(method, path, **request).json()["errors"]
        return error["message"]

    return message


@pytest.fixture
def whats(sim):
    """The texts of the timeline, oldest first."""
    return lambda: [entry["what"] for entry in sim.get("/timeline").json()["data"]]
