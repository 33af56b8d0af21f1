"""Answers with long lists: their text, and that other calls are answered while it is printed."""

import asyncio
import json

import pytest

from deck_sim.runtime.pauses import run_slowly
from deck_sim.server.long_answers import MOST_AT_ONCE, print_slowly
from deck_sim.server.request import Answer


async def _print(items, change=lambda data: data):
    """The body, and how often another task had a turn before it was complete."""
    answer, turns = Answer({"now": "ü", "data": iter(items)}), 0
    printing = asyncio.ensure_future(print_slowly(answer, "ctl_1", change))
    while not printing.done():
        await asyncio.sleep(0)
        turns += 1
    return json.loads(answer.body), turns


@pytest.mark.parametrize(
    ("count", "turns"), [(0, 1), (1, 1), (MOST_AT_ONCE, 2), (MOST_AT_ONCE * 3 + 1, 4)]
)
def test_others_have_a_turn_after_each_part_of_a_long_list(count, turns):
    body, had = asyncio.run(_print(range(count)))
    assert body == {"now": "ü", "data": [*range(count)], "request_id": "ctl_1"}
    assert had == turns


def test_the_change_is_applied_to_each_part():
    """And to the other fields."""
    body, _ = asyncio.run(_print(["a"] * (MOST_AT_ONCE + 1), change=lambda data: data * 2))
    assert (body["now"], len(body["data"])) == ("üü", 2 * MOST_AT_ONCE + 2)


def test_others_have_a_turn_in_each_pause_of_long_work():
    """Its result is returned."""

    def work():
        yield
        yield
        return "done"

    async def whole():
        running, turns = asyncio.ensure_future(run_slowly(work())), 0
        while not running.done():
            await asyncio.sleep(0)
            turns += 1
        return await running, turns

    assert asyncio.run(whole()) == ("done", 3)
