import pytest


@pytest.fixture
def client(sim):
    """The client of `refused` and `errors`."""
    return sim
