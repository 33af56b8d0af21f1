"""Calls about time: the clock, an advance, and what is due next."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from deck_sim.base import real_time
from deck_sim.base.durations import format_duration, parse_duration
from deck_sim.contract.error_catalog import refuse
from deck_sim.engine.stage import Stage
from deck_sim.engine.waiting import TIMER_EFFECTS, waiting
from deck_sim.runtime.serialization import print_moment, read_moment
from deck_sim.runtime.simulation import FOLLOW, ON_POLL, Simulation
from deck_sim.runtime.timeline import print_entries
from deck_sim.server.control.holds import print_holds
from deck_sim.server.control.routes import route
from deck_sim.server.request import Answer, Request

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
    check_follow(request, body.mode, body.now)
    check_step(body.mode, body.step)
    if body.now is not None:
        advance = simulation.advance_to(read_moment(body.now, "now"), "now")
        await request.worlds.dispatcher.drive(simulation, advance)
    simulation.set_clock(body.mode, body.speed, body.step)
    return show_clock(request)


def check_follow(request: Request, mode: str | None, now: str | None) -> None:
    """Check that a `follow` clock is set from the process of the server, and without a time."""
    if mode != FOLLOW:
        return
    if request.headers.get(real_time.PROCESS_HEADER) != real_time.PROCESS:
        text = (
            "`follow` reads the time of the server's process, and this call comes from another"
            " process. Use it with the `deck` fixture or `DeckSim`, without `--deck-url`; over a"
            " URL use `frozen` and advance the world"
        )
        raise refuse("request/input_invalid", text, field="mode")
    if now is not None:
        text = "a `follow` clock has the time of the process; leave out `now`, or use `frozen`"
        raise refuse("request/input_invalid", text, field="now")


def check_step(mode: str, step: timedelta | None) -> None:
    """Check that a step is set for an `on_poll` clock only."""
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
        advance = simulation.advance_by(read_duration(body.by, "by"))
    elif body.to is not None:
        advance = simulation.advance_to(read_moment(body.to, "to"))
    elif body.until is not None and not isinstance(body.until, str):
        limit = read_duration(body.limit, "limit")
        advance = simulation.advance_until_event(body.until.event, body.until.id, limit)
    else:
        advance = simulation.advance_until_idle()
    report = await request.worlds.dispatcher.drive(simulation, advance)
    happened = [*print_entries(simulation, report.happened, report.after)]
    now = print_moment(report.now)
    return Answer({"now": now, "happened": happened, **print_holds(simulation)})


def read_duration(text: str, field: str) -> timedelta:
    """Read a duration like `5m`."""
    try:
        return parse_duration(text)
    except ValueError as error:
        raise refuse("request/input_invalid", f"`{field}`: {error}", field=field) from None


@route("GET", "/next")
def show_next(request: Request) -> Answer:
    """Show what is due next, and what waits without a timer."""
    simulation = request.simulation
    now = simulation.world.now
    due = [
        {
            "at": print_moment(timer.at),
            "in": format_duration(timer.at - now),
            "id": timer.owner,
            "what": TIMER_EFFECTS[timer.name],
        }
        for timer in simulation.world.timers.upcoming()
    ]
    waits = [
        {"id": r.id, "kind": r.kind, "status": r.status, **_right_answer(simulation, r.id)}
        for r in waiting(simulation.world)
    ]
    state = {"now": print_moment(now), "due": due, "waiting": waits}
    return Answer({**state, **print_holds(simulation)})


def _right_answer(simulation: Simulation, owner: str) -> dict[str, Any]:
    """The answer that the open interaction of a resource accepts, if its script names one."""
    story = simulation.world.stories.get(owner)
    if story is None or not getattr(story.step, "has_right_answer", False):
        return {}
    step: Any = story.step  # an `InteractionRequired`; its import is slow
    return {"answer": step.right_answer(Stage(simulation.world, story))}
