import pytest


@pytest.fixture
def client(api):
    """The client of `refused` and `errors`."""
    return api
