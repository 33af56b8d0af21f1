import pytest


@pytest.fixture
def client(sim):
    return sim
