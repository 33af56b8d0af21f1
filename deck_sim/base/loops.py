"""Event loops that use real time, and calls to them from other threads."""

import asyncio
import selectors
import threading
from collections.abc import Callable, Coroutine, Iterable
from concurrent.futures import Future
from contextvars import Context
from typing import Any, TypeVar

from deck_sim.base import real_time

T = TypeVar("T")
Item = TypeVar("Item")

TURN = 20_000_000  # nanoseconds of work, after which others have their turn

_tasks = set[asyncio.Task[None]]()  # running tasks; a loop refers to them only weakly


class _Selector(selectors.DefaultSelector):
    def __init__(self, turn: threading.Lock) -> None:
        super().__init__()
        self._turn = turn

    def select(self, timeout: float | None = None) -> Any:
        self._turn.release()
        try:
            return super().select(timeout)
        finally:
            self._turn.acquire()


class Loop(asyncio.SelectorEventLoop):
    """An event loop whose timers use real time, even while freezegun freezes `time.monotonic`.

    The loop holds the lock `turn`, except while it waits for events. So another thread that takes
    this lock pauses the loop.
    """

    time = staticmethod(real_time.monotonic)

    def __init__(self) -> None:
        self.turn = threading.Lock()
        self.turn.acquire()
        super().__init__(_Selector(self.turn))

    def close(self) -> None:
        super().close()
        self.turn.release()


async def map_in_turns(function: Callable[[Item], T], items: Iterable[Item]) -> list[T]:
    """Call a function with each item, and let other tasks of the loop run after each `TURN`."""
    results, began = list[T](), real_time.monotonic_ns()
    for item in items:
        results.append(function(item))
        if real_time.monotonic_ns() - began >= TURN:
            await asyncio.sleep(0)
            began = real_time.monotonic_ns()
    return results


def start_on_loop(
    loop: asyncio.AbstractEventLoop, work: Callable[[], Coroutine[Any, Any, T]]
) -> Future[T]:
    """Start a coroutine function on the loop of another thread; return a future of its result.

    The function runs in an empty context. `asyncio.run_coroutine_threadsafe` would copy the
    caller's context; with that of a trio thread, libraries would take this loop for trio's.
    """
    answer = Future[T]()

    async def run() -> None:
        try:
            answer.set_result(await work())
        except asyncio.CancelledError:
            raise
        except BaseException as error:  # `pytest.fail` raises one that is no `Exception`
            answer.set_exception(error)

    def start() -> None:
        task = loop.create_task(run())
        _tasks.add(task)
        task.add_done_callback(end)

    def end(task: asyncio.Task[None]) -> None:
        _tasks.remove(task)
        answer.cancel()  # no effect unless the task was canceled

    loop.call_soon_threadsafe(start, context=Context())
    return answer
