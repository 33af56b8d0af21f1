"""The server in a thread of a frozen process, for each way to freeze one.

A failure would hang: a server that does not wake, or does not stop. So each stop has a time limit.
"""

import asyncio
import http.client
import threading
from contextlib import ExitStack
from datetime import timedelta

import httpx2
import pytest
import time_machine
from freezegun import freeze_time

from deck_sim.handle.deck import Deck
from deck_sim.runtime.dispatcher import Dispatcher
from deck_sim.runtime.registry import WorldRegistry
from deck_sim.server.uvicorn_server import Server
from deck_sim.webhooks.sender import ANSWER_LIMIT, Sender

WHEN = "2020-01-01T00:00:00Z"
WAYS = {
    "freezegun": lambda: freeze_time(WHEN),
    "freezegun, ticking": lambda: freeze_time(WHEN, tick=True),
    "freezegun, real asyncio": lambda: freeze_time(WHEN, real_asyncio=True),
    "freezegun, each look a tick": lambda: freeze_time(WHEN, auto_tick_seconds=15),
    "time-machine": lambda: time_machine.travel(WHEN, tick=False),
    "time-machine, ticking": lambda: time_machine.travel(WHEN, tick=True),
}
STOPS_WITHIN = 20  # seconds of real time until a stop counts as failed


class Frozen:
    def __init__(self, freezer, limit):
        self.freezer = freezer
        office = Dispatcher(Sender(limit=limit))
        self.server = Server(WorldRegistry(dispatcher=office)).start()
        self.deck = Deck(self.server.url, "k")

    def jump(self):
        move = getattr(self.freezer, "tick", None) or self.freezer.shift
        move(timedelta(hours=1))

    def stop(self):
        self.deck.close()
        stopper = threading.Thread(target=self.server.stop, daemon=True)
        stopper.start()
        stopper.join(STOPS_WITHIN)
        return not stopper.is_alive()

    def deliver(self, receiver):
        body = {"name": "Hook", "type": "webhook", "config": {"url": receiver.url}}
        self.deck.create("event-destinations", {**body, "events": ["agent.created"]})
        self.deck.create("agents", {"name": "Concierge"})
        self.deck.advance("0s")
        (delivery,) = self.deck.deliveries
        return delivery


@pytest.fixture(params=WAYS)
def freeze(request):
    """Freeze the process in one of the ways, and start a server; it must stop while frozen."""
    with ExitStack() as stack:

        def freeze(limit=ANSWER_LIMIT):
            frozen = Frozen(stack.enter_context(WAYS[request.param]()), limit)
            stack.callback(lambda: stops.append(frozen.stop()))
            return frozen

        stops = []
        yield freeze
    assert stops == [True]


def test_a_kept_socket_outlives_a_jump_of_the_clock(freeze):
    frozen = freeze()
    line = http.client.HTTPConnection("127.0.0.1", frozen.server.port)
    lines = []
    for _ in range(3):
        line.request("GET", "/_sim/health")
        assert line.getresponse().read()
        lines.append(line.sock)
        frozen.jump()
    line.close()
    assert lines[0] is lines[1] is lines[2] is not None


def test_an_attempt_times_out_in_a_frozen_process(freeze, receiver):
    receiver.say(receiver.hang)
    delivery = freeze(limit=timedelta(milliseconds=50)).deliver(receiver)
    assert delivery["log"][0]["error"] == "no answer within 0.05 seconds"


def test_a_jump_of_the_clock_does_not_time_out_an_attempt(freeze, receiver):
    """A receiver may move the process's clock while it is called."""
    frozen = freeze()
    receiver.say(lambda arrival, line: frozen.jump() or 200)
    assert frozen.deliver(receiver)["status"] == "success"


@pytest.mark.parametrize("loop", ["asyncio", "uvloop"])
def test_a_client_on_an_event_loop_is_served(freeze, loop):
    frozen = freeze()

    async def use():
        url = f"{frozen.server.base_url}/test"
        headers = {"Authorization": "Bearer k"}
        # Without a timeout, which would count on the frozen clock of the client's own loop.
        async with httpx2.AsyncClient(headers=headers, timeout=None, trust_env=False) as client:
            for _ in range(2):
                assert (await client.get(url)).status_code == 200
                await frozen.deck.async_sleep(60)
                frozen.jump()

    loops = pytest.importorskip(loop)
    with asyncio.Runner(loop_factory=loops.new_event_loop) as runner:
        runner.run(use())
    assert frozen.deck.clock.now.isoformat() == "2025-01-15T09:32:00+00:00"
