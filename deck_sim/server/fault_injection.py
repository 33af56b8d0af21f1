"""Injected faults: the choice of the fault for a call, and the sending of a faulty answer.

A fault may end the TCP connection. A server gives the function for this in `scope["extensions"]`,
under `CLOSE_SOCKET`; its argument is `closed` or `reset`. If the app is called without a socket, it
raises the `ConnectionError` that the client would get.
"""

import asyncio
from collections.abc import Coroutine
from dataclasses import replace
from datetime import timedelta
from typing import Any

from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from deck_sim.base.durations import format_duration
from deck_sim.engine.injected_faults import ANSWER, CALL, EVERYBODY, HASTE, TROUBLE
from deck_sim.faults import CLOSE_SOCKET, CLOSED, RESET, TIMED_OUT, WHOLE
from deck_sim.faults.outgoing import FAULT_HEADER, NOTHING, OutgoingResponse
from deck_sim.runtime.settings import REAL
from deck_sim.runtime.simulation import Simulation
from deck_sim.server.request import Answer, Request

_CLOCK_INTERVAL = 0.01  # seconds: how often a delayed answer reads the clock
# What a client without a socket is told of the end of its connection.
_ERRORS = {
    RESET: ConnectionResetError,
    CLOSED: ConnectionAbortedError,
    TIMED_OUT: TimeoutError,
}


def fire_call_fault(request: Request) -> Answer | None:
    """Fire the fault that is due for a call; return its answer if it replaces the call."""
    world = request.simulation.world
    if not world.injected.by_owner:
        return None
    by_program = () if request.from_handle else (TROUBLE,)
    owners = dict.fromkeys((*by_program, EVERYBODY, *request.path.split("/")))
    fault = world.injected.fire((CALL, ANSWER), (request.method, request.path), owners, world.now)
    # An exploration may have ended a run just before the call.
    request.timeline_length, request.event_count = world.timeline.total, world.events.total
    request.fault = fault
    if fault is None or fault.fires != CALL:
        return None
    status, headers = fault.answer()
    retry_after = dict(headers).get("retry-after")
    return Answer({}, status, {"Retry-After": retry_after} if retry_after else {})


def fire_creation_fault(request: Request) -> None:
    """Fire the scenario's fault for the call that created a resource, if no other fault fired."""
    world, answer = request.simulation.world, request.answer
    is_created = answer.choice is not None and "id" in answer.data
    if is_created and request.fault is None and world.injected.by_owner:
        call = request.method, request.path
        request.fault = world.injected.fire((ANSWER,), call, (answer.data["id"],), world.now)


async def send_early_webhooks(request: Request) -> None:
    """Send all due webhooks before the answer if one of this call has `before_response`."""
    simulation = request.simulation
    world = simulation.world
    if not world.injected.by_owner or simulation.advancing:
        return
    new = {event.id: event for event in world.events.since(request.event_count)}
    early = {
        delivery.id: fault
        for delivery in (world.all("event_delivery").values() if new else ())
        if (event := new.get(delivery["event_id"])) and (fault := world.fire_webhook(HASTE, event))
    }
    if early:
        world.fired.update(early)
        await request.worlds.dispatcher.send_early(simulation)


def apply_fault(request: Request, response: Response) -> OutgoingResponse:
    """Return the response as the fault of the request changes it."""
    fault, simulation = request.fault, request.simulation
    headers = dict(response.headers)
    length = int(headers.pop("content-length", 0))  # a response without a status has no length
    version, pieces = headers.pop("deck-sim-version"), (bytes(response.body),)
    answer = OutgoingResponse(response.status_code, (*headers.items(),), pieces, length)
    faulty: OutgoingResponse = fault.apply(answer)
    if faulty.delay and not faulty.in_real_time and simulation.mode != REAL:
        late = format_duration(faulty.delay)
        text = (
            f"answered at once, not {late} later: the clock is `{simulation.mode}`;"
            f" `{fault.key}: {{for: {late}, wait: real}}` waits in real time"
        )
        simulation.world.note("call", request.id, text)
        faulty = replace(faulty, delay=timedelta())
    marks = ((FAULT_HEADER, fault.key), ("deck-sim-version", version))
    return replace(faulty, headers=(*faulty.headers, *marks))


async def send_faulty(
    request: Request, out: OutgoingResponse, scope: Scope, receive: Receive, send: Send
) -> None:
    """Send a response as its fault says: late, in pieces, in part or not at all."""
    if out.delay and await leaves_before(_wait(request.simulation, out), receive):
        request.simulation.journal.note_departure(request.id)
        return
    if out.status != NOTHING:
        await send(
            {"type": "http.response.start", "status": out.status, "headers": out.raw_headers}
        )
        for piece in () if scope["method"] == "HEAD" else out.pieces:
            await send({"type": "http.response.body", "body": piece, "more_body": True})
            await asyncio.sleep(0)
    if out.end == WHOLE:
        await send({"type": "http.response.body", "body": b"", "more_body": False})
        return
    # `receive` returns when the connection has ended. If the app returned earlier, uvicorn would
    # complete the answer.
    close = scope.get("extensions", {}).get(CLOSE_SOCKET)
    if close is None:
        raise _ERRORS[out.end](f"the socket was {out.end} by a fault of deck-sim")
    close(out.end)
    await receive()


async def _wait(simulation: Simulation, out: OutgoingResponse) -> None:
    """Wait for the delay of a fault, or until the world is reset or deleted. A delay on the world's
    clock takes real time at the clock's speed, and ends when the clock is moved past it.
    """
    speed = 1 if out.in_real_time else simulation.speed
    began, real_began = simulation.world.now, simulation.real_ns()
    real_end = real_began + out.delay.total_seconds() * 1e9 / speed
    while simulation.real_ns() < real_end and not simulation.dropped:
        if not out.in_real_time and simulation.world.now - began >= out.delay:
            return
        await asyncio.sleep(_CLOCK_INTERVAL)


async def leaves_before(wait: Coroutine[Any, Any, object], receive: Receive) -> bool:
    """Await `wait`; if the client leaves earlier, cancel `wait`. Return whether the client left."""
    waiting, leaving = asyncio.ensure_future(wait), asyncio.ensure_future(receive())
    try:
        await asyncio.wait({waiting, leaving}, return_when=asyncio.FIRST_COMPLETED)
        return not waiting.done()
    finally:
        waiting.cancel()
        leaving.cancel()
