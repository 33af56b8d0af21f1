"""Advancing from coroutines: the `async_` twins, and the refusal of the plain methods."""

import asyncio
from datetime import UTC, datetime, timedelta
from functools import partial

import anyio
import pytest

from deck_sim import DeckSimError

START = datetime(2025, 1, 15, 9, 30, tzinfo=UTC)

PLAIN = {
    "advance": ("1s",),
    "advance_to": ("2025-01-15T09:30:01Z",),
    "advance_until": ("agent.created",),
    "settle": (),
    "sleep": (1,),
}


def in_loop(backend, work, *arguments):
    async def call():
        return work(*arguments)

    return anyio.run(call, backend=backend)


@pytest.mark.parametrize("backend", ["asyncio", "trio"])
def test_a_method_that_blocks_the_event_loop_is_refused(deck, backend):
    for name, arguments in PLAIN.items():
        text = f"`{name}` waits, which blocks .*; use `await deck.async_{name}"
        with pytest.raises(DeckSimError, match=text):
            in_loop(backend, getattr(deck, name), *arguments)
    assert deck.clock.now == START


def test_setting_the_clock_is_refused_only_with_a_time(deck):
    in_loop("asyncio", deck.clock.set, "on_poll")
    with pytest.raises(DeckSimError, match=r"use `await deck\.clock\.async_set"):
        in_loop("asyncio", lambda: deck.clock.set("frozen", now=START + timedelta(hours=1)))
    asyncio.run(deck.clock.async_set("frozen", now=START + timedelta(hours=1)))
    assert (deck.clock.mode, deck.clock.now) == ("frozen", START + timedelta(hours=1))


@pytest.mark.parametrize("backend", ["asyncio", "trio"])
def test_every_twin_does_the_same(deck, backend):
    for name, arguments in PLAIN.items():
        deck.reset()
        run = deck.start_run("source_down")
        twin = partial(getattr(deck, f"async_{name}"), *arguments)
        if name == "advance_until":
            twin = partial(deck.async_advance_until, "task_run.running", run, limit="1m")
        report = anyio.run(twin, backend=backend)
        assert deck.clock.now > START
        assert report is None if name == "sleep" else report.now == deck.clock.now


def test_a_cancelled_twin_stops_waiting(deck, receiver):
    receiver.say(receiver.hang)
    deck.register_webhook(receiver.url)
    deck.create("agents", {"name": "Concierge"})

    async def cancelled():
        with anyio.move_on_after(0.05) as scope:
            await deck.async_settle()
        return scope.cancelled_caught

    assert asyncio.run(cancelled())


@pytest.mark.asyncio
async def test_wait_for_is_refused_only_if_it_would_wait(deck, deck_webhooks):
    deck.create("agents", {"name": "Concierge"})
    await deck.async_settle()
    assert deck_webhooks.wait_for("agent.created")
    deck.clock.set("real")
    with pytest.raises(DeckSimError, match=r"use `await deck_webhooks\.async_wait_for"):
        deck_webhooks.wait_for("agent.created")
    assert await deck_webhooks.async_wait_for("agent.created")


@pytest.mark.asyncio
async def test_a_callback_may_be_a_coroutine_function(deck, deck_webhooks, deck_async_client):
    loop, answered = asyncio.get_running_loop(), []

    async def answer(event):
        assert asyncio.get_running_loop() is loop
        path = f"task-runs/{event['data']['id']}/interaction"
        body = {"inputs": {"code": "123456"}}
        answered.append((await deck_async_client.post(path, json=body)).status_code)

    deck_webhooks.on("task_run.interaction_required", answer)
    run = await deck.async_start_run("mfa_then_success")
    await deck.async_advance_until("task_run.completed", run)
    assert answered == [200]


def test_a_client_that_waits_for_ever_is_stopped(deck, run):
    """The run has failed, and nothing is due. The count begins again after the error, and when
    something has happened.
    """
    deck.most_idle_sleeps = 5
    deck.use("source_down")
    deck.sleep(5)
    run()
    for _ in range(2 + 4):  # the run fails in the second
        asyncio.run(deck.async_sleep(5))
    for sleep in (deck.sleep, lambda seconds: asyncio.run(deck.async_sleep(seconds))):
        with pytest.raises(DeckSimError, match=r"^the client waits for ever: it slept 5 times"):
            sleep(5)
        for _ in range(4):
            sleep(5)


def test_a_client_may_sleep_while_something_is_due(deck, run):
    """However often, but not for no time: then it never happens."""
    deck.most_idle_sleeps = 5
    deck.use("slow_success")
    run()
    for _ in range(4):
        deck.sleep(0)
    with pytest.raises(DeckSimError, match=r"5 times for 0 seconds, .* due in 3m; let it sleep"):
        deck.sleep(0)
    for _ in range(8):
        deck.sleep(1)
