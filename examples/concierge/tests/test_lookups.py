"""What users of the concierge are promised."""

import anyio
import pytest
from hypothesis import HealthCheck, Phase, given, settings

from deck_sim.extras.strategies import histories

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


async def test_a_cancel_that_is_quicker_than_the_end_counts(deck, visit):
    """The run was about to complete, and will not any more."""
    user = await visit()
    await user.begin()
    with deck.hold("task_run.completed"):
        await deck.async_settle()
        assert (await user.cancel()).json()["status"] == "canceled"
    await deck.async_settle()
    assert (deck.runs[0]["status"], (await user.look())["status"]) == ("canceled", "canceled")


async def test_a_webhook_may_be_quicker_than_the_answer(deck, visit):
    """The first one comes before Deck has said what the connection is called."""
    arrived = anyio.Event()

    def line(app):
        async def noticing(scope, receive, send):
            arrived.set()
            await app(scope, receive, send)

        return noticing

    user = await visit(line=line)
    async with anyio.create_task_group() as tasks:
        hold = deck.hold("POST /v2/connections")
        tasks.start_soon(user.begin)
        while not hold.answers:
            await anyio.lowlevel.checkpoint()
        tasks.start_soon(deck.async_advance, "0s")
        await arrived.wait()
        hold.release()
    await deck.async_settle()
    assert (await user.look())["status"] == "done"
    assert {one["status"] for one in deck.deliveries} == {"success"}


async def test_waiting_ends_when_something_is_asked(deck, visit):
    """The user has to see the question while there is time for the answer."""
    deck.use("mfa_then_success")
    user = await visit(line=lambda app: deaf)
    await user.begin()
    assert (await user.look(wait=60))["status"] == "asking"


async def test_waiting_has_a_limit(deck, visit):
    """Whatever Deck does meanwhile."""
    deck.use(deck.scenario({"task_run": [{"running": "20m"}, "completed"]}))
    user = await visit()
    await user.begin()
    assert (await user.look(wait=60))["status"] == "working"


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("", "no JSON", 400),
        ("", '{"username": "alex"}', 400),
        ("/{id}/answer", '{"number": "0", "answers": {}}', 400),
        ("/{id}/answer", '{"number": 0, "answers": {}}', 409),
        ("/{id}/cancel", "", 409),
        ("/nobodys/cancel", "", 404),
    ],
)
async def test_what_cannot_be_done_is_refused(visit, path, body, status):
    """With a reason, and never as a failure of ours."""
    user = await visit()
    await user.begin()
    answer = await user.http.post(f"/lookups{path.format(id=user.id)}", content=body)
    assert (answer.status_code, [*answer.json()]) == (status, ["error"])


async def test_a_wait_is_a_number(visit):
    """Of seconds."""
    user = await visit()
    await user.begin()
    assert [*await user.look(wait="long")] == ["error"]


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
