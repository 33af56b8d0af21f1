"""What users of the concierge are promised."""

import pytest
from hypothesis import HealthCheck, Phase, given, settings

from deck_sim.strategies import histories

pytestmark = pytest.mark.anyio


async def test_reservations_are_looked_up(deck, visit):
    """A guest logs in, and sees the reservations."""
    user = await visit()
    assert (await user.begin())["status"] == "working"
    await deck.async_advance_until("task_run.completed")
    shown = await user.look()
    assert (shown["status"], [*shown["result"]]) == ("done", ["reservations"])


async def test_a_code_is_asked_for_and_given(deck, visit):
    """The form shows what Deck asks; the right code leads on."""
    deck.use("mfa_then_success")
    user = await visit()
    await user.begin()
    await deck.async_advance_until("task_run.interaction_required")
    question = (await user.look())["question"]
    assert [asked["name"] for asked in question["fields"]] == ["code"]
    assert (await user.answer(question, code="123456")).json()["status"] == "working"
    await deck.async_settle()
    assert (await user.look())["status"] == "done"


async def test_a_wrong_code_is_asked_for_again(deck, visit):
    """The next question has a number of its own."""
    deck.use("mfa_then_success")
    user = await visit()
    await user.begin()
    await deck.async_advance_until("task_run.interaction_required")
    first = (await user.look())["question"]
    again = (await user.answer(first, code="000000")).json()
    assert (again["status"], again["question"]["number"]) == ("asking", first["number"] + 1)


async def test_nobody_answers(deck, visit):
    """The lookup fails, and says why."""
    deck.use("mfa_then_success")
    user = await visit()
    await user.begin()
    await deck.async_advance("1h")
    shown = await user.look()
    assert (shown["status"], shown["question"]) == ("failed", None)
    assert shown["problems"] == ["Nobody answered the interaction in time."]


async def test_waiting_ends_although_no_webhook_comes(deck, visit):
    """A call that waits asks Deck itself, and comes back when the lookup is over."""
    user = await visit(line=lambda app: deaf)
    await user.begin()
    assert (await user.look(wait=60))["status"] == "done"


async def deaf(scope, receive, send):
    """An application that is down."""
    await send({"type": "http.response.start", "status": 503, "headers": []})
    await send({"type": "http.response.body", "body": b""})


async def test_a_running_lookup_is_canceled(deck, visit):
    """Deck is told, and the user sees it."""
    user = await visit()
    await user.begin()
    await deck.async_advance_until("task_run.running")
    assert (await user.cancel()).json()["status"] == "canceled"
    assert deck.runs[0]["status"] == "canceled"


@settings(
    deadline=None,
    max_examples=30,
    phases=[phase for phase in Phase if phase is not Phase.explain],
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(history=histories(connection=True))
async def test_whatever_deck_does_is_seen_through(deck, visit, history):
    """Any legal history, with any questions at login and in the run, ends as it should."""
    deck.reset()
    deck.use(deck.scenario(history))
    user = await visit()
    await user.begin()
    for answers in history.answers:
        await deck.async_settle()
        question = (await user.look())["question"]
        await user.answer(question, **answers)
    await deck.async_settle()
    assert (await user.look())["status"] == {"completed": "done"}.get(history.outcome, "failed")
