"""How many attempts are under way, and how many arrive at one moment."""

import asyncio
from datetime import timedelta

import pytest

from deck_sim.webhooks import concurrency
from deck_sim.webhooks.concurrency import MAX_CONNECTING, MAX_IN_FLIGHT, ConcurrencyLimits

PORT = ("127.0.0.1", 80)


class Waiting:
    """Attempts that have their turn until they are let go."""

    def __init__(self):
        self.turns, self.inside, self.let_go = ConcurrencyLimits(), [], asyncio.Event()

    async def attempt(self, url, port):
        """Have a turn until let go."""
        async with self.turns.take(url, port):
            self.inside.append(url)
            await self.let_go.wait()

    async def begin(self, count, url="http://a/", port=PORT):
        """Begin so many; returns how many have their turn when all has come to rest."""
        tasks = [asyncio.ensure_future(self.attempt(url, port)) for _ in range(count)]
        for _ in range(200):
            await asyncio.sleep(0)
        return tasks, len(self.inside)


@pytest.fixture
def patience(monkeypatch):
    """Set after how long a caller counts as taken; at first it is longer than any test."""

    def set_patience(length):
        monkeypatch.setattr(concurrency, "TAKEN", length)

    set_patience(timedelta(days=1))
    return set_patience


def play(story):
    """Play a story with attempts, and let all of them end."""

    async def whole():
        waiting = Waiting()
        tasks, seen = await story(waiting)
        waiting.let_go.set()
        await asyncio.gather(*tasks)
        return seen, len(waiting.inside)

    return asyncio.run(whole())


def test_few_arrive_at_a_port_at_one_moment(patience):
    """The rest come as soon as those have been answered."""
    assert play(lambda waiting: waiting.begin(20)) == (MAX_CONNECTING, 20)


def test_those_who_were_taken_let_others_come_up_to_the_limit_of_the_url(patience):
    """A slow answer does not hold the gate, but only so many wait for one URL."""
    patience(timedelta())
    assert play(lambda waiting: waiting.begin(20)) == (MAX_IN_FLIGHT, 20)


def test_other_urls_have_turns_of_their_own_and_other_ports_a_gate(patience):
    """What hangs at one URL holds up none; what arrives at one port, none at another."""
    patience(timedelta())

    async def story(waiting):
        first, _ = await waiting.begin(20, "http://a/")
        second, seen = await waiting.begin(20, "http://a/b")
        patience(timedelta(days=1))
        third, _ = await waiting.begin(20, "http://c/", ("127.0.0.1", 81))
        return [*first, *second, *third], (seen, waiting.inside.count("http://c/"))

    assert play(story) == ((2 * MAX_IN_FLIGHT, MAX_CONNECTING), 60)


def test_an_attempt_that_is_stopped_leaves_its_place(patience):
    """Whoever goes away in the middle keeps nobody out."""

    async def story(waiting):
        tasks, _ = await waiting.begin(20)
        for task in tasks[:MAX_CONNECTING]:
            task.cancel()
        _, seen = await waiting.begin(0)
        return tasks[MAX_CONNECTING:], seen

    assert play(story) == (2 * MAX_CONNECTING, 20)


def test_a_place_is_left_only_once(patience):
    """Who was taken and is answered later lets nobody in a second time."""
    patience(timedelta())
    taken = Waiting()

    async def story(waiting):
        taken.turns = waiting.turns
        tasks, _ = await taken.begin(3)
        patience(timedelta(days=1))
        more, _ = await waiting.begin(20)
        taken.let_go.set()
        await asyncio.gather(*tasks)
        _, seen = await waiting.begin(0)
        return more, seen

    assert play(story) == (MAX_CONNECTING, 20)
