"""Operations on time: the clock, an advance, and the next timers."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from itertools import islice
from typing import TYPE_CHECKING

from deck_sim.base.durations import format_duration
from deck_sim.base.errors import listed
from deck_sim.base.loops import map_in_turns
from deck_sim.contract.error_catalog import refuse
from deck_sim.engine.waiting import waiting
from deck_sim.operations.history import entry_as_json
from deck_sim.operations.holds import holds_as_json
from deck_sim.operations.present import due_as_json, unfinished_as_json
from deck_sim.operations.table import Json, operation
from deck_sim.runtime.advance import (
    AdvanceResult,
    advance_by,
    advance_to,
    advance_until_event,
    advance_until_idle,
    ends_story,
    finish_deliveries,
)
from deck_sim.runtime.moment_text import format_moment, read_moment
from deck_sim.runtime.registry import WorldRegistry
from deck_sim.runtime.settings import ON_POLL, REAL
from deck_sim.runtime.simulation import Simulation
from deck_sim.runtime.why import MOST_UNFINISHED, find_right_answer, find_unfinished

if TYPE_CHECKING:
    from deck_sim.operations.parameters import (
        Count,
        Length,
        Mode,
        Moment,
        PositiveDuration,
        Speed,
        Until,
    )


@operation("GET", "/clock")
def show_clock(simulation: Simulation) -> Json:
    """Show the time of the world, and the `mode`, `speed` and `step` of its clock."""
    now = format_moment(simulation.world.now)
    step = simulation.poll_step and format_duration(simulation.poll_step)
    return {"now": now, "mode": simulation.mode, "speed": simulation.speed, "step": step}


@operation("PUT", "/clock")
async def set_clock(
    simulation: Simulation,
    worlds: WorldRegistry,
    has_left: Callable[[], bool],
    mode: Mode,
    now: Moment | None = None,
    speed: Speed = 1,
    step: PositiveDuration | None = None,
) -> Json:
    """Set the clock's `mode`: `frozen`, `real` with a `speed` (default: 1), or `on_poll` with an
    optional `step`. With `now`, first advance to that moment.
    """
    check_pace(mode, speed, step)
    if now is not None:
        advance = advance_to(simulation, read_moment(now, "now"), "now")
        await worlds.dispatcher.drive(simulation, advance, has_left)
    simulation.set_clock(mode, speed, step)
    return show_clock(simulation)


def check_pace(mode: str, speed: float | None, step: timedelta | None) -> None:
    """Check that only a `real` clock has a speed, and only an `on_poll` clock a step."""
    rows = (("speed", speed not in (None, 1), REAL), ("step", step is not None, ON_POLL))
    for name, is_set, needed in rows:
        if is_set and mode != needed:
            text = f"`{name}` is for the clock `{needed}`, but this clock is `{mode}`"
            fix = f"leave out `{name}`, or use the clock `{needed}`"
            raise refuse("request/input_invalid", f"{text}; {fix}", field=name)


@operation("POST", "/clock/advance", shows_records=True)
async def advance_clock(
    simulation: Simulation,
    worlds: WorldRegistry,
    has_left: Callable[[], bool],
    by: Length | None = None,
    to: Moment | None = None,
    sleep: Length | None = None,
    until: Until | None = None,
    limit: Length = timedelta(days=1),
) -> Json:
    """Move the clock. Everything that falls due, webhooks included, happens before the answer,
    which lists it in `happened`. `next` is the timer that is due first. A `sleep` while the world
    waits for a webhook receiver moves nothing, and counts as a wait between two calls.
    """
    targets = {"by": by, "to": to, "sleep": sleep, "until": until}
    names = [name for name, value in targets.items() if value is not None]
    if len(names) != 1:
        text = f"give exactly one of {listed(targets)}"
        raise refuse("request/input_invalid", text, field="by")
    if sleep is not None and simulation.advancing and simulation.attempting:
        simulation.slept_ns += round(sleep.total_seconds() * 1e9)
        return await _show_move(simulation, AdvanceResult(simulation.world.now, [], 0))
    simulation.moves[",".join(getattr(until, "event", names))] += 1
    if (length := sleep if by is None else by) is not None:
        advance = advance_by(simulation, length, *names)
    elif to is not None:
        advance = advance_to(simulation, read_moment(to, "to"))
    elif until is not None and not isinstance(until, str):
        advance = advance_until_event(simulation, until.event, until.id, limit)
    else:
        advance = advance_until_idle(simulation)
    report = await worlds.dispatcher.drive(simulation, advance, has_left)
    explored = simulation.exploration
    if explored is not None and sleep is None:
        explored.events = simulation.world.events.total
    if explored is not None and names[0] in explored.finishes:
        events = getattr(until, "event", None)  # None: until the world is idle
        is_last = until is not None and (events is None or ends_story(simulation.world, events))
        is_last |= by == timedelta()  # such a move is for webhooks
        advance = finish_deliveries(simulation, moves_stories=is_last)
        rest = await worlds.dispatcher.drive(simulation, advance, has_left)
        report.happened, report.now = report.happened + rest.happened, rest.now
    if explored is not None and sleep is None:
        explored.after_move(simulation)
    return await _show_move(simulation, report)


async def _show_move(simulation: Simulation, report: AdvanceResult) -> Json:
    happened = await map_in_turns(
        lambda numbered: entry_as_json(simulation, numbered[1], numbered[0]),
        enumerate(report.happened, report.after + 1),
    )
    due = simulation.world.timers.upcoming()
    return {
        "now": format_moment(report.now),
        "happened": happened,
        "next": due_as_json(simulation.world, due[0]) if due else None,
        **holds_as_json(simulation),
    }


@operation("GET", "/next")
def show_next(simulation: Simulation, limit: Count | None = None) -> Json:
    """Show in `due` the timers, soonest first; in `waiting` the resources that have no timers, or
    only those of limits and screenshots; in `unfinished` each unfinished resource, with the reason
    why it waits. `limit` shortens the first two lists.
    """
    world, waits = simulation.world, list[Json]()
    for resource in waiting(world)[:limit]:
        answer = find_right_answer(simulation, resource.id)
        row = {"id": resource.id, "kind": resource.kind, "status": resource.status}
        waits.append(row if answer is None else {**row, "answer": answer})
    unfinished = find_unfinished(world)
    latest = unfinished[-MOST_UNFINISHED:]
    return {
        "now": format_moment(world.now),
        "due": [due_as_json(world, due) for due in islice(world.timers.upcoming(), limit)],
        "waiting": waits,
        "unfinished": [unfinished_as_json(simulation, resource) for resource in latest],
        "unfinished_total": len(unfinished),
        **holds_as_json(simulation),
    }
