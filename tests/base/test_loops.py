import asyncio
import gc

from deck_sim.base.loops import start_on_loop


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
