"""`GET /_sim/stream`: what happens in a world, as server-sent events.

A stream follows the key, not the world: if that is reset or restored, the stream begins again with
a new epoch. It holds no reference to a world while it waits.
"""

import asyncio
import json
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from typing import Any

from starlette.types import Receive, Scope, Send

from deck_sim.base.redaction import redact
from deck_sim.runtime.changes import Listener
from deck_sim.runtime.registry import WorldRegistry
from deck_sim.runtime.settings import REAL
from deck_sim.runtime.timeline import Position, next_record
from deck_sim.server.control.records import print_world
from deck_sim.server.control.reports import read_word
from deck_sim.server.control.routes import route
from deck_sim.server.headers import VERSION
from deck_sim.server.request import Answer, Request

LAST_EVENT_ID = "last-event-id"
HEARTBEAT_SECONDS = 15  # between two comments on a stream on which nothing happens
_HEADERS = {
    **VERSION,
    "Content-Type": "text/event-stream; charset=utf-8",
    "Cache-Control": "no-store",
    "Connection": "close",  # the server closes the socket when it ends the stream
    "X-Accel-Buffering": "no",  # proxies pass messages on at once
}
_MOST_MESSAGES = 200  # between two chances for other calls to be answered


@route("GET", "/stream")
def stream_world(request: Request) -> Answer:
    """Stream timeline entries, calls and events as they happen.

    With `follow=false` the stream ends when all that has happened was sent.
    """
    key, last = request.simulation.key, request.headers.get(LAST_EVENT_ID, "")
    follows = read_word(request, "follow", ("true", "false")) != "false"
    return Answer({}, app=EventStream(request.worlds, key, Position.read(last), follows))


@dataclass
class EventStream:
    """The messages to one client, which has those up to a position already."""

    worlds: WorldRegistry
    key: str
    position: Position
    follows: bool = True  # whether to go on when the past has been sent
    _shown: dict[str, Any] = field(default_factory=dict)  # the last message `world`
    _is_ready: bool = False  # whether the backlog has been sent

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send messages until the client leaves or the server stops."""
        headers = [(name.lower().encode(), value.encode()) for name, value in _HEADERS.items()]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        with self.worlds.dispatcher.changes.listen(self.key) as listener:
            leaving = asyncio.ensure_future(_end_with_client(listener, receive))
            try:
                if scope["method"] != "HEAD":
                    async for chunk in self._chunks(listener):
                        await send({"type": "http.response.body", "body": chunk, "more_body": True})
            finally:
                leaving.cancel()
        await send({"type": "http.response.body", "body": b"", "more_body": False})

    async def _chunks(self, listener: Listener) -> AsyncIterator[bytes]:
        while not listener.is_over:
            listener.changed.clear()
            if chunk := "".join(self._read_messages()):
                yield chunk.encode()
                await asyncio.sleep(0)
                if self._is_ready and not self.follows:
                    return
                continue
            try:
                async with asyncio.timeout(HEARTBEAT_SECONDS):
                    await listener.changed.wait()
            except TimeoutError:
                yield b":\n\n"

    def _read_messages(self) -> Iterator[str]:
        simulation = self.worlds.find(self.key)
        if simulation is None:  # deleted; the next call with the key makes a new one
            return
        if not self.position.is_in(simulation):
            self.position, self._is_ready = Position(simulation.epoch), False
        if not self._is_ready:
            self.worlds.dispatcher.wake(simulation)  # a real clock moves without calls
        world = print_world(simulation)
        # A real clock goes on by itself. A page asks what is new after each message, and that call
        # moves the clock: with a message for it the page would never stop asking.
        shown = {**world, "changes": None}
        if simulation.mode == REAL:
            shown["now"] = None
        if shown != self._shown:
            self._shown = shown
            yield self._message("world", world)
        for _ in range(_MOST_MESSAGES):
            record = next_record(simulation, self.position)
            if record is None:
                break
            yield self._message(record[0], redact(record[1]))
        else:
            return
        if not self._is_ready:
            self._is_ready = True
            yield self._message("ready", {"now": world["now"]})

    def _message(self, type_: str, data: dict[str, Any]) -> str:
        text = json.dumps(data, separators=(",", ":"))  # ASCII: some clients split lines at U+2028
        return f"id: {self.position}\nevent: {type_}\ndata: {text}\n\n"


async def _end_with_client(listener: Listener, receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
    listener.end()
