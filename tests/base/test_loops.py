import asyncio
import gc
from itertools import count

from deck_sim.base import real_time
from deck_sim.base.loops import map_in_turns, start_on_loop


def test_a_call_that_is_canceled_before_it_begins_is_answered():
    async def work():
        raise AssertionError("it has begun")

    async def leave():
        answer = start_on_loop(asyncio.get_running_loop(), work)
        await asyncio.sleep(0)
        (task,) = asyncio.all_tasks() - {asyncio.current_task()}
        task.cancel()
        return answer

    assert asyncio.run(leave()).cancelled()


def test_others_have_their_turn_when_many_items_take_more_than_20_ms(monkeypatch):
    """An answer can list a hundred thousand entries."""
    moments, turns = count(step=4_000_000), []  # ns: each item takes 4 ms

    async def work():
        asyncio.get_running_loop().call_soon(turns.append, "other")
        return await map_in_turns(turns.append, range(7))

    monkeypatch.setattr(real_time, "monotonic_ns", lambda: next(moments))
    assert asyncio.run(work()) == [None] * 7
    assert turns == [0, 1, 2, 3, 4, "other", 5, 6]


def test_a_call_for_which_nobody_waits_goes_on():
    async def hang():
        await asyncio.get_running_loop().create_future()

    async def look():
        start_on_loop(asyncio.get_running_loop(), hang)
        for _ in range(3):
            await asyncio.sleep(0)
        gc.collect()
        return len(asyncio.all_tasks())

    assert asyncio.run(look()) == 2
