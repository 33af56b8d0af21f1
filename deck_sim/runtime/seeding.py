"""Seeding: resources that are there from the start, with fixed ids. It emits nothing."""

import copy
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

from pydantic import Field, create_model

from deck_sim.base.errors import listed, nearest, quote
from deck_sim.base.validation import UNKNOWN_NAME
from deck_sim.contract.bodies import Body, Text
from deck_sim.contract.editions import Edition
from deck_sim.contract.error_catalog import ApiError, Problem, problem, refuse
from deck_sim.contract.resources import Kind
from deck_sim.engine import commands
from deck_sim.engine.world import World
from deck_sim.runtime.serialization import check_body, read_moment
from deck_sim.runtime.simulation import Simulation

Wanted = Mapping[str, list[dict[str, Any]]]  # by the plural that the API's paths use


class Standard(Body):
    """What a seeded resource may say beside its kind's own fields."""

    id: Text = Field(max_length=255)
    status: Text | None = None
    created_at: Text | None = None


@cache
def _seeded(create: type[Body]) -> type[Standard]:
    """A seeded resource of the kind that `create` makes."""
    bases: tuple[Any, ...] = (Standard, create)
    return create_model(create.__name__.replace("Create", "Seed"), __base__=bases)


def seedable(edition: Edition) -> dict[str, Kind]:
    """What can be seeded in an edition, by the plural that the API's paths use."""
    return {
        row.path: row for row in edition.kinds.values() if row.create and row.path != "task-runs"
    }


def seed_resources(simulation: Simulation, wanted: Wanted) -> dict[str, list[str]]:
    """Put resources there, all of them or none; returns their ids.

    Raises:
        ApiError: with every problem and its place, as `resources.tasks[0].name`.

    """
    world = copy.deepcopy(simulation.world)
    known = seedable(world.rules)
    problems = [_unknown_kind(path, list(known)) for path in wanted if path not in known]
    made: dict[str, list[str]] = {}
    unread = set().union(*(_ids(wanted[path]) for path in wanted if path not in known))
    written = {row.object: unread | _ids(wanted.get(path, [])) for path, row in known.items()}
    for path, row in known.items():
        taken = {*world.all(row.object)}
        for index, item in enumerate(wanted.get(path, [])):
            try:
                made.setdefault(path, []).append(_seed_one(world, row, item, taken))
            except ApiError as error:
                told = [one for one in error.problems if not _is_written(one, row, item, written)]
                problems += [_inside(f"resources.{path}[{index}]", one) for one in told]
            taken |= _ids([item])
    if problems:
        raise ApiError(*problems)
    simulation.world = world
    return made


def _seed_one(world: World, row: Kind, item: dict[str, Any], taken: set[str]) -> str:
    def also(data: dict[str, Any]) -> list[Problem]:
        beyond = commands.body_problems(world, row.object, data)
        return _standard_problems(row, data, taken) + beyond

    assert row.create is not None
    standard = check_body(_seeded(world.rules.body(row.create)), item, also)
    problems = also(item)
    if problems:
        raise ApiError(*problems)
    fields = standard.model_dump(exclude=set(Standard.model_fields))
    given: dict[str, Any] = {"id": standard.id}
    if standard.status or row.machine:
        given["status"] = standard.status or _settled(row)[0]
    if standard.created_at:
        moment = read_moment(standard.created_at, "created_at")
        given.update(created_at=moment, updated_at=moment)
    return commands.seed_resource(world, row.object, fields, **given).id


def _standard_problems(row: Kind, item: Mapping[str, Any], taken: set[str]) -> list[Problem]:
    """What is wrong with the id, the status and the moment of an item, as far as they are text."""
    problems: list[Problem] = []
    for name, check in _CHECKS.items():
        if isinstance(item.get(name), str) and item[name]:
            try:
                check(row, item[name], taken)
            except ApiError as error:
                problems += error.problems
    return problems


def _check_id(row: Kind, id_: str, taken: set[str]) -> None:
    if id_ in taken:
        text = f"`id` {id_!r} is taken by another {row.noun}"
        raise refuse("request/input_invalid", text, field="id")


def _check_status(row: Kind, status: str, taken: set[str]) -> None:
    allowed = _settled(row)
    if status not in allowed:
        near = "" if status in row.statuses else nearest(status, allowed)
        words = f"is {listed(allowed, last='or')}" if allowed else "has no status to begin with"
        can_be = f"a seeded {row.noun} {words}"
        text = f"`status` is {status!r}{near}; {can_be}"
        raise refuse("request/input_invalid", text, field="status")


def _check_moment(row: Kind, moment: str, taken: set[str]) -> None:
    read_moment(moment, "created_at")


_CHECKS: dict[str, Callable[[Kind, str, set[str]], None]] = {
    "id": _check_id,
    "status": _check_status,
    "created_at": _check_moment,
}


def _settled(row: Kind) -> list[str]:
    """The statuses that a seeded resource may be in: those that no script has to lead on from."""
    machine = row.machine
    return [s for s in row.statuses if machine is None or s in machine.settled]


def _ids(items: list[dict[str, Any]]) -> set[str]:
    """The ids that are written there, whatever else is wrong."""
    return {id_ for item in items if isinstance(id_ := item.get("id"), str)}


def _is_written(
    found: Problem, row: Kind, item: dict[str, Any], written: Mapping[str, set[str]]
) -> bool:
    """Whether a reference leads nowhere only because what it names could not be seeded."""
    kind = row.references.get(f"{found.field}", "")
    return item.get(f"{found.field}") in written.get(kind, ())


def _unknown_kind(path: str, allowed: list[str]) -> Problem:
    near = nearest(path, allowed)
    text = f"{UNKNOWN_NAME} {quote(path)}{near}; `resources` can hold {listed(allowed)}"
    return problem("request/input_invalid", text, field=f"resources.{path}")


def _inside(place: str, found: Problem) -> Problem:
    field = f"{place}.{found.field}" if found.field else place
    return Problem(found.type, found.code, f"{place}: {found.message}", field)
