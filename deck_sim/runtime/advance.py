"""Moves the clock of a world: by a length, to a moment or event, with real time, or by a read.

An advance is a generator. It yields True when webhooks are to be sent before it continues, and
False when other calls may be answered. `Dispatcher.drive` does both; `run_to_end` does neither.
"""

import copy
from collections.abc import Callable, Collection, Generator, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeVar

from deck_sim.base import real_time
from deck_sim.base.durations import format_duration
from deck_sim.base.loops import TURN
from deck_sim.contract.error_catalog import ApiError, refuse
from deck_sim.engine.playing import pass_time
from deck_sim.engine.timers import AUTO_TRANSITION, STEP, Due
from deck_sim.engine.waiting import AwaitedEvent, next_due, waits_for_person
from deck_sim.engine.world import World
from deck_sim.engine.world_values import Resource, TimelineEntry
from deck_sim.runtime.moment_text import LAST_MOMENT
from deck_sim.runtime.settings import ON_POLL
from deck_sim.runtime.simulation import Simulation
from deck_sim.runtime.why import explain_absence, explain_unknown

MAX_DUE = 5_000_000  # due things in one advance: an endless scenario ends in an error
MAX_SENDS = 1_000  # at one moment: a webhook that always causes another ends in an error


@dataclass(slots=True)
class AdvanceResult:
    """The world's time after an advance, and the timeline entries that it added."""

    now: datetime
    happened: list[TimelineEntry]
    after: int  # the number of entries before `happened`


Result = TypeVar("Result")
Advance = Generator[bool, None, AdvanceResult]


def run_to_end(advance: Generator[bool, None, Result]) -> Result:
    """Run an advance without sending anything; return its result."""
    while True:
        try:
            next(advance)
        except StopIteration as end:
            result: Result = end.value
            return result


def pass_time_until(
    simulation: Simulation, moment: datetime, is_over: Callable[[], bool] = lambda: False
) -> Generator[bool, None, None]:
    """Do everything that is due by `moment`, then set the world's clock to it. Stop earlier, before
    the next due thing, if `is_over` returns True.

    Yields True when webhooks are to be sent: everything due now is done, and the outbox has grown.
    Attempts that the caller does not send stay in the outbox. Yields False when it has worked for
    a `TURN`. Raises ApiError (`state_invalid`) after `MAX_DUE` due things, or if webhooks were
    sent `MAX_SENDS` times at one moment.
    """
    done, sends, sent_at, unsent = 0, 0, simulation.world.now, 0
    began = real_time.monotonic_ns()
    while True:
        world = simulation.world
        has_grown = world.outbox and len(world.outbox) > unsent
        if has_grown and ((due := world.timers.peek()) is None or due.at > world.now):
            sends, sent_at = sends + 1 if world.now == sent_at else 1, world.now
            if sends > MAX_SENDS:
                raise _endless(f"at one moment, webhooks were sent {MAX_SENDS} times")
            yield True
            unsent, began = len(simulation.world.outbox), real_time.monotonic_ns()
        elif is_over() or pass_time(world, moment) is None:
            return
        else:
            done += 1
            if done > MAX_DUE:
                raise _endless(f"{MAX_DUE} things happened in one advance")
            if real_time.monotonic_ns() - began >= TURN:
                yield False
                began = real_time.monotonic_ns()


def _endless(what: str) -> ApiError:
    text = f"{what}, and more are due; look for an endless loop in a scenario or receiver"
    return refuse("request/state_invalid", text)


def catch_up(simulation: Simulation) -> None:
    """Bring a world with a real clock up to date, if no advance is in progress. Sends nothing."""
    if simulation.clock is not None and not simulation.advancing:
        moment = simulation.clock.read(simulation.world.now)
        run_to_end(pass_time_until(simulation, moment))


