import socket
from contextlib import ExitStack
from datetime import UTC, datetime
from urllib.parse import urlsplit

import httpx2
import pytest
from freezegun import freeze_time
from time_machine import travel

from deck_sim import DeckSimError, WebhookReceiver


def test_a_refused_attempt_is_retried(deck, run, deck_webhooks):
    called = []
    for event, status in (("*", 503), ("task_run.completed", 502)):
        deck_webhooks.on(event, called.append)
        deck_webhooks.respond(status, times=1)
    started = run()
    deck.advance("1s")
    assert deck_webhooks.events == []
    deck.advance("1h")
    answers = [arrival.answered for arrival in deck_webhooks.received]
    assert sorted(answers) == [200, 200, 200, 502, 503]
    words = [event["type"].partition(".")[2] for event in deck_webhooks.events]
    assert words == ["queued", "running", "completed"]
    # A callback is not called for an attempt that is refused.
    assert [called.count(event) for event in deck_webhooks.events] == [1, 1, 2]
    assert len(called) == 4
    assert deck_webhooks.wait_for("task_run.completed", started)["data"]["status"] == "completed"
    deck_webhooks.respond(410)  # every attempt
    run()
    deck.advance("1h")
    assert {arrival.answered for arrival in deck_webhooks.received[5:]} == {410}


def test_a_status_for_all_attempts_replaces_those_for_the_next(deck, deck_webhooks):
    deck_webhooks.respond(503, times=2)
    deck_webhooks.respond(204)
    deck.create("agents", {"name": "Concierge"})
    deck.advance("1m")
    assert [arrival.answered for arrival in deck_webhooks.received] == [204]


def test_wait_for_does_not_wait_with_a_frozen_clock(deck, run, deck_webhooks):
    started = run()
    deck.advance("2s")
    assert deck_webhooks.wait_for("task_run.running", started["id"])["data"]["id"] == started["id"]
    with pytest.raises(DeckSimError) as missed:
        deck_webhooks.wait_for("task_run.completed", started)
    assert str(missed.value).splitlines() == [
        f"no `task_run.completed` of `{started['id']}` was received; the world's clock is frozen:"
        ' advance it, for example with `deck.advance_until("task_run.completed")`',
        "received events:",
        f"  task_run.queued of {started['id']}, answered 200",
        f"  task_run.running of {started['id']}, answered 200",
    ]


def test_wait_for_ends_after_its_timeout(deck, deck_webhooks):
    for mode, why in (
        ("real", ""),
        ("on_poll", "; an `on_poll` clock moves only when a .*"),
    ):
        deck.clock.set(mode)
        text = rf"received; waited 0 seconds{why}\nnothing was received$"
        with pytest.raises(DeckSimError, match=text):
            deck_webhooks.wait_for("task_run.completed", timeout=0)


def test_wait_for_returns_when_the_event_arrives(deck, run, deck_webhooks):
    started = run()
    deck.clock.set("real", speed=1000)
    event = deck_webhooks.wait_for("task_run.completed", started, timeout=60)
    assert event["type"] == "task_run.completed"


@pytest.fixture
def block(deck):
    """A block with a receiver; `close` leaves it."""
    with ExitStack() as block:
        block.receiver = block.enter_context(WebhookReceiver(deck))
        yield block


def test_wait_for_shows_wrong_signatures(deck, block):
    block.receiver.secret = block.receiver.secret[:-4] + "AAAA"
    deck.create("agents", {"name": "Concierge"})
    deck.advance("1m")
    for look in (lambda: block.receiver.wait_for("agent.created"), block.close):
        with pytest.raises(DeckSimError, match="no signature matches") as failure:
            look()
        assert str(failure.value).count("the signature of a webhook") == 1


