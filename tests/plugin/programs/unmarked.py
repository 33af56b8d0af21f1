"""Tests that only an option explores; with one, each trouble of these tests fails."""

import unittest

import pytest


@pytest.mark.asyncio
async def test_a_coroutine(deck, deck_async_client):
    assert (await deck_async_client.post("/agents", json={"name": "a"})).is_success


@pytest.mark.parametrize("name", ["a", "b"])
def test_a_parameter(deck_client, name):
    assert deck_client.post("/agents", json={"name": name}).is_success


class TestCase(unittest.TestCase):
    """Each run has its own instance."""

    @pytest.fixture(autouse=True)
    def use(self, deck_client):
        self.client = deck_client

    def setUp(self):
        assert not hasattr(self, "is_used")

    def test_it(self):
        self.is_used = True
        assert self.client.post("/agents", json={"name": "a"}).is_success
