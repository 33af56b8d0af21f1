"""Seeding: putting resources with fixed ids into a world, without events."""

import copy
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from functools import cache
from typing import Annotated, Any

from pydantic import Field, create_model

from deck_sim.base.durations import spell_duration
from deck_sim.base.errors import listed, nearest, quote
from deck_sim.base.validation import UNKNOWN_KEY
from deck_sim.contract.bodies import Body, JsonObject, Text
from deck_sim.contract.editions import Edition
from deck_sim.contract.error_catalog import (
    ApiError,
    Problem,
    problem,
    raise_problems,
    run_errors,
)
from deck_sim.contract.json_schema import violations
from deck_sim.contract.kinds import Kind
from deck_sim.engine import body_checks, commands
from deck_sim.engine.world_values import Resource
from deck_sim.runtime.moment_text import LAST_MOMENT, format_moment, read_moment
from deck_sim.runtime.request_bodies import check_body
from deck_sim.runtime.simulation import Simulation
from deck_sim.scenario.outputs import NoValidOutput, make_output
from deck_sim.scenario.selection import check_scenario

RUN = "task_run"
Seed = Mapping[str, list[dict[str, Any]]]  # by the plural in the API's paths


class Standard(Body):
    """The fields of a seeded resource in addition to those of its create call; `id` is required."""

    id: Text = Field(max_length=255)
    status: Text | None = None
    created_at: Text | None = None


class SeededError(Body):
    """An error of a failed run, as the API shows it; `message` defaults to the error catalog's."""

    type: Text
    code: Text
    field: str | None = None
    message: Text | None = None


class SeededRun(Body):
    """The fields of a seeded run in addition to those of the run call."""

    task_id: Text
    scenario: Text | None = None
    output: JsonObject | None = None
    errors: list[SeededError] = Field(default_factory=list)
    result: Text | None = None
    runtime_ms: Annotated[int, Field(ge=0)] = 0


_OUTCOME = ("status", "created_at", "output", "errors", "result", "runtime_ms")


_make_model = cache(create_model)  # once for each kind and edition: it takes milliseconds


def seedable(edition: Edition) -> dict[str, Kind]:
    """Return the kinds that can be seeded in an edition, by the plural in the API's paths."""
    rows = (row for row in edition.kinds.values() if row.create)
    return {row.path.replace("-", "_"): row for row in rows}


_REPLACED = ("world", "selection", "choices", "chosen")  # by changed copies if all is right


def seed_resources(
    simulation: Simulation, seed: Seed, *, latest: datetime = LAST_MOMENT
) -> dict[str, list[str]]:
    """Create resources, all of them or none; return their ids by the keys of `seed`.

    No `created_at` may be later than `latest`. A world file sets no limit, since its worlds may
    begin at any time. Raises ApiError with every problem and its field, such as
    `resources.tasks[0].name`. A wrong reference may result from another problem, so it is reported
    only if the resource has the right types, and no resource of an earlier kind has a problem.
    """
    trial = copy.copy(simulation)
    for name in _REPLACED:
        setattr(trial, name, copy.deepcopy(getattr(simulation, name)))
    ids: dict[str, list[str]] = {}
    kinds = seedable(trial.world.contract)
    problems: list[Problem] = []
    for path in (path for path in seed if path not in kinds):
        near = nearest(path, kinds)
        text = f"{UNKNOWN_KEY} {quote(path)}; `resources` can hold {listed([*kinds])}{near}"
        problems.append(problem("request/input_invalid", text, field=f"resources.{path}"))
    for path, row in kinds.items():
        earlier = [*problems]
        for index, item in enumerate(seed.get(path, [])):
            try:
                ids.setdefault(path, []).append(_seed_one(trial, row, item, latest))
            except ApiError as error:
                place = f"resources.{path}[{index}]"
                for inner in error.problems:
                    # A reference may name a resource that has mistakes itself.
                    if not earlier or inner.field not in ("task_id", *row.references):
                        field = f"{place}.{inner.field}" if inner.field else place
                        beginning = f"{place}: {inner.place}"
                        problems.append(replace(inner, field=field, place=beginning))
    raise_problems(problems)
    for name in _REPLACED:
        setattr(simulation, name, getattr(trial, name))
    return ids


