"""Work in threads, for which neither the event loop nor the program waits."""

import asyncio
import os
import subprocess
import sys
import threading
from contextlib import ExitStack

import pytest

from deck_sim.base import work_threads
from deck_sim.base.work_threads import is_working, run_in_thread
from deck_sim.cli import main


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


def test_a_program_whose_threads_work_on_ends_at_once(monkeypatch, capsys):
    """In this process, with a function in place of the end."""
    ended = []
    monkeypatch.setattr(os, "_exit", ended.append)
    monkeypatch.setattr(work_threads, "is_working", lambda: True)
    with pytest.raises(SystemExit):
        main(args=["--version"])
    assert ended == [0]


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
