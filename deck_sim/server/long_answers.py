"""Answers that take long: other calls are answered in between."""

import asyncio
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from itertools import islice
from typing import Any, TypeVar

from deck_sim.runtime.serialization import dump_json
from deck_sim.server.request import Answer

T = TypeVar("T")

MOST_AT_ONCE = 200  # items of a list
_THREADS = threading.BoundedSemaphore(4)  # of `run_in_thread` that work at once


async def print_slowly(answer: Answer, request_id: str, change: Callable[[Any], Any]) -> None:
    """Make the body of an answer. An iterator in its data becomes a list; the items may be printed
    after the world has changed. `change` is applied to the data.
    """
    fields = [
        dump_json(name) + b":" + await _print(value, change)
        for name, value in {**answer.data, "request_id": request_id}.items()
    ]
    answer.body = b"{" + b",".join(fields) + b"}"


async def _print(value: Any, change: Callable[[Any], Any]) -> bytes:
    if not isinstance(value, Iterator):
        return dump_json(change(value))
    parts = list[bytes]()
    while items := [*islice(value, MOST_AT_ONCE)]:
        parts.append(dump_json(change(items))[1:-1])
        if len(items) < MOST_AT_ONCE:
            break
        await asyncio.sleep(0)
    return b"[" + b",".join(parts) + b"]"


async def run_in_thread(function: Callable[..., T], *arguments: object) -> T:
    """Call a function in a thread. Unlike `asyncio.to_thread`, the end of the event loop and of the
    process does not wait for it.
    """
    result = Future[T]()

    def work() -> None:
        with _THREADS:
            if not result.set_running_or_notify_cancel():
                return
            try:
                result.set_result(function(*arguments))
            except BaseException as error:
                result.set_exception(error)

    threading.Thread(target=work, daemon=True).start()
    return await asyncio.wrap_future(result)
