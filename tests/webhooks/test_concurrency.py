"""How many attempts are in progress, and how many connect at one moment."""

import asyncio
from datetime import timedelta

import pytest

from deck_sim.webhooks import concurrency
from deck_sim.webhooks.concurrency import ConcurrencyLimits

PORT = ("127.0.0.1", 80)


class Waiting:
    """Attempts that stay in progress until a test ends them."""

    def __init__(self):
        self.limits, self.inside, self.let_go = ConcurrencyLimits(), [], asyncio.Event()

    async def attempt(self, url, port):
        """Stay in progress until `let_go`."""
        async with self.limits.wait(url, port) as taken:
            self.inside.append(url)
            taken()
            await self.let_go.wait()

    async def begin(self, count, url="http://a/", port=PORT):
        """Start `count` attempts; returns their tasks, and how many are in progress in all."""
        tasks = [asyncio.ensure_future(self.attempt(url, port)) for _ in range(count)]
        for _ in range(200):
            await asyncio.sleep(0)
        return tasks, len(self.inside)


@pytest.fixture
def taken_after(monkeypatch):
    """Set the time after which an attempt counts as connected; at first longer than any test."""

    def set_taken(length):
        monkeypatch.setattr(concurrency, "TAKEN", length)

    set_taken(timedelta(days=1))
    return set_taken


def play(story):
    """Run a story with attempts to its end; returns its result, and how many were in progress."""

    async def whole():
        waiting = Waiting()
        tasks, seen = await story(waiting)
        waiting.let_go.set()
        await asyncio.gather(*tasks)
        return seen, len(waiting.inside)

    return asyncio.run(whole())


def test_attempts_at_one_url_start_one_after_the_other(taken_after):
    """The next one starts when the one before has been answered."""
    assert play(lambda waiting: waiting.begin(20)) == (1, 20)


def test_few_attempts_connect_to_a_port_at_one_moment(taken_after):
    """The others follow when those have been answered."""

    async def story(waiting):
        begun = [await waiting.begin(1, f"http://a/{n}") for n in range(20)]
        return [task for tasks, _ in begun for task in tasks], begun[-1][1]

    assert play(story) == (4, 20)


def test_an_attempt_that_does_not_get_through_ends_its_turn(taken_after, monkeypatch):
    """The next one starts although the request of the one before was never sent."""
    monkeypatch.setattr(concurrency, "LONGEST_TURN", timedelta())
    assert play(lambda waiting: waiting.begin(20)) == (16, 20)


def test_connected_attempts_let_others_connect_up_to_the_limit_of_the_url(taken_after):
    """A slow response does not block other attempts until the limit is reached."""
    taken_after(timedelta())
    assert play(lambda waiting: waiting.begin(20)) == (16, 20)


def test_each_url_and_each_port_has_its_own_limit(taken_after):
    """Attempts that hang at one URL block no other URL."""
    taken_after(timedelta())

    async def story(waiting):
        first, _ = await waiting.begin(20, "http://a/")
        second, seen = await waiting.begin(20, "http://a/b")
        taken_after(timedelta(days=1))
        third, _ = await waiting.begin(20, "http://c/", ("127.0.0.1", 81))
        return [*first, *second, *third], (seen, waiting.inside.count("http://c/"))

    assert play(story) == ((2 * 16, 1), 60)


def test_a_canceled_attempt_no_longer_counts(taken_after):
    """Another one takes its place."""

    async def story(waiting):
        tasks, _ = await waiting.begin(20)
        tasks[0].cancel()
        _, seen = await waiting.begin(0)
        return tasks[1:], seen

    assert play(story) == (2, 20)


def test_an_attempt_counts_as_connected_only_once(taken_after):
    """Its end does not release a second place."""
    taken_after(timedelta())
    taken = Waiting()

    async def story(waiting):
        taken.limits = waiting.limits
        tasks, _ = await taken.begin(3)
        taken_after(timedelta(days=1))
        more, _ = await waiting.begin(20)
        taken.let_go.set()
        await asyncio.gather(*tasks)
        _, seen = await waiting.begin(0)
        return more, seen

    assert play(story) == (1, 20)
