"""Each test passes for the concierge and fails for the version with the mistake."""

import json

import pytest

import mistakes
from concierge.lookups import Concierge
from deck_sim import DeckSimError

pytestmark = pytest.mark.anyio


def catches(mistake):
    """Run a test with the concierge, and with a mistake for which it must fail."""
    raises = (AssertionError, DeckSimError)
    caught = pytest.mark.xfail(raises=raises, strict=True, reason="the mistake is there on purpose")
    return pytest.mark.parametrize(
        "kind",
        [
            pytest.param(Concierge, id="right"),
            pytest.param(mistake, id=mistake.__name__, marks=caught),
        ],
    )


def refusing_once(event):
    """Refuse the first webhook of a type, so that it is retried and arrives late."""
    lost = []

    def line(app):
        async def broken(scope, receive, send):
            message = await receive()
            if json.loads(message["body"])["type"] == event and not lost:
                lost.append(event)
                await send({"type": "http.response.start", "status": 503, "headers": []})
                await send({"type": "http.response.body", "body": b""})
                return

            async def again():
                return message

            await app(scope, again, send)

        return broken

    return line


@catches(mistakes.TrustsTheOrder)
async def test_a_late_event_changes_nothing(deck, visit, kind):
    """`running` arrives five seconds after `completed`."""
    deck.scenario({"name": "quick", "task_run": [{"running": "2s"}, "completed"]})
    deck.use("quick")
    user = await visit(kind, refusing_once("task_run.running"))
    await user.begin()
    await deck.async_advance("1m")
    assert (await user.look())["status"] == "done"


@catches(mistakes.PollsForEver)
async def test_waiting_ends_when_the_lookup_is_canceled(deck, visit, kind):
    """A waiting call returns when the lookup ends, also by a cancellation."""
    deck.most_idle_sleeps = 100
    user = await visit(kind)
    await user.begin()
    await deck.async_advance_until("task_run.running")
    await user.cancel()
    assert (await user.look(wait=60))["status"] == "canceled"


@catches(mistakes.SubmitsTwice)
async def test_two_clicks_are_one_answer(deck, visit, kind):
    """The same wrong code twice would use up two of three attempts."""
    deck.use("mfa_then_success")
    user = await visit(kind)
    await user.begin()
    await deck.async_advance_until("task_run.interaction_required")
    question = (await user.look())["question"]
    for _ in range(2):
        await user.answer(question, code="000000")
    deck.lint.check()
    deck.requests.assert_called("POST /v2/task-runs/*/interaction", times=1)


@catches(mistakes.TrustsAnybody)
async def test_a_forged_webhook_is_refused(visit, kind):
    """A webhook without a valid signature gets a 401."""
    user = await visit(kind)
    headers = {"webhook-id": "evt_1", "webhook-timestamp": "1", "webhook-signature": "v1,Zm9v"}
    event = {"type": "task_run.completed", "data": {"object": "task_run"}}
    answer = await user.http.post("/webhooks/deck", json=event, headers=headers)
    assert answer.status_code == 401


@catches(mistakes.TakesTwice)
async def test_a_second_delivery_starts_no_second_run(deck, visit, kind):
    """Deck may deliver an event more than once."""
    user = await visit(kind)
    await user.begin()
    await deck.async_advance_until("connection.connected")
    await deck.async_advance("0s")
    [delivery] = [sent for sent in deck.deliveries if sent["event_type"] == "connection.connected"]
    await deck.async_replay(delivery)
    await deck.async_settle()
    assert len(deck.runs) == 1
    assert (await user.look())["status"] == "done"


@catches(mistakes.IgnoresConflicts)
async def test_a_late_cancel_shows_the_completed_run(deck, visit, kind):
    """The run completes before the cancellation, and no webhook has arrived yet."""
    user = await visit(kind)
    await user.begin()
    with deck.hold("task_run.completed") as hold:
        await deck.async_settle()
        [_] = hold.held
    lookup = (await user.cancel()).json()
    assert (deck.runs[0]["status"], lookup["status"]) == ("completed", "done")
