"""Calls about time: the clock, moving it, and what is due."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from deck_sim.base import real_time
from deck_sim.base.durations import format_duration, parse_duration
from deck_sim.contract.error_catalog import refuse
from deck_sim.engine.records import TimelineEntry
from deck_sim.engine.stage import Stage
from deck_sim.engine.waiting import MEANS, waiting
from deck_sim.runtime.advance import Advance
from deck_sim.runtime.serialization import print_moment, read_moment
from deck_sim.runtime.simulation import FOLLOW, Simulation
from deck_sim.server.control.holds import print_held, print_kept_back
from deck_sim.server.request import Answer, Request
from deck_sim.server.routing import Route

if TYPE_CHECKING:
    from deck_sim.server.control import bodies


def show_clock(request: Request) -> Answer:
    """`GET /_sim/clock`."""
    simulation = request.simulation
    return Answer(
        {
            "now": print_moment(simulation.world.now),
            "mode": simulation.mode,
            "speed": simulation.speed,
        }
    )


async def set_clock(request: Request) -> Answer:
    """`PUT /_sim/clock`: first go on to `now` if it is given, then change how time moves."""
    from deck_sim.server.control import bodies

    body, simulation = request.read_as(bodies.SetClock), request.simulation
    check_follow(request, body.mode, body.now)
    if body.now is not None:
        journey = simulation.advance_to(read_moment(body.now, "now"), "now")
        await request.worlds.dispatcher.drive(simulation, journey)
    simulation.set_clock(body.mode, body.speed)
    return show_clock(request)


def check_follow(request: Request, mode: str | None, now: str | None) -> None:
    """Refuse a `follow` clock to whoever lives in another process, and one with a time of its own.

    Raises:
        ApiError: says which clock to use instead.

    """
    if mode != FOLLOW:
        return
    if request.headers.get(real_time.PROCESS_HEADER) != real_time.PROCESS:
        text = (
            "`follow` reads the time of the process in which the server runs, and this call comes"
            " from another: a freezer of yours would move nothing. Use it with the `deck` fixture"
            " or `DeckSim` and no `--deck-url`; over a URL use `frozen` and advance the world"
        )
        raise refuse("request/input_invalid", text, field="mode")
    if now is not None:
        text = "a `follow` clock has the time of the process; leave `now` out, or use `frozen`"
        raise refuse("request/input_invalid", text, field="now")


async def advance(request: Request) -> Answer:
    """`POST /_sim/clock/advance`: everything that falls due happens before the answer."""
    from deck_sim.server.control import bodies

    body = request.read_as(bodies.Advance)
    if sum(given is not None for given in (body.by, body.to, body.until)) != 1:
        text = "give exactly one of `by`, `to` and `until`"
        raise refuse("request/input_invalid", text, field="by")
    journey = _journey(request.simulation, body)
    report = await request.worlds.dispatcher.drive(request.simulation, journey)
    happened = [print_entry(entry) for entry in report.happened]
    told = {"now": print_moment(report.now), "happened": happened}
    return Answer({**told, **_held(request.simulation)})


def _journey(simulation: Simulation, body: bodies.Advance) -> Advance:
    from deck_sim.server.control import bodies

    if body.by is not None:
        return simulation.advance_by(_duration(body.by, "by"))
    if body.to is not None:
        return simulation.advance_to(read_moment(body.to, "to"))
    if isinstance(body.until, bodies.UntilEvent):
        limit = _duration(body.limit, "limit")
        return simulation.advance_until_event(body.until.event, body.until.id, limit)
    return simulation.advance_until_idle()


def _duration(text: str, field: str) -> timedelta:
    try:
        return parse_duration(text)
    except ValueError as error:
        raise refuse("request/input_invalid", f"`{field}`: {error}", field=field) from None


def print_entry(entry: TimelineEntry) -> dict[str, Any]:
    """A line of the timeline."""
    return {
        "at": print_moment(entry.at),
        "kind": entry.kind,
        "id": entry.id,
        "what": entry.what,
    }


def show_next(request: Request) -> Answer:
    """`GET /_sim/next`: what is due, and what waits without a timer that moves it on."""
    simulation = request.simulation
    now = simulation.world.now
    due = [
        {
            "at": print_moment(timer.at),
            "in": format_duration(timer.at - now),
            "id": timer.owner,
            "what": MEANS[timer.name],
        }
        for timer in simulation.world.timers.upcoming()
    ]
    waits = [
        {"id": r.id, "kind": r.kind, "status": r.status, **_wanted(simulation, r.id)}
        for r in waiting(simulation.world)
    ]
    told = {"now": print_moment(now), "due": due, "waiting": waits}
    return Answer({**told, **_held(simulation)})


def _wanted(simulation: Simulation, owner: str) -> dict[str, Any]:
    """The answer that an open prompt would take, if it would take one."""
    story = simulation.world.stories.get(owner)
    if story is None or not getattr(story.step, "has_right_answer", False):
        return {}
    step: Any = story.step  # one that asks, which to import would take long
    return {"answer": step.right_answer(Stage(simulation.world, story))}


def _held(simulation: Simulation) -> dict[str, Any]:
    """What is held, stories and answers, if anything is."""
    told = {"held": print_held(simulation), "kept_back": print_kept_back(simulation)}
    return {name: rows for name, rows in told.items() if rows}


ROUTES = [
    Route("GET", "/clock", show_clock),
    Route("PUT", "/clock", set_clock),
    Route("POST", "/clock/advance", advance),
    Route("GET", "/next", show_next),
]
