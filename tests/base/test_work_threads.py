"""Work in threads, for which neither the event loop nor the program waits."""

import asyncio
import threading
from contextlib import ExitStack

import pytest

from deck_sim.base import work_threads
from deck_sim.base.work_threads import is_working, run_in_thread


def test_work_in_a_thread_returns_its_result_or_error():
    assert asyncio.run(run_in_thread(divmod, 7, 2)) == (3, 1)
    with pytest.raises(ZeroDivisionError):
        asyncio.run(run_in_thread(divmod, 7, 0))


def test_the_end_of_the_loop_does_not_wait_for_work_in_a_thread():
    """A server that stops must not wait for the snapshot of a large world."""
    may_end, ended = threading.Event(), threading.Event()

    def work():
        may_end.wait(60)
        ended.set()

    async def begin():
        call = asyncio.ensure_future(run_in_thread(work))
        await asyncio.sleep(0)
        return call

    call = asyncio.run(begin())
    assert (call.cancelled(), ended.is_set(), is_working()) == (True, False, True)
    may_end.set()
    assert ended.wait(60)


def test_work_that_was_canceled_before_its_turn_is_not_done():
    """At most four work at once."""
    done = []

    async def begin():
        call = asyncio.ensure_future(run_in_thread(done.append, 1))
        await asyncio.sleep(0)
        return call

    with ExitStack() as stack:
        for _ in range(4):
            stack.enter_context(work_threads._FREE)
        asyncio.run(begin())
    while is_working():
        pass
    assert done == []
