"""A mistake for each kind of trouble. Its test passes without trouble, and fails with this one."""

import pytest


def fails_with(*troubles):
    """The report names the trouble with its place, and says what helps."""

    def marks(trouble):
        lines = ("1 trouble: 0 survived, 1 did not*", trouble, "  *", "  what helps: *")
        result = pytest.mark.result("failed", *lines)
        return [pytest.mark.deck_explore(troubles=[trouble]), result]

    rows = [pytest.param(trouble, marks=marks(trouble)) for trouble in troubles]
    return pytest.mark.parametrize("trouble", rows)


@fails_with(*(f"{kind} at POST /v2/agents #1" for kind in ("reset", "unavailable", "rate_limited")))
def test_another_answer_is_not_expected(deck_client, trouble):
    assert deck_client.post("/agents", json={"name": "a"}).is_success


@fails_with("rate_limited at GET /v2/agents #1")
def test_a_429_of_a_read_is_not_expected(deck_client, trouble):
    assert deck_client.get("/agents").is_success


@fails_with("duplicate at task_run.running of run 1")
def test_a_webhook_is_counted_twice(deck, client, receiver, trouble):
    receiver.play_run(client, lambda run: deck.settle())
    assert receiver.types.count("task_run.running") == 1


@fails_with(*(f"{kind} at task_run.running of run 1" for kind in ("late", "again_after_next")))
def test_the_last_webhook_is_the_latest(deck, client, receiver, trouble):
    assert receiver.play_run(client, lambda run: deck.settle()) == "completed"


@fails_with("lost_once at task_run.completed of run 1")
def test_the_first_attempt_arrives(deck, client, receiver, trouble):
    receiver.play_run(client, lambda run: deck.settle())
    assert deck.deliveries[-1]["attempts"] == 1


@fails_with("before_response at task_run.queued of run 1")
def test_the_answer_comes_before_the_webhook(deck, client, receiver, trouble):
    receiver.play_run(client, lambda run: deck.settle())
    assert receiver.knows_run[0]


@fails_with("at_once", "skipped running")
def test_a_status_is_never_missed(client, trouble):
    assert "running" in client.poll(client.start_run(), times=15)


@fails_with("tenfold")
def test_a_run_is_over_after_fifteen_polls(client, trouble):
    assert client.poll(client.start_run(), times=15)[-1] == "completed"
