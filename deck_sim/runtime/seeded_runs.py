"""Seeded task runs: finished ones, and those that play a scenario from now on."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Annotated, Any

from pydantic import Field

from deck_sim.base.durations import spell_duration
from deck_sim.base.errors import listed, nearest
from deck_sim.contract.bodies import Body, JsonObject, Text
from deck_sim.contract.error_catalog import (
    ApiError,
    Problem,
    problem,
    raise_problems,
    refuse,
    run_errors,
)
from deck_sim.contract.resources import Kind
from deck_sim.engine import checks, commands
from deck_sim.engine.json_schema import violations
from deck_sim.engine.records import Resource
from deck_sim.runtime.simulation import Refusal, Simulation
from deck_sim.scenario.selection import check_scenario
from deck_sim.scenario.synthesis.outputs import NoValidOutput, make_output

RUN = "task_run"


class SeededError(Body):
    """An error of a failed run, as the API shows it; the catalog has a message."""

    type: Text
    code: Text
    field: str | None = None
    message: Text | None = None


class SeededRun(Body):
    """The fields of a seeded run besides those of the run call."""

    task_id: Text
    scenario: Text | None = None
    output: JsonObject | None = None
    errors: list[SeededError] = Field(default_factory=list)
    result: Text | None = None
    runtime_ms: Annotated[int, Field(ge=0)] = 0


_OUTCOME = ("status", "created_at", "output", "errors", "result", "runtime_ms")


def run_problems(simulation: Simulation, item: Mapping[str, Any], status: Any) -> list[Problem]:
    """The problems of a seeded run in this status, as far as its fields have the right type."""
    world = simulation.world
    problems = checks.use_problems(world, RUN, item)
    task_id, scenario = item.get("task_id"), item.get("scenario")
    task = world.find("task", task_id) if isinstance(task_id, str) else None
    if task is not None:
        problems += checks.input_problems(world, task, item)
    elif isinstance(task_id, str) and task_id:
        problems.append(checks.not_found(world, "task", task_id, "task_id"))
    if scenario is None:
        return problems + _outcome_problems(simulation, item, status, task)
    for name in _OUTCOME:
        if item.get(name) is not None:
            text = f"`{name}` is decided by `scenario`; leave one of them out"
            problems.append(problem("request/input_invalid", text, field=name))
    if isinstance(scenario, str) and scenario:
        try:
            check_scenario(scenario, "scenario", simulation.library, world.edition)
        except ApiError as error:
            problems += error.problems
    return problems


def _outcome_problems(
    simulation: Simulation, item: Mapping[str, Any], status: Any, task: Resource | None
) -> list[Problem]:
    rules = simulation.world.rules
    row, errors, output = rules.kinds[RUN], item.get("errors") or [], item.get("output")
    wrong = dict[str, str]()
    if errors and status != "failed":
        wrong["errors"] = f"only a `failed` run has `errors`, and this one is `{status}`"
    elif status == "failed" and not errors:
        wrong["errors"] = "a `failed` run needs `errors`, such as [{type: task, code: task_failed}]"
    if output is not None and status != "completed":
        wrong["output"] = f"only a `completed` run has an `output`, and this one is `{status}`"
    known = [name for name in run_errors() if rules.has_error(name)]
    for index, error in enumerate(errors if isinstance(errors, list) else ()):
        name = _error_name(error)
        if name is not None and name not in known:
            near = nearest(name, known)
            wrong[f"errors[{index}].code"] = f"no run fails with {name!r}{near}"
    wrong |= _result_problems(row, item.get("result"), str(status))
    problems = [problem("request/input_invalid", text, field=at) for at, text in wrong.items()]
    if task is not None and isinstance(output, dict):
        problems += violations(task["output_schema"], output, "output")
    return problems


def _error_name(error: Any) -> str | None:
    if not isinstance(error, Mapping):
        return None
    type_, code = error.get("type"), error.get("code")
    return f"{type_}/{code}" if isinstance(type_, str) and isinstance(code, str) else None


def _result_problems(row: Kind, result: Any, status: str) -> dict[str, str]:
    if result is None:
        return {}
    if "result" not in row.attributes:
        return {"result": "a run has no `result` in this edition; leave it out"}
    results = row.machine.results if row.machine else {}
    allowed = [*results.values()] if status == "completed" else [results.get(status, "")]
    if result in allowed:
        return {}
    can_be = listed(allowed, last="or")
    return {"result": f"`result` is {result!r}; that of a `{status}` run is {can_be}"}


def seed_run(simulation: Simulation, body: Any, given: Mapping[str, Any]) -> Resource:
    """Add a run without an event; `given` is its id, and its status and moments if it has ended."""
    world = simulation.world
    row, task = world.kind(RUN), checks.fetch(world, "task", body.task_id)
    uses = commands.used_ids(world, dict(body))
    if body.scenario is not None:
        return _play(simulation, task, uses, body)
    output, errors, timeout = body.output, list[Any](), task["settings"]["timeout_seconds"]
    results = world.rules.machine(RUN).results
    is_success = body.result in (None, results.get("completed"))
    if output is None and given["status"] == "completed" and is_success:
        output = _make_output(simulation, task, given["id"])
    for error in body.errors:
        name, after = f"{error.type}/{error.code}", spell_duration(timedelta(seconds=timeout))
        found = problem(name, error.message, field=error.field, timeout=after)
        errors.append(found.as_json())
    fields = {
        "task_id": task.id,
        "agent_id": task["agent_id"],
        **uses,
        "output": output,
        "errors": errors,
        "interaction": None,
        "runtime_ms": body.runtime_ms,
    }
    if "result" in row.attributes:
        fields["result"] = body.result or results[given["status"]]
    hidden = {"input": body.input, "timeout_seconds": timeout}
    return world.create(RUN, fields, hidden, silent=True, **given)


def _make_output(simulation: Simulation, task: Resource, run_id: str) -> Any:
    world = simulation.world
    try:
        return make_output(task["output_schema"], world.seed, run_id, world.now)
    except NoValidOutput as error:
        raise_problems(error.problems)


def _play(simulation: Simulation, task: Resource, uses: Mapping[str, Any], body: Any) -> Resource:
    world = simulation.world
    login, _ = commands.check_used(world, uses)
    facts = commands.run_facts(world, task, body.input, login, uses["source_id"])
    try:
        script = simulation.choose(RUN, body.scenario, facts)
    except Refusal as refusal:
        text = (
            f"`scenario`: {body.scenario!r} refuses the call of a run ({refusal.text}), so it plays"
            " none; choose another one"
        )
        raise refuse("request/input_invalid", text, field="scenario") from None
    run = commands.begin_run(world, task, uses, body.input, script, silent=True, id=body.id)
    simulation.record_choice(run.id)
    return run
