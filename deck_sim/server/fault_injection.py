"""Faults at the door: which one strikes a call, and how an answer goes out that one has spoiled.

A server offers the line to its caller as `scope["extensions"][LINE]`: a function that is told how
to end it, `closed` or `reset`. Without one, as in a process that calls the app itself, the app
raises what the caller's end of the line would see, a `ConnectionError`.
"""

import asyncio
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import timedelta
from itertools import takewhile
from typing import Any

from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from deck_sim.contract.error_catalog import ApiError
from deck_sim.engine.injected import ANSWER, CALL, EVERYBODY, HASTE
from deck_sim.engine.world import World
from deck_sim.faults.outgoing import CLOSED, FAULT_HEADER, NOTHING, RESET, WHOLE, OutgoingResponse
from deck_sim.runtime.dispatcher import Dispatcher
from deck_sim.runtime.simulation import Simulation

LINE = "deck_sim.line"

_NAP = timedelta(milliseconds=10)  # how often a held answer looks at the clock
_MICROSECOND = timedelta(microseconds=1)


class LineReset(ConnectionResetError):
    """What the caller's end of a line sees that was reset."""


_BROKEN: dict[str, type[ConnectionError]] = {
    RESET: LineReset,
    CLOSED: ConnectionAbortedError,
}


def fire_call(world: World, method: str, path: str) -> Any:
    """The fault that strikes a call as it comes, or None."""
    if not world.injected:
        return None
    owners = dict.fromkeys((EVERYBODY, *path.split("/")))
    return world.injected.fire((CALL, ANSWER), (method, path), owners)


def fire_creation(world: World, method: str, path: str, created: str) -> Any:
    """The fault that the scenario of what a call created brings for its own creation, or None."""
    return world.injected.fire((ANSWER,), (method, path), (created,))


async def make_haste(dispatcher: Dispatcher, simulation: Simulation, seen: int) -> None:
    """Send the webhooks that do not wait for the answer, of the events behind the first `seen`."""
    world = simulation.world
    if not world.injected or simulation.advancing:
        return
    new = {event.id: event for event in world.events[seen:]}
    deliveries = reversed([*world.all("event_delivery").values()])
    fired = {
        delivery.id: world.injected.fire_webhook(HASTE, new[delivery["event_id"]])
        for delivery in reversed([*takewhile(lambda d: d["event_id"] in new, deliveries)])
    }
    hasty = {delivery_id: fault for delivery_id, fault in fired.items() if fault is not None}
    if hasty:
        world.fired.update(hasty)
        with suppress(ApiError):  # the world may be dropped meanwhile; its caller is answered
            await dispatcher.drive(simulation, simulation.settle())


@dataclass(frozen=True, slots=True)
class Spoiled:
    """An answer that a fault has spoiled: an ASGI app that sends it."""

    outgoing: OutgoingResponse
    simulation: Simulation

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send it, or as much as there is of it, and end the line if it is to be ended."""
        if await self._is_waited_for(receive):
            await self._send(send)
            if self.outgoing.end != WHOLE:
                await _end(self.outgoing.end, scope, receive)

    async def _send(self, send: Send) -> None:
        out = self.outgoing
        if out.status == NOTHING:
            return
        headers = {**out.headers, "content-length": f"{out.length}"}
        raw = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in headers.items()]
        await send({"type": "http.response.start", "status": out.status, "headers": raw})
        for piece in out.pieces:
            await send({"type": "http.response.body", "body": piece, "more_body": True})
            await asyncio.sleep(0)
        if out.end == WHOLE:
            await send({"type": "http.response.body", "body": b"", "more_body": False})

    async def _is_waited_for(self, receive: Receive) -> bool:
        """Whether the caller is still there when the answer is no longer held back.

        It is held until the world's clock has moved on so far, and no longer than that takes in
        real time, so that nobody waits for ever for a clock that stands still; nor for a world that
        is no more.
        """
        held, simulation = self.outgoing.held, self.simulation
        if not held:
            return True
        speed = simulation.speed if simulation.mode == "real" else 1
        real_end = simulation.real_ns() + int(held // _MICROSECOND * 1000 / speed)
        end = simulation.world.now + held

        def is_held() -> bool:
            on_time = simulation.world.now < end and simulation.real_ns() < real_end
            return on_time and not simulation.dropped

        gone = asyncio.ensure_future(receive())
        while is_held() and not gone.done():
            await asyncio.wait({gone}, timeout=_NAP.total_seconds())
        return not gone.done() and gone.cancel()


def apply_fault(fault: Any, response: Response, simulation: Simulation) -> Spoiled:
    """The answer that goes out instead of another."""
    headers = dict(response.headers)
    length = int(headers.pop("content-length", 0))  # what has no status has none
    answer = OutgoingResponse(response.status_code, headers, (bytes(response.body),), length)
    spoiled = fault.apply(answer)
    marks = {FAULT_HEADER: fault.key, "deck-sim-version": headers["deck-sim-version"]}
    return Spoiled(replace(spoiled, headers={**spoiled.headers, **marks}), simulation)


async def _end(how: str, scope: Scope, receive: Receive) -> None:
    line = scope.get("extensions", {}).get(LINE)
    if line is None:
        raise _BROKEN[how](f"the line was {how}, as a fault of deck-sim wants it")
    line(how)
    await receive()  # that the line has ended: a server would mend an answer that is left too soon
