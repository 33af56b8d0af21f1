"""The behaviour of the concierge for its users."""

import anyio
import pytest

pytestmark = pytest.mark.anyio


async def test_reservations_are_looked_up(deck, visit):
    """A guest logs in and sees the reservations."""
    user = await visit()
    assert (await user.begin())["status"] == "working"
    await deck.async_advance_until("task_run.completed")
    lookup = await user.look()
    assert (lookup["status"], [*lookup["result"]]) == ("done", ["reservations"])


async def test_a_code_is_asked_for_and_given(deck, visit):
    """The form has the fields of the prompt; the right code continues the lookup."""
    deck.use("mfa_then_success")
    user = await visit()
    await user.begin()
    await deck.async_advance_until("task_run.interaction_required")
    question = (await user.look())["question"]
    assert [field["name"] for field in question["fields"]] == ["code"]
    assert (await user.answer(question, code="123456")).json()["status"] == "working"
    await deck.async_settle()
    assert (await user.look())["status"] == "done"


async def test_a_wrong_code_is_asked_for_again(deck, visit):
    """The next question has another number."""
    deck.use("mfa_then_success")
    user = await visit()
    await user.begin()
    await deck.async_advance_until("task_run.interaction_required")
    first = (await user.look())["question"]
    again = (await user.answer(first, code="000000")).json()
    assert (again["status"], again["question"]["number"]) == ("asking", first["number"] + 1)


async def test_nobody_answers(deck, visit):
    """The lookup fails with the reason."""
    deck.use("mfa_then_success")
    user = await visit()
    await user.begin()
    await deck.async_advance("1h")
    lookup = await user.look()
    assert (lookup["status"], lookup["question"]) == ("failed", None)
    assert lookup["problems"] == ["Nobody answered the interaction in time."]


@pytest.mark.deck(strict=False)  # its webhooks fail on purpose
@pytest.mark.deck_explore(False)  # one call waits for ten minutes at most
async def test_waiting_ends_although_no_webhook_comes(deck, visit):
    """A waiting call polls Deck and returns when the lookup ends."""
    user = await visit(line=lambda app: unavailable)
    await user.begin()
    assert (await user.look(wait=600))["status"] == "done"


async def unavailable(scope, receive, send):
    """An ASGI application that answers 503."""
    await send({"type": "http.response.start", "status": 503, "headers": []})
    await send({"type": "http.response.body", "body": b""})


async def test_a_running_lookup_is_canceled(deck, visit):
    """The run is canceled, and the user sees it."""
    user = await visit()
    await user.begin()
    await deck.async_advance_until("task_run.running")
    assert (await user.cancel()).json()["status"] == "canceled"
    assert deck.runs[0]["status"] == "canceled"


async def test_a_cancel_before_the_end_wins(deck, visit):
    """The run was about to complete."""
    user = await visit()
    await user.begin()
    with deck.hold("task_run.completed"):
        await deck.async_settle()
        assert (await user.cancel()).json()["status"] == "canceled"
    await deck.async_settle()
    assert (deck.runs[0]["status"], (await user.look())["status"]) == ("canceled", "canceled")


async def test_a_webhook_may_arrive_before_the_answer(deck, visit):
    """The first webhook arrives before the id of the connection is known."""
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
    assert {delivery["status"] for delivery in deck.deliveries} == {"success"}


@pytest.mark.deck(strict=False)  # its webhooks fail on purpose
@pytest.mark.deck_explore(False)  # one call waits for ten minutes at most
async def test_waiting_ends_when_something_is_asked(deck, visit):
    """A waiting call returns when the user has to answer."""
    deck.use("mfa_then_success")
    user = await visit(line=lambda app: unavailable)
    await user.begin()
    assert (await user.look(wait=600))["status"] == "asking"


@pytest.mark.deck_explore(False)  # it is about a moment
async def test_waiting_has_a_limit(deck, visit):
    """A waiting call returns after `wait` seconds."""
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
        ("/unknown/cancel", "", 404),
    ],
)
async def test_an_invalid_call_is_refused(visit, path, body, status):
    """With a 4xx status and a reason."""
    user = await visit()
    await user.begin()
    answer = await user.http.post(f"/lookups{path.format(id=user.id)}", content=body)
    assert (answer.status_code, [*answer.json()]) == (status, ["error"])


async def test_a_wait_is_a_number(visit):
    """Other values of `wait` are refused."""
    user = await visit()
    await user.begin()
    assert [*await user.look(wait="long")] == ["error"]
