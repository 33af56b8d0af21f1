"""How reads move an `on_poll` clock.

Rules:
1. A read of something unfinished jumps to the next moment that is due for it: a timer of its own,
   of the login that it uses, or of a run that uses it. A list reads all that it may show.
2. A jump costs nobody's patience: a resource that waits for a person does not move when it is read,
   and a jump postpones all its timers by the time that it waits.
3. Whatever else falls due before that moment happens on the way.
4. With a step, each such read lets exactly that much time pass instead, timeouts included.
"""

from collections.abc import Generator, Iterable
from datetime import datetime, timedelta

from deck_sim.engine.records import Resource
from deck_sim.engine.waiting import ids_waiting_for_people
from deck_sim.engine.world import World
from deck_sim.runtime.advance import HasWorld, pass_time_until


def pass_polled_time(
    owner: HasWorld, read: Iterable[Resource], step: timedelta | None, last: datetime
) -> Generator[None, None, None]:
    """Let the time pass that a read of these resources costs, but not beyond `last`."""
    if not (unfinished := _unfinished(owner.world, read)):
        return
    if step is not None:
        yield from pass_time_until(owner, owner.world.now + min(step, last - owner.world.now))
        return
    yield from pass_time_until(owner, owner.world.now)  # fills the outbox; no jump
    due = _next_due(owner.world, _unfinished(owner.world, unfinished))
    if due is not None:
        yield from _jump(owner, min(due, last))


def _unfinished(world: World, read: Iterable[Resource]) -> list[Resource]:
    """Those that are unfinished, as they are now."""
    now = (world.all(resource.kind)[resource.id] for resource in read)
    return [resource for resource in now if not world.is_settled(resource)]


def _next_due(world: World, unfinished: Iterable[Resource]) -> datetime | None:
    owners = set[str]()
    for resource in unfinished:
        used = (used.id for used in world.used_by(resource))
        owners |= {resource.id, *used, *world.users.get(resource.id, ())}
    owners -= ids_waiting_for_people(world)
    return next((due.at for due in world.timers.upcoming() if due.owner in owners), None)


def _jump(owner: HasWorld, moment: datetime) -> Generator[None, None, None]:
    while owner.world.now < moment:
        world = owner.world
        waiting = ids_waiting_for_people(world)
        others = (due.at for due in world.timers.upcoming() if due.owner not in waiting)
        until = min(moment, next(others, moment))
        world.timers.postpone(waiting, until - world.now)
        yield from pass_time_until(owner, until)