def advance_by(simulation: Simulation, length: timedelta, field: str = "by") -> Advance:
    """Move the clock by `length` and do everything that falls due. Raises ApiError, and changes
    nothing, if `length` is negative or would move the clock past `LAST_MOMENT`.
    """
    now = simulation.world.now
    if length < timedelta():
        early = format_duration(-length)
        text = f"time cannot go back by {early}: the clock shows {now}; give a later time"
        raise refuse("request/input_invalid", text, field=field)
    if length > LAST_MOMENT - now:
        text = f"too late: the clock shows {now}; give a time before {LAST_MOMENT}"
        raise refuse("request/input_invalid", text, field=field)
    with _advancing(simulation) as report:
        yield from pass_time_until(simulation, now + length)
    return report


def advance_to(simulation: Simulation, moment: datetime, field: str = "to") -> Advance:
    return advance_by(simulation, moment - simulation.world.now, field)


def advance_until_event(
    simulation: Simulation, types: Sequence[str], resource_id: str | None, limit: timedelta
) -> Advance:
    """Move the clock to the next event of one of these types; with `resource_id`, of that resource.

    Everything due at that moment happens, webhooks included. In an explored run with a trouble, the
    program may have slept before it repeated a call; so there the event may also have come since
    the last move. Raises ApiError at once if a type is unknown. Raises ApiError with a list of what
    waits, as soon as nothing due within `limit` can cause the event.
    """
    world = simulation.world
    if unknown := next(filter(None, (explain_unknown(simulation, type_) for type_ in types)), None):
        raise refuse("request/input_invalid", unknown, field="until.event")
    explored, has_trouble = simulation.exploration, simulation.has_trouble
    before = explored.events if explored and has_trouble else world.events.total
    awaited = AwaitedEvent(tuple(types), resource_id, before)
    # An event of a resource that is final came even before that move, if at all.
    awaited.has_come = has_trouble and awaited.is_over(world) and awaited.last(world) is not None
    until = world.now + min(limit, LAST_MOMENT - world.now)
    with _advancing(simulation) as report:
        comes = False  # whether it came on a copy of the world

        def is_over() -> bool:
            nonlocal comes
            if awaited.came(simulation.world):
                return True
            if not comes and not awaited.moves(simulation.world, until):
                comes = _comes_on_a_copy(simulation, awaited, until)
                return not comes
            return False

        for sends in pass_time_until(simulation, until, is_over):
            yield sends
            comes = comes and not sends  # a receiver may have changed the world
        if awaited.came(simulation.world):
            yield from do_all_due(simulation)
            return report
    text = (
        f"no {awaited} came: nothing that is due within {format_duration(limit)} can cause it;"
        f" {explain_absence(simulation, awaited)}"
    )
    raise refuse("request/state_invalid", text)


def _comes_on_a_copy(simulation: Simulation, awaited: AwaitedEvent, until: datetime) -> bool:
    """Return whether the event comes by `until` on a copy of the world, which sends nothing.

    If the copy would send a webhook first, return True, because its receiver may cause the event;
    but not if the event's resource is final or missing. From the moment when a wait for a person
    times out, webhooks do not count.
    """
    ahead, awaited = copy.copy(simulation), copy.copy(awaited)
    world = ahead.world = copy.deepcopy(simulation.world)
    waits = (next_due(world, id_) for id_ in world.stories if waits_for_person(world, id_))
    timeout = min((due.at for due in waits if due), default=LAST_MOMENT)
    for sends in pass_time_until(ahead, until, lambda: awaited.came(world)):
        if sends and world.now < timeout:
            return not awaited.is_over(world)
    return awaited.came(world)


def advance_until_idle(simulation: Simulation) -> Advance:
    """Move the clock until the world is idle: nothing is due except timeouts and screenshots."""
    with _advancing(simulation) as report:
        yield from pass_time_until(
            simulation, LAST_MOMENT, lambda: not simulation.world.timers.progress
        )
    return report


