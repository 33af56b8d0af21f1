"""Seeding: putting resources with fixed ids into a world, without events."""

import copy
from collections.abc import Mapping
from datetime import datetime
from functools import cache
from typing import Any

from pydantic import Field, create_model

from deck_sim.base.errors import listed, nearest, quote
from deck_sim.base.limits import MOST_PROBLEMS
from deck_sim.base.validation import UNKNOWN_KEY
from deck_sim.contract.bodies import Body, Text
from deck_sim.contract.editions import Edition
from deck_sim.contract.error_catalog import ApiError, Problem, problem, raise_problems
from deck_sim.contract.resources import Kind
from deck_sim.engine import checks, commands
from deck_sim.runtime.moments import LAST_MOMENT, print_moment, read_moment
from deck_sim.runtime.request_bodies import check_body
from deck_sim.runtime.seeded_runs import RUN, SeededRun, run_problems, seed_run
from deck_sim.runtime.simulation import Simulation

Seed = Mapping[str, list[dict[str, Any]]]  # by the plural in the API's paths


class Standard(Body):
    """The fields that every seeded resource may have besides those of its create call."""

    id: Text = Field(max_length=255)
    status: Text | None = None
    created_at: Text | None = None


@cache
def _seeded(create: type[Body], *extra: type[Body]) -> type[Standard]:
    bases: tuple[Any, ...] = (Standard, *extra, create)
    return create_model(create.__name__.replace("Create", "Seed"), __base__=bases)


def seedable(edition: Edition) -> dict[str, Kind]:
    """The kinds that can be seeded in an edition, by the plural in the API's paths."""
    rows = (row for row in edition.kinds.values() if row.create)
    return {row.path.replace("-", "_"): row for row in rows}


def seed_resources(
    simulation: Simulation, seed: Seed, *, latest: datetime = LAST_MOMENT
) -> dict[str, list[str]]:
    """Create resources, all of them or none; returns their ids.

    None may be created after `latest`. A world file sets no limit, since its worlds may begin at
    any time.

    Raises:
        ApiError: with every problem and its field, such as `resources.tasks[0].name`.

    """
    ahead = copy.copy(simulation)
    ahead.world = copy.deepcopy(simulation.world)
    ahead.selection = copy.deepcopy(simulation.selection)
    ahead.choices, ahead.chosen = copy.deepcopy(simulation.choices), {**simulation.chosen}
    made = _seed_each(ahead, seed, latest)
    simulation.world, simulation.selection = ahead.world, ahead.selection
    simulation.choices, simulation.chosen = ahead.choices, ahead.chosen
    return made


def _seed_each(ahead: Simulation, seed: Seed, latest: datetime) -> dict[str, list[str]]:
    """Create the resources in a copy; returns their ids."""
    made: dict[str, list[str]] = {}
    world = ahead.world
    known = seedable(world.rules)
    problems: list[Problem] = []
    unread: list[str] = []
    for path in (path for path in seed if path not in known):
        unread += _ids(seed[path])
        near = nearest(path, known)
        text = f"{UNKNOWN_KEY} {quote(path)}{near}; `resources` can hold {listed([*known])}"
        problems.append(problem("request/input_invalid", text, field=f"resources.{path}"))
        if len(problems) > MOST_PROBLEMS:
            raise ApiError(*problems)
    written = {row.object: [*unread, *_ids(seed.get(path, []))] for path, row in known.items()}
    taken = {id_ for kind in world.resources.values() for id_ in kind}
    for path, row in known.items():
        for index, item in enumerate(seed.get(path, [])):
            try:
                made.setdefault(path, []).append(_seed_one(ahead, row, item, taken, latest))
            except ApiError as error:
                place = f"resources.{path}[{index}]"
                for one in error.problems:
                    # A reference to a resource that itself could not be seeded is no mistake.
                    kind = {"task_id": "task", **row.references}.get(f"{one.field}", "")
                    if item.get(f"{one.field}") not in written.get(kind, ()):
                        field = f"{place}.{one.field}" if one.field else place
                        message = f"{place}: {one.message}"
                        problems.append(Problem(one.type, one.code, message, field))
            taken |= _ids([item])
            if len(problems) > MOST_PROBLEMS:
                raise ApiError(*problems)
    raise_problems(problems)
    return made


def _seed_one(
    simulation: Simulation, row: Kind, item: dict[str, Any], taken: set[str], latest: datetime
) -> str:
    world, is_run = simulation.world, row.object == RUN

    def also(data: dict[str, Any]) -> list[Problem]:
        beyond = (
            run_problems(simulation, data, data.get("status") or _usual_status(row, data))
            if is_run
            else checks.body_problems(world, row.object, data)
        )
        return _standard_problems(row, data, taken, latest) + beyond

    assert row.create is not None
    model = _seeded(world.rules.body(row.create), *([SeededRun] if is_run else []))
    standard = check_body(model, item, also)
    problems = also(item)
    if problems:
        raise ApiError(*problems)
    fields = standard.model_dump(exclude=set(Standard.model_fields))
    given: dict[str, Any] = {"id": standard.id}
    if row.machine:
        given["status"] = standard.status or _usual_status(row, item)
    if standard.created_at:
        moment = read_moment(standard.created_at, "created_at")
        given.update(created_at=moment, updated_at=moment)
    if is_run:
        return seed_run(simulation, standard, given).id
    return commands.seed_resource(world, row.object, fields, **given).id


def _standard_problems(
    row: Kind, item: Mapping[str, Any], taken: set[str], latest: datetime
) -> list[Problem]:
    """The problems of the fields of `Standard`, as far as these are strings."""
    problems: list[Problem] = []
    id_, status, created_at = (item.get(name) for name in Standard.model_fields)
    if isinstance(id_, str) and id_ in taken:
        text = f"`id` {id_!r} is taken by another resource; each needs an id of its own"
        problems.append(problem("request/input_invalid", text, field="id"))
    allowed = _settled(row)
    if isinstance(status, str) and status and status not in allowed:
        near = "" if status in row.statuses else nearest(status, allowed)
        can_be = f"is {listed(allowed, last='or')}" if allowed else "has no `status`"
        text = f"`status` is {status!r}{near}; a seeded {row.noun} {can_be}"
        problems.append(problem("request/input_invalid", text, field="status"))
    if isinstance(created_at, str) and created_at:
        try:
            if read_moment(created_at, "created_at") > latest:
                text = (
                    f"`created_at` is {created_at}, and in this world it is {print_moment(latest)};"
                    " give an earlier moment, or move the clock first"
                )
                problems.append(problem("request/input_invalid", text, field="created_at"))
        except ApiError as error:
            problems += error.problems
    return problems


def _usual_status(row: Kind, item: Mapping[str, Any]) -> str:
    """The status of a resource that is seeded without one."""
    return "failed" if item.get("errors") else _settled(row)[0]


def _settled(row: Kind) -> list[str]:
    """The statuses that need no script to continue."""
    machine = row.machine
    return [s for s in row.statuses if machine is None or s in machine.settled]


def _ids(items: list[dict[str, Any]]) -> set[str]:
    return {id_ for item in items if isinstance(id_ := item.get("id"), str)}
