"""Seeded task runs: finished ones, and those that play a scenario from now on."""

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import Field

from deck_sim.base.errors import listed, nearest
from deck_sim.contract.bodies import Body, JsonObject, Text
from deck_sim.contract.error_catalog import ApiError, Problem, problem, raise_problems, run_errors
from deck_sim.contract.resources import Kind
from deck_sim.engine import commands, logins
from deck_sim.engine.json_schema import violations
from deck_sim.engine.records import Resource
from deck_sim.runtime.simulation import Simulation
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


def run_problems(simulation: Simulation, item: Mapping[str, Any]) -> list[Problem]:
    """The problems of a seeded run, as far as its fields have the right type."""
    world, row = simulation.world, simulation.world.kind(RUN)
    of_login = logins.body_problems if "session_id" in row.references else commands.body_problems
    problems = of_login(world, RUN, item)
    task_id, scenario = item.get("task_id"), item.get("scenario")
    task = world.find("task", task_id) if isinstance(task_id, str) else None
    if task is not None:
        problems += commands.input_problems(task, item)
    elif isinstance(task_id, str) and task_id:
        problems.append(commands.not_found(world, "task", task_id, "task_id"))
    if scenario is None:
        return problems + _outcome_problems(simulation, item, task)
    for name in _OUTCOME:
        if item.get(name) is not None:
            text = (
                f"`{name}` cannot stand beside `scenario`, which decides it; leave one of them out"
            )
            problems.append(problem("request/input_invalid", text, field=name))
    if isinstance(scenario, str) and scenario:
        try:
            check_scenario(scenario, "scenario", simulation.library, world.edition)
        except ApiError as error:
            problems += error.problems
    return problems


def _outcome_problems(
    simulation: Simulation, item: Mapping[str, Any], task: Resource | None
) -> list[Problem]:
    rules = simulation.world.rules
    row, errors, output = rules.kinds[RUN], item.get("errors") or [], item.get("output")
    status = item.get("status") or _usual_status(item)
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


def _usual_status(item: Mapping[str, Any]) -> str:
    return "failed" if item.get("errors") else "completed"


def seed_run(simulation: Simulation, body: Any, given: Mapping[str, Any]) -> Resource:
    """Add a run without an event; `given` is its id, and its status and moments if it has ended."""
    world = simulation.world
    row, task = world.kind(RUN), commands.fetch(world, "task", body.task_id)
    named = {name: getattr(body, name) for name in row.references}
    uses = commands.inherit_references(world, RUN, named)
    logins_ = [world.all(kind)[uses[n]] for n, kind in row.references.items() if uses.get(n)]
    uses["source_id"] = uses.get("source_id") or logins_[0]["source_id"]
    if body.scenario is not None:
        return _play(simulation, task, uses, body)
    machine, status = world.rules.machine(RUN), given["status"]
    output = body.output
    if output is None and status == "completed":
        output = _make_output(simulation, task, given["id"])
    fields = {
        "task_id": task.id,
        "agent_id": task["agent_id"],
        **uses,
        "output": output,
        "interaction": None,
        "runtime_ms": body.runtime_ms,
        "errors": [
            problem(f"{e.type}/{e.code}", e.message, field=e.field, timeout="30 minutes").as_json()
            for e in body.errors
        ],
    }
    if "result" in row.attributes:
        fields["result"] = body.result or machine.results[status]
    hidden = {"input": body.input, "timeout_seconds": task["settings"]["timeout_seconds"]}
    return world.create(RUN, fields, hidden, silent=True, **given)


def _make_output(simulation: Simulation, task: Resource, run_id: str) -> Any:
    world = simulation.world
    try:
        return make_output(task["output_schema"], world.seed, run_id, world.now)
    except NoValidOutput as error:
        raise_problems(error.problems)


def _play(simulation: Simulation, task: Resource, uses: dict[str, Any], body: Any) -> Resource:
    world, references = simulation.world, simulation.world.kind(RUN).references
    for name, kind in references.items():
        if uses.get(name) and (machine := world.kind(kind).machine) and "run" in machine.commands:
            commands.check_allowed(world, world.all(kind)[uses[name]], "run")
    login = world.all(world.rules.login).get(uses.get(f"{world.rules.login}_id") or "")
    facts = commands.run_facts(world, task, body.input, login, uses["source_id"])
    script = simulation.choose(RUN, body.scenario, facts)
    if "session_id" in references and uses.get("session_id") is None:
        used = {name: uses[name] for name in ("credential_id", "source_id")}
        uses["session_id"] = world.create("session", used, silent=True).id
    if "result" in world.kind(RUN).attributes:
        uses["result"] = None
    made = {"id": body.id, "silent": True}
    return commands.begin_run(world, task, uses, body.input, script, **made)
