"""How reads move an `on_poll` clock.

Rules:
1. A read of something unfinished jumps to the next moment that is due for it: a timer of its own,
   of the login that it uses, or of a run that uses it. A list reads all that it may show.
2. A resource that waits for a person does not move when it is read. A jump postpones its timers by
   the time that it waits, so no prompt, approval or task timeout runs out during a jump.
3. Whatever else falls due before that moment happens on the way.
4. With a step, each such read lets exactly that much time pass instead, timeouts included.
"""

from collections.abc import Iterable
from datetime import datetime

from deck_sim.engine.playing import pass_time
from deck_sim.engine.records import Resource
from deck_sim.engine.timers import Due
from deck_sim.engine.waiting import next_due, waits_for_person
from deck_sim.engine.world import World
from deck_sim.runtime.clock import pass_time_until, run_to_end, steps
from deck_sim.runtime.moments import LAST_MOMENT
from deck_sim.runtime.settings import ON_POLL
from deck_sim.runtime.simulation import Simulation


def poll(simulation: Simulation, read: Iterable[Resource]) -> None:
    """In `on_poll` mode, pass the time that a read of these resources takes."""
    if simulation.mode != ON_POLL or simulation.advancing:
        return
    world = simulation.world
    if not (unfinished := _unfinished(world, read)):
        return
    if (step := simulation.step) is not None:
        moment = world.now + min(step, LAST_MOMENT - world.now)
        run_to_end(pass_time_until(simulation, moment))
        return
    run_to_end(pass_time_until(simulation, world.now))  # fills the outbox; no jump
    owners = set[str]()
    for resource in _unfinished(world, unfinished):
        used = (used.id for used in world.used_by(resource))
        owners |= {resource.id, *used, *world.users.get(resource.id, ())}
    due = [next_due(world, one) for one in owners if not waits_for_person(world, one)]
    moments = [one.at for one in due if one is not None]
    if moments:
        _jump(simulation, min(*moments, LAST_MOMENT))


def _unfinished(world: World, read: Iterable[Resource]) -> list[Resource]:
    """Those that are unfinished, as they are now."""
    now = (world.all(resource.kind)[resource.id] for resource in read)
    return [resource for resource in now if not world.is_settled(resource)]


def _jump(simulation: Simulation, moment: datetime) -> None:
    """Go to `moment`; the timers of all that waits for a person stand still."""
    world, stopped = simulation.world, list[tuple[datetime, Due]]()

    def stop(ids: Iterable[str]) -> None:
        for waiting in [one for one in ids if waits_for_person(world, one)]:
            for due in world.timers.of(waiting):
                world.timers.take_back(due.owner, due.name)
                stopped.append((world.now, due))

    stop([*world.stories, *world.users])
    try:
        due = world.timers.peek()
        for sends in steps(simulation, moment):
            if not sends:
                assert due is not None, "something happened that was not due"
                used = world.used_by(world.resource(due.owner))
                stop([due.owner, *(one.id for one in used)])  # nothing else has begun to wait
            due = world.timers.peek()
        pass_time(world, moment)
    finally:
        later = [due._replace(at=due.at + (world.now - since)) for since, due in stopped]
        for due in sorted(later, key=lambda due: due.at):
            if due.owner in world.stories:  # it may have ended with its login
                world.timers.arm(due.owner, due.name, due.at)
