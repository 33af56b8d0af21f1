"""A mistake for each kind of trouble. Its test passes without trouble, and fails with this one."""

import pytest


def fails_with(trouble):
    """The report names the trouble with its place, and says what helps."""

    def mark(test):
        lines = ("1 trouble: 0 survived, 1 did not*", trouble, "  *", "  what helps: *")
        test = pytest.mark.result("failed", *lines)(test)
        return pytest.mark.deck_explore(troubles=[trouble])(test)

    return mark


@fails_with("reset at POST /v2/agents #1")
def test_a_broken_connection_is_not_expected(deck_client):
    assert deck_client.post("/agents", json={"name": "a"}).is_success


@fails_with("unavailable at POST /v2/agents #1")
def test_a_503_is_not_expected(deck_client):
    assert deck_client.post("/agents", json={"name": "a"}).is_success


@fails_with("rate_limited at POST /v2/agents #1")
def test_a_429_is_not_expected(deck_client):
    assert deck_client.post("/agents", json={"name": "a"}).is_success


@fails_with("rate_limited at GET /v2/agents #1")
def test_a_429_of_a_read_is_not_expected(deck_client):
    assert deck_client.get("/agents").is_success


@fails_with("duplicate at task_run.running of run 1")
def test_a_webhook_is_counted_twice(deck, client, receiver):
    receiver.play_run(client, lambda run: deck.settle())
    assert receiver.types.count("task_run.running") == 1


@fails_with("late at task_run.running of run 1")
def test_the_last_webhook_is_the_latest(deck, client, receiver):
    assert receiver.play_run(client, lambda run: deck.settle()) == "completed"


@fails_with("again_after_next at task_run.running of run 1")
def test_a_repeated_webhook_is_the_latest(deck, client, receiver):
    assert receiver.play_run(client, lambda run: deck.settle()) == "completed"


@fails_with("lost_once at task_run.completed of run 1")
def test_the_first_attempt_arrives(deck, client, receiver):
    receiver.play_run(client, lambda run: deck.settle())
    assert deck.deliveries[-1]["attempts"] == 1


@fails_with("before_response at task_run.queued of run 1")
def test_the_answer_comes_before_the_webhook(deck, client, receiver):
    receiver.play_run(client, lambda run: deck.settle())
    assert receiver.knows_run[0]


@fails_with("at_once")
def test_a_run_takes_time(client):
    assert "running" in client.poll(client.start_run(), times=15)


@fails_with("skipped running")
def test_a_status_is_never_missed(client):
    assert "running" in client.poll(client.start_run(), times=15)


@fails_with("tenfold")
def test_a_run_is_over_after_fifteen_polls(client):
    assert client.poll(client.start_run(), times=15)[-1] == "completed"
