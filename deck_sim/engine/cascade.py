"""Consequences of a status, as the rows of the machines say: new statuses of the resources that a
run uses, and timers. `World` makes the moves.
"""

from collections.abc import Iterator

from deck_sim.engine.records import Resource
from deck_sim.engine.timers import AUTO_TRANSITION, DISUSE, SCREENSHOT
from deck_sim.engine.world_state import WorldState


def find_led(world: WorldState, run: Resource) -> Iterator[tuple[Resource, str]]:
    """The resources that a run moves, each with its next status, if their own tables allow it."""
    machine = world.machine(run)
    if not machine.leads:
        return
    # The errors of a run say nothing about its login before it has begun to work.
    errors = run["errors"] if run.started_at else []
    words = [f"{error['type']}/{error['code']}" for error in errors]
    words += [*(error["type"] for error in errors), str(run.status)]
    for name, leads in machine.leads.items():
        targets = next((leads[word] for word in words if word in leads), ())
        used = world.all(world.kind(run.kind).references[name]).get(run[name])
        if used is not None:
            status = str(used.status)
            reachable = (status, *world.machine(used).follows[status])
            target = next((target for target in targets if target in reachable), status)
            if target != status:
                yield used, target


def arm_auto_transition(world: WorldState, resource: Resource) -> None:
    """Set the timer by which a resource that no run uses leaves its status by itself."""
    machine = world.kind(resource.kind).machine
    if machine is None or not machine.auto_transitions:
        return
    world.timers.take_back(resource.id, AUTO_TRANSITION, DISUSE)
    row = machine.auto_transitions.get(str(resource.status))
    after = row and (row.after or getattr(world.options, row.option))
    if row and after and not world.users.get(resource.id):
        name = DISUSE if row.is_timeout else AUTO_TRANSITION
        world.timers.arm(resource.id, name, world.now + after)


def arm_screenshot(world: WorldState, resource: Resource) -> None:
    """Set the timer of the next screenshot if the resource is a run that takes some now."""
    machine = world.machine(resource)
    if machine.is_run:
        world.timers.take_back(resource.id, SCREENSHOT)
        if world.options.screenshots and resource.status == machine.timed_from:
            world.timers.arm(resource.id, SCREENSHOT, world.now + world.rules.screenshot_interval)
