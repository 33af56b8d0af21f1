"""Threads and event loops: checks of calls that block, the current loop, work in other threads.

A call that waits for the server blocks its thread. On the thread of an event loop it would block
everything on that loop, perhaps the application that has to answer a webhook before the wait ends.
"""

from __future__ import annotations

import asyncio
import inspect
import sys
from collections.abc import Callable, Coroutine, Iterator
from concurrent.futures import Future
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from functools import wraps
from queue import Empty, SimpleQueue
from threading import Thread
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar

from deck_sim.base.errors import DeckSimError
from deck_sim.base.loops import Loop

if TYPE_CHECKING:
    from anyio.lowlevel import EventLoopToken

P = ParamSpec("P")
T = TypeVar("T")

_STOP_SECONDS = 5  # that `stop` waits for the thread of a loop
_VARIABLES = {"Deck": "deck", "Clock": "deck.clock", "WebhookReceiver": "deck_webhooks"}

# The key of the world whose webhook this code receives. The list is emptied after the answer, so
# threads that a receiver has started may then move the clock.
_RECEIVES = ContextVar[list[str]]("deck_sim_receives")


@contextmanager
def receiving(api_key: str) -> Iterator[None]:
    """Mark a block that calls a webhook receiver: `is_receiving` is true in it."""
    keys = [api_key]
    token = _RECEIVES.set(keys)
    try:
        yield
    finally:
        keys.clear()
        _RECEIVES.reset(token)


def is_receiving(api_key: str) -> bool:
    """Whether a webhook receiver of the key's world is the caller."""
    return api_key in _RECEIVES.get([])


def refuse_on_event_loop(method: Callable[P, T]) -> Callable[P, T]:
    """Decorate a method that waits: called by a coroutine, it raises DeckSimError."""

    @wraps(method)
    def checked(*args: P.args, **kwargs: P.kwargs) -> T:
        check_no_event_loop(method)
        return method(*args, **kwargs)

    return checked


def twin_of(method: Callable[P, T]) -> Callable[P, Coroutine[Any, Any, T]]:
    """Make a coroutine function of a blocking method. Cancelling it does not stop the method."""
    work = inspect.unwrap(method)

    @wraps(work)
    async def twin(*args: P.args, **kwargs: P.kwargs) -> T:
        return await result_of(run_in_thread(work, *args, **kwargs))

    twin.__doc__ = f"`{work.__name__}` for coroutines."
    twin.__name__ = f"async_{work.__name__}"
    return twin


def check_no_event_loop(method: Callable[..., Any]) -> None:
    """Raise DeckSimError if a coroutine is the caller of `method`, which waits."""
    # A loop without a current task, such as the one of a synchronous browser driver, is blocked
    # anyway.
    if _is_in_task(asyncio) or _in_trio():
        kind, _, name = method.__qualname__.rpartition(".")
        raise DeckSimError(
            f"`{name}` waits, which blocks the event loop that calls it and perhaps the application"
            " that has to answer a webhook;"
            f" use `await {_VARIABLES[kind]}.async_{name}(…)` (but not in a webhook receiver)"
        )


def _in_trio() -> bool:
    lowlevel = sys.modules.get("trio.lowlevel")
    return lowlevel is not None and _is_in_task(lowlevel)


def _is_in_task(library: Any) -> bool:
    try:
        return library.current_task() is not None
    except RuntimeError:
        return False


def run_in_thread(work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> Future[T]:
    future, receives = Future[T](), _RECEIVES.get([])

    def run() -> None:
        _RECEIVES.set(receives)
        try:
            future.set_result(work(*args, **kwargs))
        except BaseException as error:  # also a failed test or an interrupt, for the waiting thread
            future.set_exception(error)

    Thread(target=run, name="deck-sim-call", daemon=True).start()
    return future


def wait_for(future: Future[Any], seconds: float | None) -> None:
    """Wait until a future is done or `seconds` have passed (None: no limit). This has half the
    overhead of `concurrent.futures.wait`.
    """
    done = SimpleQueue[Future[Any]]()
    future.add_done_callback(done.put)
    with suppress(Empty):
        done.get(timeout=seconds)


async def result_of(future: Future[T]) -> T:
    """Wait for another thread's future; return its result. Cancelling does not stop the work."""
    if _in_trio():
        import anyio

        return await anyio.to_thread.run_sync(future.result, abandon_on_cancel=True)
    inner = asyncio.wrap_future(future)
    # Otherwise asyncio reports the error of work that nobody waits for any more.
    inner.add_done_callback(lambda done: done.cancelled() or done.exception())
    return await asyncio.shield(inner)


async def first_of(*futures: Future[Any], seconds: float) -> None:
    """Wait, at most `seconds`, until one of these futures of other threads is done."""
    if any(future.done() for future in futures):
        return
    loop, done = asyncio.get_running_loop(), asyncio.Event()

    def note(_: Future[Any]) -> None:
        with suppress(RuntimeError):  # the loop has ended
            loop.call_soon_threadsafe(done.set)

    for future in futures:
        future.add_done_callback(note)
    timer = loop.call_later(seconds, done.set)
    await done.wait()
    timer.cancel()


def current_loop() -> EventLoopToken | None:
    """Return the event loop of asyncio or trio that runs on this thread, or None."""
    from anyio.lowlevel import current_token

    try:
        return current_token()
    except RuntimeError:  # anyio before 4.12 raises a subclass, from sniffio
        return None


def run_on_new_loop(work: Coroutine[Any, Any, T]) -> T:
    """Run a coroutine on a new event loop with real time, even if a library freezes the time."""
    with asyncio.Runner(loop_factory=Loop) as runner:
        return runner.run(work)


class LoopThread:
    """An event loop in a daemon thread, for applications and callbacks, until `stop`."""

    def __init__(self) -> None:
        self._stopped = asyncio.Event()
        runner = asyncio.Runner(loop_factory=Loop)
        self.loop = runner.get_loop()

        def run() -> None:
            with runner:
                runner.run(self._stopped.wait())

        self._thread = Thread(target=run, name="deck-sim-app", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Stop the loop, and cancel the tasks that still run on it."""
        self.loop.call_soon_threadsafe(self._stopped.set)
        self._thread.join(_STOP_SECONDS)
