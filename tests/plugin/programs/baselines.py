"""Tests that do not pass, or make no call: none is explored."""

import pytest


def test_that_fails(client):
    client.create_agent()
    raise AssertionError("the first run")


def test_that_is_skipped(client):
    client.create_agent()
    pytest.skip("later")


@pytest.mark.xfail(strict=True)
def test_that_fails_as_expected(client):
    client.create_agent()
    raise AssertionError


@pytest.mark.xfail
def test_that_passes_unexpectedly(client):
    client.create_agent()


def test_that_fails_at_its_end(deck, client):
    client.create_agent()
    deck.queue("success")


@pytest.mark.deck_explore(False)
def test_that_is_never_explored(client):
    client.create_agent()


def test_without_a_world():
    pass
