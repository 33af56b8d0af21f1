"""Calls about the world as a whole: looking at it, beginning it anew, seeding it."""

from __future__ import annotations

import copy
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from deck_sim.contract.resources import Kind
from deck_sim.endpoint import Answer, Request, Route
from deck_sim.engine import commands
from deck_sim.engine.world import World
from deck_sim.errors import ApiError, Problem, listed, nearest, problem, refuse
from deck_sim.later import Later
from deck_sim.simulation import LAST_MOMENT
from deck_sim.wire import check_body, print_moment, read_moment

if TYPE_CHECKING:
    from deck_sim.control import bodies
else:
    bodies = Later("deck_sim.control.bodies")


def show_world(request: Request) -> Answer:
    """`GET /_sim/world`."""
    simulation, world = request.simulation, request.simulation.world
    live = {
        kind: sum(not item.deleted for item in items.values())
        for kind, items in world.resources.items()
    }
    return Answer(
        {
            "edition": world.edition,
            "seed": world.seed,
            "now": print_moment(world.now),
            "clock": simulation.mode,
            "default_scenario": simulation.wishes.default_scenario,
            "queues": simulation.wishes.queues,
            "resources": live,
            "events": len(world.events),
            "crashes": simulation.crashes,
        }
    )


def change_world(request: Request) -> Answer:
    """`PATCH /_sim/world`. The edition and the seed can change only while the world is empty."""
    body = request.read(bodies.ChangeWorld)
    simulation = request.simulation
    if body.default_scenario is not None:
        simulation.library.get(body.default_scenario, "default_scenario")
    begins = body.model_dump(include={"edition", "seed"}, exclude_none=True)
    if begins:
        if any(simulation.world.resources.values()):
            text = (
                f"{listed(begins)} can change only while the world is empty;"
                " begin it anew with `POST /_sim/reset`"
            )
            raise refuse("request/state_invalid", text)
        simulation.world = replace(simulation.world, **begins)
    if body.default_scenario is not None:
        simulation.wishes.default_scenario = body.default_scenario
    return show_world(request)


def reset_world(request: Request) -> Answer:
    """`POST /_sim/reset`: the world begins anew, empty."""
    body = request.read(bodies.NewWorld) if request.body else bodies.NewWorld()
    wanted = body.model_dump(exclude_none=True, exclude={"default_scenario"})
    if body.now is not None:
        wanted["now"] = _beginning(body.now)
    if body.default_scenario is not None:
        request.worlds.library.get(body.default_scenario, "default_scenario")
    simulation = request.worlds.make(request.simulation.key, **wanted)
    if body.default_scenario is not None:
        simulation.wishes.default_scenario = body.default_scenario
    return show_world(replace(request, simulation=simulation))


def _beginning(text: str) -> datetime:
    now = read_moment(text, "now")
    if now > LAST_MOMENT:
        text = f"`now` is too late; a world's time ends at {print_moment(LAST_MOMENT)}"
        raise refuse("request/input_invalid", text, field="now")
    return now


def drop_world(request: Request) -> Answer:
    """`DELETE /_sim/world`: the key is as if it had never been seen."""
    request.worlds.drop(request.simulation.key)
    return Answer({"deleted": True})


def seed(request: Request) -> Answer:
    """`POST /_sim/seed`: resources with fixed ids; emits nothing. All of them, or none."""
    wanted = request.read(bodies.Seed).resources
    world = copy.deepcopy(request.simulation.world)
    kinds = {row.path.replace("-", "_"): row for row in world.rules.kinds.values()}
    seedable = {path: row for path, row in kinds.items() if path != "task_runs"}
    problems = [_unknown_kind(path, list(seedable)) for path in wanted if path not in seedable]
    made: dict[str, list[str]] = {}
    for path, row in seedable.items():
        for index, item in enumerate(wanted.get(path, [])):
            place = f"resources.{path}[{index}]"
            try:
                made.setdefault(path, []).append(_seed_one(world, row, item))
            except ApiError as error:
                problems += [_inside(place, found) for found in error.problems]
    if problems:
        raise ApiError(*problems)
    request.simulation.world = world
    return Answer({"seeded": made})


def _seed_one(world: World, row: Kind, item: dict[str, Any]) -> str:
    standard = check_body(bodies.seeded(row.body("create")), item)
    fields = standard.model_dump(exclude=set(bodies.Standard.model_fields))
    given: dict[str, Any] = {"id": standard.id}
    if standard.id in world.all(row.object):
        text = f"`id` {standard.id!r} is taken by another {row.noun}"
        raise refuse("request/input_invalid", text, field="id")
    if standard.status or row.machine:
        given["status"] = _settled(row, standard.status)
    if standard.created_at:
        moment = read_moment(standard.created_at, "created_at")
        given.update(created_at=moment, updated_at=moment)
    return commands.seed_resource(world, row.object, fields, **given).id


def _settled(row: Kind, status: str | None) -> str:
    """A status that a seeded resource may be in: one that no script has to lead on from."""
    machine = row.machine
    allowed = [s for s in row.statuses if machine is None or s in machine.settled]
    if status is not None and status not in allowed:
        text = f"`status` is {status!r}; a seeded {row.noun} is {listed(allowed, last='or')}"
        raise refuse("request/input_invalid", text, field="status")
    return status or allowed[0]


def _unknown_kind(path: str, allowed: list[str]) -> Problem:
    text = (
        f"`resources` cannot hold {path!r}{nearest(path, allowed)}; it can hold {listed(allowed)}"
    )
    return problem("request/input_invalid", text, field=f"resources.{path}")


def _inside(place: str, found: Problem) -> Problem:
    field = f"{place}.{found.field}" if found.field else place
    return Problem(found.type, found.code, f"{place}: {found.message}", field)


ROUTES = [
    Route("GET", "/world", show_world),
    Route("PATCH", "/world", change_world),
    Route("DELETE", "/world", drop_world),
    Route("POST", "/reset", reset_world),
    Route("POST", "/seed", seed),
]
