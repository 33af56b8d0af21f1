"""Answers that take long: other calls are answered in between."""

import asyncio
from collections.abc import Iterator
from itertools import islice
from typing import Any

from deck_sim.runtime.serialization import dump_json
from deck_sim.server.request import Answer

MOST_AT_ONCE = 200  # items of a list


async def print_slowly(answer: Answer, request_id: str) -> None:
    """Make the body of an answer. An iterator in its data becomes a list; the items may be printed
    after the world has changed.
    """
    fields = [
        dump_json(name) + b":" + await _print(value)
        for name, value in {**answer.data, "request_id": request_id}.items()
    ]
    answer.body = b"{" + b",".join(fields) + b"}"


async def _print(value: Any) -> bytes:
    if not isinstance(value, Iterator):
        return dump_json(value)
    parts = list[bytes]()
    while items := [*islice(value, MOST_AT_ONCE)]:
        parts.append(dump_json(items)[1:-1])
        if len(items) < MOST_AT_ONCE:
            break
        await asyncio.sleep(0)
    return b"[" + b",".join(parts) + b"]"
