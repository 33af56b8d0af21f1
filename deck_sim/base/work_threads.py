"""Work in threads: other calls are answered in between."""

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import TypeVar

T = TypeVar("T")

_NAME = "deck-sim work"
_FREE = threading.BoundedSemaphore(4)  # so many work at once


async def run_in_thread(function: Callable[..., T], *arguments: object) -> T:
    """Call a function in a thread. Unlike with `asyncio.to_thread`, the end of the event loop does
    not wait for it.
    """
    result = Future[T]()

    def work() -> None:
        with _FREE:
            if not result.set_running_or_notify_cancel():
                return
            try:
                result.set_result(function(*arguments))
            except BaseException as error:
                result.set_exception(error)

    threading.Thread(target=work, name=_NAME).start()
    return await asyncio.wrap_future(result)


def is_working() -> bool:
    """Whether a thread works, for which Python would wait before it ends."""
    return any(thread.name == _NAME for thread in threading.enumerate())