def _seed_one(simulation: Simulation, row: Kind, item: dict[str, Any], latest: datetime) -> str:
    world, is_run, machine = simulation.world, row.object == RUN, row.machine
    assert row.create is not None
    create = world.contract.body(row.create)
    bases = (Standard, SeededRun, create) if is_run else (Standard, create)
    body: Any = check_body(_make_model("Seeded", __base__=bases), item)
    wrong: dict[str, str] = {}  # by field
    # The statuses that need no script to continue.
    settled = [s for s in row.statuses if machine is None or s in machine.settled]
    if any(body.id in kind for kind in world.resources.values()):
        wrong["id"] = f"`id` {body.id!r} is taken by another resource; each needs its own id"
    if body.status is not None and body.status not in settled:
        near = "" if body.status in row.statuses else nearest(body.status, settled)
        can_be = f"can be {listed(settled, last='or')}" if settled else "has no `status`"
        wrong["status"] = f"`status` is {body.status!r}{near}; a seeded {row.noun} {can_be}"
    status = body.status or ("failed" if item.get("errors") else next(iter(settled), ""))
    record: dict[str, Any] = {"id": body.id, **({"status": status} if machine else {})}
    if body.created_at:
        moment = read_moment(body.created_at, "created_at")
        record.update(created_at=moment, updated_at=moment)
        if moment > latest:
            wrong["created_at"] = (
                f"`created_at` is {body.created_at}, but this world's time is"
                f" {format_moment(latest)}; give an earlier moment, or move the clock first"
            )
    if is_run:
        problems = _run_problems(simulation, body, item, status, wrong)
    else:
        problems = body_checks.body_problems(world, row.object, item)
    texts = [problem("request/input_invalid", text, field=field) for field, text in wrong.items()]
    raise_problems([*texts, *problems])
    if is_run:
        return _seed_run(simulation, body, record).id
    fields = body.model_dump(exclude=set(Standard.model_fields))
    return commands.seed_resource(world, row.object, fields, **record).id


def _run_problems(
    simulation: Simulation, body: Any, item: Mapping[str, Any], status: str, wrong: dict[str, str]
) -> list[Problem]:
    """Return the problems of a run, but add those that are only a text to `wrong`, by field."""
    world = simulation.world
    problems = body_checks.use_problems(world, RUN, item)
    task = world.find("task", body.task_id)
    if task is None:
        problems.append(world.not_found("task", body.task_id, "task_id"))
    else:
        problems += body_checks.input_problems(world, task, item)
    results = world.contract.machine(RUN).results
    allowed = [result for of, result in results.items() if status in ("completed", of)]
    if body.scenario is not None:
        text = "`{}` is decided by `scenario`; leave one of them out"
        wrong |= {name: text.format(name) for name in _OUTCOME if item.get(name) is not None}
        try:
            check_scenario(body.scenario, "scenario", simulation.library, world.edition)
        except ApiError as error:
            problems += error.problems
    elif bool(body.errors) != (status == "failed"):
        missing = "a `failed` run must have `errors`, such as [{type: task, code: task_failed}]"
        surplus = f"only a `failed` run can have `errors`, but this run is `{status}`"
        wrong["errors"] = surplus if body.errors else missing
    elif body.output is not None and status != "completed":
        wrong["output"] = f"only a `completed` run can have `output`, but this run is `{status}`"
    elif body.output is not None and task is not None:
        problems += violations(task["output_schema"], body.output, "output")
    error_names = [name for name in run_errors() if world.contract.has_error(name)]
    for index, row in enumerate(body.errors):
        name = f"{row.type}/{row.code}"
        if name not in error_names:
            near = nearest(name, error_names) or "; `deck-sim schema` lists every error"
            wrong[f"errors[{index}].code"] = f"no run fails with {name!r}{near}"
    if body.result not in (None, *allowed):
        can_be = listed(allowed, last="or")
        wrong["result"] = f"`result` is {body.result!r}; for a `{status}` run it can be {can_be}"
    return problems


def _seed_run(simulation: Simulation, body: Any, record: Mapping[str, Any]) -> Resource:
    world = simulation.world
    row, task = world.kind(RUN), world.fetch("task", body.task_id)
    uses = commands.used_ids(world, dict(body))
    if body.scenario is not None:
        login, _ = commands.check_used(world, uses)
        facts = commands.run_facts(world, task, body.input, login, uses["source_id"])
        script = simulation.choose(RUN, body.scenario, facts)
        run = commands.begin_run(world, task, uses, body.input, script, silent=True, id=body.id)
        simulation.record_choice(run.id)
        return run
    output, timeout = body.output, task["settings"]["timeout_seconds"]
    results = world.contract.machine(RUN).results
    is_success = body.result in (None, results.get("completed"))
    if output is None and record["status"] == "completed" and is_success:
        try:
            output = make_output(task["output_schema"], world.seed, record["id"], world.now)
        except NoValidOutput as error:
            raise_problems(error.problems)
    after = spell_duration(timedelta(seconds=timeout))
    errors = [
        problem(f"{e.type}/{e.code}", e.message, field=e.field, timeout=after) for e in body.errors
    ]
    fields = {
        "task_id": task.id,
        "agent_id": task["agent_id"],
        **uses,
        "output": output,
        "errors": [error.as_json() for error in errors],
        "interaction": None,
        "runtime_ms": body.runtime_ms,
    }
    if "result" in row.attributes:
        fields["result"] = body.result or results[record["status"]]
    hidden = {"input": body.input, "timeout_seconds": timeout}
    return world.create(RUN, fields, hidden, silent=True, **record)
