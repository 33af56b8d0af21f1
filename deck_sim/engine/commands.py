"""What callers, people and sources do to a world. Each command checks everything first, raises
`ApiError` with all that is wrong, and only then changes anything.
"""

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

from deck_sim.base.errors import listed
from deck_sim.contract.assumptions import DELETED, PATCH, rely_on
from deck_sim.contract.error_catalog import ApiError, Problem, check, problem, refuse
from deck_sim.contract.resources import Kind
from deck_sim.engine import json_schema
from deck_sim.engine.facts import Facts, apart, login_facts, run_facts
from deck_sim.engine.playing import react, start_story
from deck_sim.engine.records import Resource
from deck_sim.engine.story import Script
from deck_sim.engine.timers import TASK_TIMEOUT
from deck_sim.engine.world import World

# Chooses the script of a new connection or run. Called when all else is checked; may raise
# `ApiError`.
# It is given what is known of it.
Choose = Callable[[Facts], Script]


def fetch(world: World, kind: str, resource_id: str) -> Resource:
    """The resource with that id.

    Raises:
        ApiError: `…_not_found`, if there is none or it was deleted.

    """
    found = _find(world, kind, resource_id)
    if found is None:
        raise ApiError(missing(world, kind, resource_id))
    return found


def missing(world: World, kind: str, resource_id: str, field: str | None = None) -> Problem:
    """That there is no such resource. The catalog's own text for sources is that of a run's error,
    where there is no id.
    """
    text = f"No {kind} has the id `{resource_id}`."
    return problem(world.kind(kind).not_found, text, field=field)


def _find(world: World, kind: str, resource_id: str) -> Resource | None:
    """The resource with that id. That one which is deleted is none is assumed."""
    found = world.find(kind, resource_id)
    if found is None and resource_id in world.all(kind):
        rely_on(DELETED)
    return found


def body_problems(world: World, kind: str, body: Mapping[str, Any]) -> list[Problem]:
    """What is wrong with a body beside its shape, as far as its fields have one: references that
    lead nowhere, schemas that are none.
    """
    row = world.kind(kind)
    readable = {
        name: value
        for name, value in body.items()
        if (name in row.references and isinstance(value, str) and value)
        or (name in row.schemas and isinstance(value, dict))
    }
    return reference_problems(world, kind, readable) + _schema_problems(row, readable)


def run_problems(world: World, task: Resource, body: Mapping[str, Any]) -> list[Problem]:
    """The same of the body that starts a run, whose input must fit the task's schema."""
    return body_problems(world, "task_run", body) + input_problems(task, body)


def input_problems(task: Resource, body: Mapping[str, Any]) -> list[Problem]:
    """Where the input breaks the task's schema, if there is an object at all."""
    given = body.get("input", {})
    if not isinstance(given, dict):
        return []
    return json_schema.violations(task["input_schema"], given, "input")


def create_resource(world: World, kind: str, fields: Mapping[str, Any]) -> Resource:
    """Create an agent, a source or a task from a checked body."""
    _check_fields(world, kind, fields)
    return world.create(kind, dict(fields))


def seed_resource(world: World, kind: str, fields: Mapping[str, Any], **standard: Any) -> Resource:
    """Put a resource there as if it had always been; `standard` is its id, status and moments."""
    _check_fields(world, kind, fields)
    full = inherited(world, kind, fields)
    # Whatever logs in belongs to a source, whoever it logs in as.
    needed = [n for n, used in world.kind(kind).references.items() if not world.kind(used).machine]
    lacking = [name for name in needed if full.get(name) is None]
    check([problem("request/input_missing", field=name) for name in lacking])
    public, hidden = apart(full)
    if "interaction" in world.kind(kind).attributes:
        public["interaction"] = None
    return world.create(kind, public, hidden, silent=True, **standard)


def inherited(world: World, kind: str, fields: Mapping[str, Any]) -> dict[str, Any]:
    """The fields, with what they leave out of what belongs together: a session's credential, and
    the source of that.
    """
    full, references = dict(fields), world.kind(kind).references
    for _ in references:
        for name, used in references.items():
            found = world.find(used, full[name]) if full.get(name) is not None else None
            has = found.fields if found else {}
            full |= {n: has[n] for n in references if full.get(n) is None and n in has}
    return full


def update_resource(world: World, resource: Resource, fields: Mapping[str, Any]) -> Resource:
    """Set the fields that were sent; none sent changes nothing."""
    _check_fields(world, resource.kind, fields)
    if not fields or any(isinstance(value, dict) for value in fields.values()):
        rely_on(PATCH)
    return world.change(resource, **fields) if fields else resource


def delete_resource(world: World, resource: Resource) -> None:
    """Delete a resource; what refers to it stays as it is."""
    if not resource.deleted and _is_named(world, resource):
        rely_on("delete of what is used")
    world.delete(resource)


def _is_named(world: World, resource: Resource) -> bool:
    """Whether something that is there names it."""
    return any(
        other.fields.get(name) == resource.id and not other.deleted
        for row in world.rules.kinds.values()
        for name, used in row.references.items()
        if used == resource.kind
        for other in world.all(row.object).values()
    )


def reset_task(world: World, task: Resource) -> Resource:
    """Let a task start learning again."""
    first = world.machine(task).initial
    return world.move(task, first, what=f"reset to {first}")


