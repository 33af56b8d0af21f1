"""Moves the clock of a world: to where it is by now, by a length, to a moment, or to an event."""

import copy
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from deck_sim.base.durations import format_duration
from deck_sim.base.errors import nearest_type, quote
from deck_sim.contract.editions import explain_foreign_event
from deck_sim.contract.error_catalog import refuse
from deck_sim.engine.waiting import AwaitedEvent
from deck_sim.runtime.advance import (
    Advance,
    AdvanceReport,
    pass_time_until,
    run_to_end,
    steps,
    with_breaks,
)
from deck_sim.runtime.moments import LAST_MOMENT
from deck_sim.runtime.simulation import Simulation
from deck_sim.runtime.why import explain_absence


def catch_up(simulation: Simulation) -> None:
    """Move a world to where its clock is by now, without sending anything."""
    if simulation.clock is not None and not simulation.advancing:
        moment = simulation.clock.read(simulation.world.now, LAST_MOMENT)
        run_to_end(pass_time_until(simulation, moment))


def advance_by(simulation: Simulation, length: timedelta, field: str = "by") -> Advance:
    """Move the clock by `length` and do everything that falls due.

    Raises:
        ApiError: if it is negative or passes `LAST_MOMENT`; nothing changes.

    """
    now = simulation.world.now
    if length < timedelta():
        early = format_duration(-length)
        text = f"time cannot go back: it is {now}, and the given time is {early} earlier"
        raise refuse("request/input_invalid", text, field=field)
    if length > LAST_MOMENT - now:
        text = f"that is too late: it is {now}, and a world's time ends at {LAST_MOMENT}"
        raise refuse("request/input_invalid", text, field=field)
    with _advancing(simulation) as report:
        yield from pass_time_until(simulation, now + length)
    return report


def advance_to(simulation: Simulation, moment: datetime, field: str = "to") -> Advance:
    """Move the clock to `moment`, as `advance_by` does."""
    return advance_by(simulation, moment - simulation.world.now, field)


def advance_until_event(
    simulation: Simulation, type_: str, resource_id: str | None, limit: timedelta
) -> Advance:
    """Move the clock to the next event of this type, about that resource if one is named.

    Whatever else is due at that moment happens too, so the event has been delivered.

    Raises:
        ApiError: if nothing due within `limit` can cause the event; lists what waits. The clock
            has moved only as far as something was left that could have caused it.

    """
    world = simulation.world
    if foreign := explain_foreign_event(type_, (world.edition,), in_world=True):
        raise refuse("request/input_invalid", foreign, field="until.event")
    if likely := nearest_type(type_, world.event_types):
        text = f"unknown event type {quote(type_)}{likely}"
        raise refuse("request/input_invalid", text, field="until.event")
    wanted = AwaitedEvent(type_, resource_id, world.events.total)
    until = world.now + min(limit, LAST_MOMENT - world.now)
    with _advancing(simulation) as report:
        steps_left = with_breaks(steps(simulation, until))
        comes: bool | None = None  # on a copy of the world; None if that was not tried
        while True:
            if not comes and not wanted.moves(simulation.world, until):
                comes = _comes_on_a_copy(simulation, wanted, until) if comes is None else comes
                if not comes:
                    break
            is_pause = next(steps_left, None)
            if is_pause is None:
                break
            if is_pause:
                yield
                comes = None  # a receiver or a call may have changed the world
            if wanted.came(simulation.world):
                yield from pass_time_until(simulation, simulation.world.now)
                return report
    text = (
        f"no {wanted} came within {format_duration(limit)}, and nothing that is due by then"
        f" can bring it; {explain_absence(simulation, wanted)}"
    )
    raise refuse("request/state_invalid", text)


def _comes_on_a_copy(simulation: Simulation, wanted: AwaitedEvent, until: datetime) -> bool:
    """Whether the event comes on a copy of the world.

    Also True if webhooks are sent before: their receivers may cause it.
    """
    ahead, wanted = copy.copy(simulation), copy.copy(wanted)
    ahead.world = copy.deepcopy(ahead.world)
    for is_pause in steps(ahead, until):
        if wanted.came(ahead.world):
            return True
        if is_pause:
            return not wanted.is_over(ahead.world)
    return False


def advance_until_idle(simulation: Simulation) -> Advance:
    """Move the clock until nothing is due except timeouts and expiries."""
    with _advancing(simulation) as report:
        steps_left = with_breaks(steps(simulation, LAST_MOMENT))
        while simulation.world.outbox or not simulation.world.timers.is_idle():
            is_pause = next(steps_left, None)
            if is_pause is None:
                break
            if is_pause:
                yield
    return report


def settle(simulation: Simulation) -> Generator[None, None, None]:
    """Do everything that is due now; the clock does not move."""
    yield from pass_time_until(simulation, simulation.world.now)


@contextmanager
def _advancing(simulation: Simulation) -> Iterator[AdvanceReport]:
    """Fill the report at the end; note in the timeline that the clock was moved."""
    began, position = simulation.world.now, simulation.world.timeline.total
    report = AdvanceReport(began, [], position)
    try:
        yield report
    finally:
        world = simulation.world
        report.now, report.happened = world.now, world.timeline.since(position)
        report.after = world.timeline.total - len(report.happened)
        if report.now > began:
            world.note("clock", "", f"advanced {format_duration(report.now - began)}")
            if simulation.clock is not None:
                simulation.clock.resume(world.now)