def finish_deliveries(simulation: Simulation, *, moves_stories: bool) -> Advance:
    """Move the clock until no webhook waits for a retry, or for a later webhook to go first. Unless
    `moves_stories` is true, stop before a story goes on.
    """
    with _advancing(simulation) as report:
        while moment := next_retry(simulation):
            timers = simulation.world.timers.upcoming()
            stories = (due.at for due in timers if due.name in (STEP, AUTO_TRANSITION))
            if not moves_stories and next(stories, LAST_MOMENT) <= moment:
                break
            yield from pass_time_until(simulation, moment)
    return report


def next_retry(simulation: Simulation) -> datetime | None:
    """Return when the next webhook is due that is a retry or waits for a later one, or None."""
    world = simulation.world
    late = [
        due.at
        for delivery in world.all("event_delivery").values()
        if world.delivery_log.get(delivery.id) or delivery.id in world.until_next
        for due in world.timers.of(delivery.id)
    ]
    return min(late, default=None)


def ends_story(world: World, types: Collection[str]) -> bool:
    """Whether one of these event types announces a final status."""
    return any(
        f"{kind}.{row.machine.events[status]}" in types
        for kind, row in world.contract.kinds.items()
        if row.machine
        for status in row.machine.statuses
        if row.machine.is_final(status)
    )


def do_all_due(simulation: Simulation) -> Generator[bool, None, None]:
    """Do everything that is due now, without moving the clock."""
    yield from pass_time_until(simulation, simulation.world.now)


@contextmanager
def _advancing(simulation: Simulation) -> Iterator[AdvanceResult]:
    began, position = simulation.world.now, simulation.world.timeline.total
    report = AdvanceResult(began, [], position)
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


def poll(simulation: Simulation, read: Iterable[Resource]) -> None:
    """In `on_poll` mode, move the clock because a client reads these resources.

    1. If a resource is unfinished, the clock moves to the next timer of this resource, of one that
       it uses, or of a run that uses it. A list counts as a read of all that it may show.
    2. Timers of a resource that waits for a person do not count. They move with the clock, so a
       read lets no prompt, approval or task timeout run out.
    3. Everything else that is due by that moment happens, too.
    4. With a `step`, the clock moves by the step instead, even past a timeout.
    """
    if simulation.mode != ON_POLL or simulation.advancing:
        return
    world = simulation.world
    if not (unfinished := _unfinished(world, read)):
        return
    if (step := simulation.poll_step) is not None:
        moment = world.now + min(step, LAST_MOMENT - world.now)
        run_to_end(pass_time_until(simulation, moment))
        return
    run_to_end(pass_time_until(simulation, world.now))  # fills the outbox
    owners = set[str]()
    for resource in _unfinished(world, unfinished):
        used = [login.id for login in world.used_by(resource)]
        owners |= {resource.id, *used, *world.users.get(resource.id, ())}
    free = (owner for owner in owners if not waits_for_person(world, owner))
    moments = [due.at for owner in free if (due := next_due(world, owner))]
    if not moments:
        return
    moment, stopped = min(*moments, LAST_MOMENT), list[tuple[datetime, Due]]()

    def stop(ids: Iterable[str]) -> None:
        for owner in [owner for owner in ids if waits_for_person(world, owner)]:
            for due in world.timers.of(owner):
                world.timers.disarm(due.owner, (due.name,))
                stopped.append((world.now, due))

    stop([*world.stories, *world.users])
    while due := pass_time(world, moment):
        used = [login.id for login in world.used_by(world.resource(due.owner))]
        stop([due.owner, *used])  # nothing else has begun to wait
    for since, due in stopped:
        if due.owner in world.stories:  # the run may have ended with its login
            world.timers.arm(due.owner, due.name, due.at + (world.now - since))


def _unfinished(world: World, read: Iterable[Resource]) -> list[Resource]:
    now = (world.all(resource.kind)[resource.id] for resource in read)
    return [resource for resource in now if not world.is_settled(resource)]
