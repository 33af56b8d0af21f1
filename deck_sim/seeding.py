"""Seeding: resources that are there from the start, with fixed ids. It emits nothing."""

import copy
from collections.abc import Mapping
from typing import Any

from pydantic import ConfigDict, Field

from deck_sim.contract.bodies import Body, Text
from deck_sim.contract.resources import Kind
from deck_sim.engine import commands
from deck_sim.engine.world import World
from deck_sim.errors import ApiError, Problem, listed, nearest, problem, refuse
from deck_sim.simulation import Simulation
from deck_sim.wire import check_body, read_moment

Wanted = Mapping[str, list[dict[str, Any]]]  # by the plural that the API's paths use


class Standard(Body):
    """What a seeded resource may say beside its kind's own fields."""

    model_config = ConfigDict(strict=True, extra="ignore", frozen=True)
    id: Text = Field(max_length=255)
    status: Text | None = None
    created_at: Text | None = None


def seed_resources(simulation: Simulation, wanted: Wanted) -> dict[str, list[str]]:
    """Put resources there, all of them or none; returns their ids.

    Raises:
        ApiError: with every problem and its place, as `resources.tasks[0].name`.

    """
    world = copy.deepcopy(simulation.world)
    seedable = {
        row.path: row
        for row in world.rules.kinds.values()
        if row.create and row.path != "task-runs"
    }
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
    simulation.world = world
    return made


def _seed_one(world: World, row: Kind, item: dict[str, Any]) -> str:
    assert row.create is not None
    standard = check_body(Standard, item)
    own = {name: value for name, value in item.items() if name not in Standard.model_fields}
    fields = check_body(row.create, own).model_dump()
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
