"""How the calls of a server that stops end, in-process."""

import asyncio
import itertools

import pytest

from deck_sim.runtime.pauses import run_slowly
from deck_sim.runtime.registry import WorldRegistry
from deck_sim.server import open_calls
from deck_sim.server.fault_injection import SocketReset
from deck_sim.server.open_calls import OpenCalls

SCOPE = {"type": "http", "method": "GET", "path": "/"}
START = {"type": "http.response.start", "status": 200, "headers": []}


async def wait_for_ever(scope, receive, send):
    await asyncio.Event().wait()


async def begin(scope, receive, send):
    await send(START)
    await asyncio.Event().wait()


def play(app, end):
    """Call the app, do something to its call; returns the messages and the error of the call."""
    sent = []

    async def send(message):
        sent.append(message)

    calls = OpenCalls(app, WorldRegistry())

    async def run():
        call = asyncio.ensure_future(calls(SCOPE, None, send))
        await asyncio.sleep(0)
        await end(calls, call)
        return await asyncio.gather(call, return_exceptions=True)

    (outcome,) = asyncio.run(run())
    return calls.cut, outcome, sent


@pytest.fixture(autouse=True)
def _impatient(monkeypatch):
    monkeypatch.setattr(open_calls, "_END_SECONDS", (0, 0.05))


async def stop(calls, call):
    await calls.end()


async def cancel(calls, call):
    call.cancel()


def test_a_call_that_goes_on_is_answered_503():
    cut, outcome, sent = play(wait_for_ever, stop)
    assert (cut, outcome, sent[0]["status"]) == (1, None, 503)


async def begin_to_stop(calls, call):
    calls.begin_to_end()


async def begin_to_stop_before_it(calls, call):
    calls.begin_to_end()
    await calls(SCOPE, None, _ignore)


async def _ignore(message):
    pass


@pytest.mark.parametrize(
    ("end", "most"), [(begin_to_stop, 1), (begin_to_stop_before_it, 2)], ids=["open", "late"]
)
def test_work_ends_when_the_stop_begins(end, most):
    """It is not waited for: each turn of the loop may take a while. A later call begins none."""
    begun = []

    async def work(scope, receive, send):
        begun.append(scope)
        await run_slowly(itertools.repeat(None))

    cut, outcome, sent = play(work, end)
    assert (len(begun), cut, outcome, sent[0]["status"]) == (1, most, None, 503)


def test_a_call_whose_answer_has_begun_is_reset():
    """Only a reset says that it is incomplete."""
    cut, outcome, sent = play(begin, stop)
    assert (cut, type(outcome), sent) == (1, SocketReset, [START])


def test_a_call_that_is_canceled_by_others_gets_no_answer():
    cut, outcome, sent = play(wait_for_ever, cancel)
    assert (cut, type(outcome), sent) == (0, asyncio.CancelledError, [])
