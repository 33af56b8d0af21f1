import pytest


@pytest.fixture
def client(api):
    return api
