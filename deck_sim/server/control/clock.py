"""Calls about time: the clock, an advance, and what is due next."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from itertools import islice
from typing import TYPE_CHECKING, Any

from deck_sim.base.durations import format_duration, parse_duration
from deck_sim.contract.error_catalog import refuse
from deck_sim.engine.records import Resource
from deck_sim.engine.waiting import waiting
from deck_sim.runtime import clock
from deck_sim.runtime.clock import Advance, AdvanceReport
from deck_sim.runtime.moments import print_moment, read_moment
from deck_sim.runtime.settings import ON_POLL, REAL
from deck_sim.runtime.simulation import Simulation
from deck_sim.runtime.timeline import print_entry
from deck_sim.runtime.why import find_right_answer
from deck_sim.server.control.holds import print_holds
from deck_sim.server.control.routes import record_answer, route
from deck_sim.server.control.unfinished import list_unfinished, print_due
from deck_sim.server.request import Answer, Request, read_count

if TYPE_CHECKING:
    from deck_sim.server.control import bodies


@route("GET", "/clock")
def show_clock(request: Request) -> Answer:
    """Show the time, the mode, the speed and the step."""
    simulation = request.simulation
    now = print_moment(simulation.world.now)
    step = simulation.step and format_duration(simulation.step)
    clock = {"now": now, "mode": simulation.mode, "speed": simulation.speed, "step": step}
    return Answer(clock)


@route("PUT", "/clock", body="SetClock")
async def set_clock(request: Request, body: bodies.SetClock) -> Answer:
    """Advance to `now`, if it is given, and then change the mode."""
    simulation = request.simulation
    check_pace(body.mode, body.speed, body.step)
    if body.now is not None:
        advance = clock.advance_to(simulation, read_moment(body.now, "now"), "now")
        await _drive(request, advance)
    simulation.set_clock(body.mode, body.speed, body.step)
    return show_clock(request)


def check_pace(mode: str, speed: float | None, step: timedelta | None) -> None:
    """Check that a speed is set for a `real` clock only, and a step for an `on_poll` clock."""
    if speed not in (None, 1) and mode != REAL:
        text = (
            f"`speed` is for a `{REAL}` clock, and this clock is `{mode}`; leave out `speed`, or"
            f" use the clock `{REAL}`"
        )
        raise refuse("request/input_invalid", text, field="speed")
    if step is not None and mode != ON_POLL:
        text = (
            f"`step` is the time that each read takes on an `{ON_POLL}` clock, and this clock is"
            f" `{mode}`; leave out `step`, or use the clock `{ON_POLL}`"
        )
        raise refuse("request/input_invalid", text, field="step")


@route("POST", "/clock/advance", body="Advance")
async def advance_clock(request: Request, body: bodies.Advance) -> Answer:
    """Move the clock. All that falls due, webhooks included, is done before the answer."""
    if sum(given is not None for given in (body.by, body.to, body.until)) != 1:
        text = "give exactly one of `by`, `to` and `until`"
        raise refuse("request/input_invalid", text, field="by")
    simulation = request.simulation
    if body.by is not None:
        advance = clock.advance_by(simulation, read_duration(body.by, "by"))
    elif body.to is not None:
        advance = clock.advance_to(simulation, read_moment(body.to, "to"))
    elif body.until is not None and not isinstance(body.until, str):
        limit = read_duration(body.limit, "limit")
        advance = clock.advance_until_event(simulation, body.until.event, body.until.id, limit)
    else:
        advance = clock.advance_until_idle(simulation)
    report = await _drive(request, advance)
    numbered = enumerate(report.happened, report.after + 1)
    happened = [print_entry(simulation, entry, number) for number, entry in numbered]
    now = print_moment(report.now)
    data = {"now": now, "happened": happened, **print_holds(simulation)}
    return record_answer(request, data)


async def _drive(request: Request, advance: Advance) -> AdvanceReport:
    """Run an advance for the client of a request, while it waits for the answer."""
    leaving = asyncio.ensure_future(request.receive())
    try:
        drive = request.worlds.dispatcher.drive
        return await drive(request.simulation, advance, leaving.done)
    finally:
        leaving.cancel()


def read_duration(text: str, field: str) -> timedelta:
    """Read a duration like `5m`."""
    try:
        return parse_duration(text)
    except ValueError as error:
        raise refuse("request/input_invalid", f"`{field}`: {error}", field=field) from None


@route("GET", "/next")
def show_next(request: Request) -> Answer:
    """Show what is due next, what waits without a timer, and why what is unfinished waits.

    `limit` is the most that is listed of what is due and of what waits.
    """
    simulation, most = request.simulation, read_count(request, "limit")
    world = simulation.world
    state: dict[str, Any] = {
        "now": print_moment(world.now),
        "due": [print_due(world, due) for due in islice(world.timers.upcoming(), most)],
        "waiting": [_print_waiting(simulation, resource) for resource in waiting(world)[:most]],
    }
    return Answer({**state, **list_unfinished(simulation), **print_holds(simulation)})


def _print_waiting(simulation: Simulation, resource: Resource) -> dict[str, Any]:
    answer = find_right_answer(simulation, resource.id)
    shown = {"id": resource.id, "kind": resource.kind, "status": resource.status}
    return shown if answer is None else {**shown, "answer": answer}
