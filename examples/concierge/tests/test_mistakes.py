"""Each test passes for the concierge, and must fail for the one that makes its mistake."""

import json

import pytest

import mistakes
from concierge.lookups import Concierge
from deck_sim import DeckSimError

pytestmark = pytest.mark.anyio


def catches(mistake):
    """Run a test with the concierge, and with a mistake that it must catch."""
    raises = (AssertionError, DeckSimError)
    caught = pytest.mark.xfail(raises=raises, strict=True, reason="it is a mistake")
    return pytest.mark.parametrize(
        "kind",
        [
            pytest.param(Concierge, id="right"),
            pytest.param(mistake, id=mistake.__name__, marks=caught),
        ],
    )


def refusing_once(event):
    """A line on which the first webhook of a type is lost, so that it comes again, and late."""
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
async def test_what_comes_late_changes_nothing(deck, visit, kind):
    """`running` arrives five seconds after `completed`."""
    deck.scenario({"name": "quick", "task_run": [{"running": "2s"}, "completed"]})
    deck.use("quick")
    user = await visit(kind, refusing_once("task_run.running"))
    await user.begin()
    await deck.async_advance("1m")
    assert (await user.look())["status"] == "done"


@catches(mistakes.PollsForEver)
async def test_waiting_ends_when_the_lookup_is_canceled(deck, visit, kind):
    """Whoever waits for a lookup comes back when it is over, in whatever way."""
    deck.most_idle_sleeps = 100
    user = await visit(kind)
    await user.begin()
    await deck.async_advance_until("task_run.running")
    await user.cancel()
    assert (await user.look(wait=60))["status"] == "canceled"


@catches(mistakes.SubmitsTwice)
async def test_two_clicks_are_one_answer(deck, visit, kind):
    """A wrong code that is sent twice would use up two of three attempts."""
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
    """Without the secret nobody can sign."""
    user = await visit(kind)
    headers = {"webhook-id": "evt_1", "webhook-timestamp": "1", "webhook-signature": "v1,Zm9v"}
    event = {"type": "task_run.completed", "data": {"object": "task_run"}}
    answer = await user.http.post("/webhooks/deck", json=event, headers=headers)
    assert answer.status_code == 401


@catches(mistakes.TakesTwice)
async def test_a_second_delivery_starts_no_second_run(deck, visit, kind):
    """Deck delivers at least once."""
    user = await visit(kind)
    await user.begin()
    await deck.async_advance_until("connection.connected")
    await deck.async_advance("0s")
    [delivery] = [one for one in deck.deliveries if one["event_type"] == "connection.connected"]
    await deck.async_replay(delivery)
    await deck.async_settle()
    assert len(deck.runs) == 1
    assert (await user.look())["status"] == "done"


@catches(mistakes.CancelsInVain)
async def test_a_cancel_that_comes_too_late_is_not_said_to_have_worked(deck, visit, kind):
    """The run completes just before, and nobody has told the concierge so far."""
    user = await visit(kind)
    await user.begin()
    with deck.hold("task_run.completed") as hold:
        await deck.async_settle()
        [_] = hold.held
    shown = (await user.cancel()).json()
    assert (deck.runs[0]["status"], shown["status"]) == ("completed", "done")