def test_a_failed_callback_is_raised_at_the_end(deck, run, block):
    """With one traceback, since others would be the same."""
    block.receiver.on("*", lambda event: pytest.fail("boom"))
    run()
    deck.advance("2s")
    assert [arrival.answered for arrival in block.receiver.received] == [500, 500]
    with pytest.raises(
        DeckSimError, match=r"(?s)for the event task_run\.queued:\nTrace.*Failed: boom"
    ) as failure:
        block.close()
    assert f"{failure.value}".endswith("for the event task_run.running:\nFailed: boom")


def test_the_error_of_the_block_comes_first(block):
    """A complaint does not hide it: a wrong signature gets a 401 and is not received."""
    answer = httpx2.post(block.receiver.url, json={}, trust_env=False)
    assert (answer.status_code, block.receiver.received) == (401, [])
    with pytest.raises(ZeroDivisionError), block:
        raise ZeroDivisionError


def test_a_receiver_that_cannot_register_closes_its_socket(deck):
    receiver = WebhookReceiver(deck)
    receiver.secret = "no secret of webhooks"
    with pytest.raises(DeckSimError):
        receiver.__enter__()
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", urlsplit(receiver.url).port))


def test_signatures_may_have_the_time_of_the_world(deck, deck_webhooks):
    deck.stamp_webhooks("world")
    deck.create("agents", {"name": "Concierge"})
    deck.settle()
    assert deck_webhooks.received[0].headers["webhook-timestamp"] == "1736933400"


def test_a_signature_spoiled_by_a_fault_is_no_complaint(deck, run):
    deck.fault("task_run.completed", bad_signature=True, times=1)
    with WebhookReceiver(deck) as receiver:
        started = run()
        deck.settle()
        receiver.wait_for("task_run.completed", started)
    log = next(d["log"] for d in deck.deliveries if d["event_type"] == "task_run.completed")
    assert [line["status"] for line in log] == [401, 200]


def test_an_event_that_cannot_come_is_an_error(deck_webhooks):
    """A callback that is never called would prove nothing. Scenarios may emit unknown types."""
    deck_webhooks.on("task_run.progress", print)
    for event, message in (
        ("task_run.complete", "unknown event type .*did you mean 'task_run.completed'"),
        ("session.idle", "the edition `connections` has no event 'session.idle'"),
    ):
        for call in (lambda name: deck_webhooks.on(name, print), deck_webhooks.wait_for):
            with pytest.raises(DeckSimError, match=message):
                call(event)
    with pytest.raises(
        DeckSimError, match=r"^no `task_run.exploded` was .*\n.* is not an event type of Deck"
    ):
        deck_webhooks.wait_for("task_run.exploded")


@pytest.mark.deck(edition="credentials")
def test_a_review_can_be_asked_for_by_either_name(deck, deck_webhooks):
    """The webhook is sent under one of them (assumed)."""
    arrived = []
    deck_webhooks.on("task_run.pending", arrived.append)
    deck.fault("task_run.pending", duplicate=True)
    run = deck.start_run("needs_approval")
    deck.advance_until("task_run.pending", run)
    event = deck_webhooks.wait_for("task_run.pending", run)
    assert event["type"] == "task_run.review_required"
    assert arrived == [event, event]
    deck.hold("task_run.pending")
    deck.start_run("needs_approval")
    deck.settle()
    assert "held before task_run.pending" in [entry.what for entry in deck.timeline]


@pytest.mark.parametrize("library", ["freezegun", "time-machine"])
def test_a_frozen_process_accepts_signatures(anywhere, library):
    """A server elsewhere signs with the time of the process, while that is frozen."""
    moment = datetime(2031, 1, 1, tzinfo=UTC)
    frozen = freeze_time(moment) if library == "freezegun" else travel(moment, tick=False)
    with WebhookReceiver(anywhere) as webhooks:
        with frozen:
            anywhere.create("agents", {"name": "Frozen"})
            anywhere.advance("0s")
        anywhere.create("agents", {"name": "Thawed"})
        anywhere.advance("0s")
    first, second = (int(arrival.headers["webhook-timestamp"]) for arrival in webhooks.received)
    assert first == moment.timestamp() != second
