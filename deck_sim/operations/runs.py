"""Starting a run together with all that it needs, for people who have no application at hand."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Any

from deck_sim.contract.error_catalog import ApiError
from deck_sim.engine import commands
from deck_sim.engine.script import SCRIPT_KINDS
from deck_sim.engine.world_values import Resource
from deck_sim.operations.table import Json, operation
from deck_sim.runtime.advance import advance_until_event
from deck_sim.runtime.registry import WorldRegistry
from deck_sim.runtime.serialization import resource_as_json
from deck_sim.runtime.simulation import Simulation

if TYPE_CHECKING:
    from deck_sim.operations.parameters import Text

_LIMIT = timedelta(days=1)  # until a login is ready
_SITE = {"type": "website", "website": {"url": "https://source.example"}}


@operation("POST", "/runs", shows_records=True)
async def start_run(
    simulation: Simulation,
    worlds: WorldRegistry,
    has_left: Callable[[], bool],
    scenario: Text | None = None,
) -> Json:
    """Start a run that plays `scenario`, with the latest task and login that can be used; what is
    missing (agent, source, task, login) is made. If the scenario has a script for a login or
    session, a new one plays it. For a run after that, the clock moves until the login is ready. The
    `resource` in the answer is the run; or the login or session, if no run was started.
    """
    played = simulation.library.get(scenario or simulation.selection.default_scenario, "scenario")
    contract, edition = simulation.world.contract, simulation.world.edition
    kinds = (kind for kind in SCRIPT_KINDS if kind in contract.kinds)
    scripts = {kind for kind in kinds if played.defines(kind, edition)}
    source = _find_or_seed(simulation, "source", {"name": "Source", **_SITE})
    agent = _find_or_seed(simulation, "agent", {"name": "Agent"})
    task = _find_or_seed(simulation, "task", {"name": "Task", "agent_id": agent.id})
    ready = contract.login_status
    fields: Json = {"source_id": source.id, "auth_method": "none"}
    if contract.login in scripts:
        fields["external_id"] = None
        open_login = partial(commands.open_connection, simulation.world, fields)
        login = _start(simulation, contract.login, scenario, open_login)
        if "task_run" in scripts and login.status != ready:
            event = f"{login.kind}.{contract.machine(login.kind).events[ready]}"
            advance = advance_until_event(simulation, [event], login.id, _LIMIT)
            with suppress(ApiError):  # it will never be ready, as its script says
                await worlds.dispatcher.drive(simulation, advance, has_left)
        login = simulation.world.resource(login.id)
        if "task_run" not in scripts or login.status != ready:
            return _show(simulation, login)
    else:
        login = _find_or_seed(simulation, contract.login, {**fields, "status": ready}, ready)
    uses = {f"{login.kind}_id": login.id, "input": None}
    if scripts == {"session"}:
        open_session = partial(commands.start_session, simulation.world, uses)
        return _show(simulation, _start(simulation, "session", scenario, open_session))
    run_it = partial(commands.run_task, simulation.world, task, uses)
    return _show(simulation, _start(simulation, "task_run", scenario, run_it))


def _find_or_seed(
    simulation: Simulation, kind: str, fields: Mapping[str, Any], status: str | None = None
) -> Resource:
    """Return the latest resource of a kind (and of a `status`, if one is given), or a new one."""
    world = simulation.world
    for resource in reversed([*world.all(kind).values()]):
        if not resource.deleted and status in (None, resource.status):
            return resource
    from deck_sim.runtime.seeding import seed_resources  # slow: pydantic

    row = world.kind(kind)
    id_ = world.next_id(row.prefix)
    seed_resources(simulation, {row.path: [{**fields, "id": id_}]})
    return simulation.world.resource(id_)


def _start(
    simulation: Simulation,
    kind: str,
    scenario: str | None,
    start: Callable[[commands.Choose], Resource],
) -> Resource:
    resource = start(partial(simulation.choose, kind, scenario))
    simulation.record_choice(resource.id)
    return simulation.world.resource(resource.id)


def _show(simulation: Simulation, resource: Resource) -> Json:
    return {"kind": resource.kind, "resource": resource_as_json(simulation, resource)}
