"""Tests for two workers of xdist."""

import pytest


@pytest.mark.parametrize("code", ["123456", "9"])
def test_a_worker_has_a_server_and_receivers(deck, deck_client, deck_webhooks, code):
    deck.use("mfa_then_success")
    ready = deck.ready_task()
    run = deck.create(f"tasks/{ready.task_id}/run", ready.login)
    deck.settle()
    for _ in range(3):
        body = {"inputs": {"code": code}}
        deck_client.post(f"/task-runs/{run['id']}/interaction", json=body)
    deck.settle()
    assert len(deck.runs) == 1
    assert [e["id"] for e in deck_webhooks.events] == [e["id"] for e in deck.events]


@pytest.mark.parametrize("number", range(2))
def test_that_fails(deck, number):
    deck.ready_task()
    raise AssertionError


@pytest.mark.deck_explore(troubles=["lost_response"])
@pytest.mark.parametrize("number", range(2))
def test_that_is_explored(client, number):
    client.create_agent()
