"""Threads beside event loops: who runs one, work that must not block it, and waiting for that work.

What waits for the server blocks its thread. On the thread of an event loop it would block whatever
else runs there, perhaps the very application that has to answer a webhook before the wait can end.
"""

import asyncio
import sys
from collections.abc import Callable
from concurrent.futures import Future
from functools import wraps
from threading import Thread
from typing import Any, ParamSpec, TypeVar

from deck_sim.base.errors import DeckSimError

P = ParamSpec("P")
T = TypeVar("T")
Work = Callable[P, T]


def in_thread(work: Callable[[], T]) -> Future[T]:
    """Let work be done in a thread of its own, which does not keep the process from ending."""
    future = Future[T]()
    Thread(target=settle, args=(future, work), name="deck-sim-call", daemon=True).start()
    return future


def settle(future: Future[T], work: Callable[[], T]) -> None:
    """Do work on this thread, and put what comes of it into a future."""
    try:
        future.set_result(work())
    except BaseException as error:  # whoever waits is told, whatever it is
        future.set_exception(error)


async def landed(future: Future[T]) -> T:
    """What comes of work in another thread; if whoever waits is cancelled, the work goes on."""
    if _in_trio():
        import anyio

        return await anyio.to_thread.run_sync(future.result, abandon_on_cancel=True)
    return await asyncio.shield(asyncio.wrap_future(future))


def blocks_the_loop(work: Work[P, T]) -> Work[P, T]:
    """Refuse a method where an event loop runs, and name its twin: the same with `async_`."""

    @wraps(work)
    def refusing(*args: P.args, **kwargs: P.kwargs) -> T:
        refuse_on_a_loop(work)
        return work(*args, **kwargs)

    return refusing


def refuse_on_a_loop(work: Callable[..., Any]) -> None:
    """Refuse a method if a coroutine of this thread is what calls it.

    Raises:
        DeckSimError: says why, and what to call instead.

    """
    if _in_trio() or _in_asyncio():
        kind, _, name = work.__qualname__.rpartition(".")
        text = (
            f"`{name}` waits, and would block the event loop that calls it, perhaps the one that"
            f" has to answer the webhook it waits for: use `await {_CALLED[kind]}.async_{name}(…)`"
        )
        raise DeckSimError(text)


# What tests call an object of each class.
_CALLED = {"Passing": "deck", "Clock": "deck.clock", "WebhookReceiver": "deck_webhooks"}


def _in_asyncio() -> bool:
    """Whether a task of asyncio calls. A loop that merely lies below, as with synchronous browser
    drivers, is not blocked by more than it already is.
    """
    try:
        return asyncio.current_task() is not None
    except RuntimeError:
        return False


def _in_trio() -> bool:
    trio = sys.modules.get("trio")
    return trio is not None and trio.lowlevel.in_trio_task()