def open_connection(world: World, fields: Mapping[str, Any], choose: Choose) -> Resource:
    """Open a connection; returns it as it is created, `connecting`, before its script says more."""
    public, hidden = apart(fields)
    problems = reference_problems(world, "connection", fields)
    check(problems + check_method(public["auth_method"], hidden))
    known = Resource("connection", "", world.now, world.now, None, public, hidden)
    script = choose(login_facts(world, known, public["source_id"]))
    connection = world.create("connection", {**public, "interaction": None}, hidden)
    start_story(world, connection, script)
    return connection


def run_task(world: World, task: Resource, fields: Mapping[str, Any], choose: Choose) -> Resource:
    """Start a run on a connection; returns it as it is created, `queued`, before its script says
    more.
    """
    problems = reference_problems(world, "task_run", fields)
    check(problems + json_schema.violations(task["input_schema"], fields["input"], "input"))
    connection = fetch(world, "connection", fields["connection_id"])
    check_allowed(world, connection, "run")
    source_id = connection["source_id"]
    script = choose(run_facts(world, task, fields["input"], connection, source_id))
    uses = {"source_id": source_id, "connection_id": connection.id}
    return begin_run(world, task, uses, fields["input"], script)


def begin_run(
    world: World,
    task: Resource,
    uses: Mapping[str, Any],
    given: Mapping[str, Any],
    script: Script,
) -> Resource:
    """Create a run that uses these, with this input, and let it play a script."""
    fields = {
        "task_id": task.id,
        "agent_id": task["agent_id"],
        **uses,
        "runtime_ms": None,
        "output": None,
        "errors": [],
        "interaction": None,
    }
    run = world.create("task_run", fields, {"input": given})
    timeout = timedelta(seconds=task["settings"]["timeout_seconds"])
    world.timers.arm(run.id, TASK_TIMEOUT, world.now + timeout)
    start_story(world, run, script)
    return run


def answer_interaction(world: World, resource: Resource, inputs: Mapping[str, Any]) -> Resource:
    """Answer an open prompt; returns the resource with what came of it."""
    check_allowed(world, resource, "answer")
    asked = [field["name"] for field in resource["interaction"]["fields"]]
    missing = [n for n in asked if inputs.get(n) in (None, "")]
    unknown = [n for n in inputs if n not in asked]
    key = world.rules.answer_key
    problems = [problem("request/input_missing", field=f"{key}.{name}") for name in missing]
    for name in unknown:
        text = f"`{key}.{name}` was not asked for; the interaction asks for {listed(asked)}"
        problems.append(problem("request/input_invalid", text, field=f"{key}.{name}"))
    for name in (n for n in asked if isinstance(inputs.get(n), dict | list)):
        text = f"`{key}.{name}` must be text, or a value that can be written as text"
        problems.append(problem("request/input_invalid", text, field=f"{key}.{name}"))
    check(problems)
    react(world, resource.id, "answer", inputs)
    answered = world.all(resource.kind)[resource.id]
    again = answered["interaction"] == resource["interaction"]
    rely_on(f"{resource.kind}.answer, {'again' if again else answered.status}")
    return answered


def command(world: World, resource: Resource, name: str) -> Resource:
    """Carry out a command that leads to a status, as `cancel` and `disconnect` do."""
    leads_to = check_allowed(world, resource, name)
    assert leads_to is not None, f"{name} leads to no status of its own"
    moved = world.move(resource, leads_to)
    world.stop_story(resource.id)
    return moved


def reopen_connection(world: World, connection: Resource, choose: Choose) -> Resource:
    """Connect again under the same id."""
    check_allowed(world, connection, "reopen")
    script = choose(login_facts(world, connection, connection["source_id"]))
    reopened = command(world, connection, "reopen")
    start_story(world, reopened, script)
    return reopened


def review_run(world: World, run: Resource, verdict: str) -> Resource:
    """Approve or reject a run that waits for a person."""
    check_allowed(world, run, verdict)
    react(world, run.id, verdict)
    return world.all("task_run")[run.id]


def check_allowed(world: World, resource: Resource, name: str) -> str | None:
    """The status that a command leads to.

    Raises:
        ApiError: `state_invalid`, which names the status and those that would have allowed it.

    """
    row = world.machine(resource).commands[name]
    if resource.status not in row.allowed:
        text = (
            f"The {world.kind(resource.kind).noun} `{resource.id}` is `{resource.status}`;"
            f" `{name}` is allowed only in {listed(row.allowed)}."
        )
        raise refuse("request/state_invalid", text)
    rely_on(f"{resource.kind}.{name}@{resource.status}")
    if world.users.get(resource.id):
        rely_on(f"{resource.kind}.users@{row.leads_to}")
    return row.leads_to


def check_method(auth_method: str, hidden: Mapping[str, Any]) -> list[Problem]:
    """A user name and password are needed by the method that is named after them."""
    needs = auth_method == "username_password" and "username" not in hidden
    return [problem("request/input_missing", field="auth_credentials")] if needs else []


def _check_fields(world: World, kind: str, fields: Mapping[str, Any]) -> None:
    """See that what the fields name is there, and that the schemas in them can be used."""
    check(reference_problems(world, kind, fields) + _schema_problems(world.kind(kind), fields))


def reference_problems(world: World, kind: str, fields: Mapping[str, Any]) -> list[Problem]:
    """The fields that name something which is not there."""
    return [
        missing(world, used, fields[name], name)
        for name, used in world.kind(kind).references.items()
        if fields.get(name) is not None and _find(world, used, fields[name]) is None
    ]


def _schema_problems(row: Kind, fields: Mapping[str, Any]) -> list[Problem]:
    return [
        found
        for name in row.schemas
        if fields.get(name) is not None
        for found in json_schema.schema_problems(fields[name], name)
    ]
