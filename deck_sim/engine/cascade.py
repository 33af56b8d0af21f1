"""What a move brings about elsewhere: a run leads what it uses, what goes away ends its users, and
some statuses are left by themselves. Which does what is in the rows of the machines.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from deck_sim.contract.error_catalog import problem
from deck_sim.engine.records import Resource
from deck_sim.engine.timers import AUTO_TRANSITION, DISUSE

if TYPE_CHECKING:
    from deck_sim.engine.world import World


def begin_use(world: World, resource: Resource) -> None:
    """Note what a new run uses, which then ends by no disuse."""
    for used in _works_through(world, resource):
        world.users.setdefault(used.id, {})[resource.id] = None
        world.timers.take_back(used.id, AUTO_TRANSITION, DISUSE)


def _works_through(world: World, resource: Resource) -> list[Resource]:
    """What a run uses and cannot work without: its connection, or credential and session."""
    row = world.kind(resource.kind)
    if not (row.machine and row.machine.works_in):
        return []
    used = {name: kind for name, kind in row.references.items() if world.kind(kind).machine}
    return [world.all(kind)[resource[name]] for name, kind in used.items() if resource[name]]


def end_use(world: World, resource: Resource) -> None:
    """Let go of what a run that is over used."""
    for used in _works_through(world, resource):
        users = world.users.get(used.id, {})
        if resource.id in users:
            del users[resource.id]
            let_pass(world, used)


def lead(world: World, run: Resource) -> None:
    """Let what a run uses follow its step, as far as its own table allows."""
    for name, leads in world.machine(run).leads.items():
        targets = next((leads[word] for word in _words(run) if word in leads), ())
        kind = world.kind(run.kind).references[name]
        used = world.all(kind).get(run[name])
        if used is not None:
            status = str(used.status)
            may = (status, *world.machine(used).follows[status])
            target = next((target for target in targets if target in may), status)
            if target != status:
                world.move(used, target)


def end_users(world: World, resource: Resource) -> None:
    """A run cannot outlive what it works through (assumed)."""
    machine, status = world.machine(resource), str(resource.status)
    error = machine.fails_users_with.get(status)
    if error is None and status not in machine.cancels_users_in:
        return
    text = f"The {world.kind(resource.kind).noun} became `{status}` during the run."
    for run in [world.all("task_run")[user] for user in world.users.pop(resource.id, {})]:
        if str(run.status) in world.machine(run).passages:
            continue  # it is ending already
        if error is not None:
            world.fail(run, problem(error, text))
        else:
            world.cancel(run)


def let_pass(world: World, resource: Resource) -> None:
    """Let a resource that nobody uses leave its status by itself, if its row says so."""
    machine = world.kind(resource.kind).machine
    if machine is None or not machine.passages:
        return
    world.timers.take_back(resource.id, AUTO_TRANSITION, DISUSE)
    auto_transition = machine.passages.get(str(resource.status))
    if auto_transition and not world.users.get(resource.id):
        name = DISUSE if auto_transition.patience else AUTO_TRANSITION
        world.timers.arm(resource.id, name, world.now + auto_transition.after)


def _words(run: Resource) -> list[str]:
    """The words by which `Machine.leads` knows a run's step, the closest first. What a run fails
    with tells nothing of its login before it has begun to work.
    """
    errors = run["errors"] if run.started_at else []
    named = [f"{error['type']}/{error['code']}" for error in errors]
    return [*named, *(error["type"] for error in errors), str(run.status)]
