"""Work in threads, for which neither the event loop nor the program waits."""

import asyncio
import subprocess
import sys
import threading

import pytest

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


def test_the_program_does_not_wait_for_work_in_a_thread():
    """Its output and its exit code are as usual."""
    code = """if True:
        import asyncio, sys, threading
        from deck_sim.base.work_threads import run_in_thread
        from deck_sim.cli import main

        async def begin():
            asyncio.ensure_future(run_in_thread(threading.Event().wait))
            await asyncio.sleep(0)

        asyncio.run(begin())
        main(args=["--version"])
    """
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, timeout=60)
    assert (ended.returncode, ended.stderr) == (0, b"")
    assert ended.stdout.startswith(b"deck-sim")
