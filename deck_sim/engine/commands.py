"""Actions on a world: by API callers, by reviewers of runs, and by sources (the websites).

A command checks everything before it changes anything. If a check fails, the command raises
`ApiError`, and the world stays as it was.
"""

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

from deck_sim.base.errors import listed
from deck_sim.contract.error_catalog import Problem, problem, raise_problems, refuse
from deck_sim.contract.kinds import TIMEOUT_SECONDS
from deck_sim.engine import body_checks
from deck_sim.engine.playing import react, start_story
from deck_sim.engine.script import Script
from deck_sim.engine.timers import TASK_TIMEOUT
from deck_sim.engine.world import World
from deck_sim.engine.world_values import Resource

# What is known about a login or a run when its scenario is chosen, by the names that rules use.
# A tuple has all names of one thing: a task has an id and a name. The password is not known.
Facts = Mapping[str, Any]
# Chooses the script of a connection, session or run, after all checks. May raise `ApiError`.
Choose = Callable[[Facts], Script]


def create_resource(world: World, kind: str, fields: Mapping[str, Any]) -> Resource:
    raise_problems(body_checks.field_problems(world, kind, fields))
    chosen = fields.get("id")
    if chosen in world.all(kind):
        text = f"The id `{chosen}` is taken by another {kind}; choose another id, or omit `id`."
        raise refuse("request/state_invalid", text, field="id")
    standard = {} if chosen is None else {"id": chosen}
    return world.create(kind, {n: v for n, v in fields.items() if n != "id"}, **standard)


def seed_resource(world: World, kind: str, fields: Mapping[str, Any], **standard: Any) -> Resource:
    """Add a resource and emit no event; `standard` can set its id, status and timestamps."""
    raise_problems(body_checks.field_problems(world, kind, fields))
    full = inherit_references(world, kind, fields)
    # A task needs its agent, and a login or session its source; other references may be absent.
    needed = [n for n, used in world.kind(kind).references.items() if not world.kind(used).machine]
    absent = [name for name in needed if full.get(name) is None]
    raise_problems([problem("request/input_missing", field=name) for name in absent])
    public, hidden = split_credentials(full)
    if "interaction" in world.kind(kind).attributes:
        public["interaction"] = None
    return world.create(kind, public, hidden, silent=True, **standard)


def inherit_references(world: World, kind: str, fields: Mapping[str, Any]) -> dict[str, Any]:
    """Return `fields` and the ids they imply: a session's credential, a credential's source."""
    full, references = dict(fields), world.kind(kind).references
    for _ in references:
        for name, used in references.items():
            resource = world.find(used, full[name]) if full.get(name) is not None else None
            ids = resource.fields if resource else {}
            full |= {n: ids[n] for n in references if full.get(n) is None and n in ids}
    return full


def update_resource(world: World, resource: Resource, fields: Mapping[str, Any]) -> Resource:
    """Set the fields that were sent. If none were sent, nothing changes."""
    raise_problems(body_checks.field_problems(world, resource.kind, fields))
    return world.change(resource, **fields) if fields else resource


def reset_task(world: World, task: Resource) -> Resource:
    first = world.machine(task).initial
    return world.move(task, first, what=f"reset to {first}")


def open_connection(world: World, fields: Mapping[str, Any], choose: Choose) -> Resource:
    """Open a connection; return the connection as created, before its script moved it."""
    public, hidden = split_credentials(fields)
    raise_problems(body_checks.new_login_problems(world, fields))
    login = Resource("connection", "", world.now, world.now, None, public, hidden)
    script = choose(login_facts(world, login, public["source_id"]))
    connection = world.create("connection", {**public, "interaction": None}, hidden)
    start_story(world, connection, script)
    return connection


def run_task(world: World, task: Resource, fields: Mapping[str, Any], choose: Choose) -> Resource:
    """Start a run; return the run as created, before its script moved it.

    A run uses a connection or, in an edition where each run logs in, a credential, an open session,
    or a source without login.
    """
    raise_problems(body_checks.run_problems(world, task, fields))
    uses, run_input = used_ids(world, fields), fields["input"]
    login, session = check_used(world, uses)
    if session is None:
        check_session_limit(world)
    script = choose(run_facts(world, task, run_input, login, uses["source_id"]))
    return begin_run(world, task, uses, run_input, script)


def used_ids(world: World, fields: Mapping[str, Any]) -> dict[str, Any]:
    """Return, by field, the ids that a run uses: those in `fields`, and those they imply."""
    ids = {name: fields.get(name) for name in world.kind("task_run").references}
    uses = inherit_references(world, "task_run", ids)
    if "source_id" in uses:
        return uses
    connection = world.all("connection")[uses["connection_id"]]
    return {"source_id": connection["source_id"], **uses}


def check_used(
    world: World, uses: Mapping[str, str | None]
) -> tuple[Resource | None, Resource | None]:
    """Check and return the login and the session that a new run or session uses; each may be None.
    Raises ApiError (`state_invalid`) if the login or session cannot take a run now.
    """
    login, session = (
        world.all(kind)[used] if (used := uses.get(f"{kind}_id")) else None
        for kind in (world.contract.login, "session")
    )
    for resource in filter(None, (login, session)):
        check_allowed(world, resource, "run")
    runs = world.users.get(session.id) if session else None
    if session and runs:  # a session does one run at a time (assumed)
        text = f"The session `{session.id}` is in use until the run `{next(iter(runs))}` has ended."
        raise refuse("request/state_invalid", text)
    return login, session


def check_session_limit(world: World) -> None:
    limit, sessions = world.options.session_limit, world.all("session").values()
    if limit is not None and sum(not world.is_final(session) for session in sessions) >= limit:
        raise refuse("rate_limit/session_limit_exceeded")


def begin_run(
    world: World,
    task: Resource,
    uses: Mapping[str, Any],
    run_input: Mapping[str, Any],
    script: Script,
    *,
    silent: bool = False,
    **standard: Any,
) -> Resource:
    """Create a run with the ids in `uses`, and start its script; return the run as created.

    If the run needs a session and `uses` has none, the run gets a new session.
    """
    fields = {"task_id": task.id, "agent_id": task["agent_id"], **uses}
    if "session_id" in uses and uses["session_id"] is None:
        used = {name: uses[name] for name in world.kind("session").references}
        fields["session_id"] = world.create("session", used, silent=silent).id
    fields |= {"output": None, "errors": [], "interaction": None}
    if "result" in world.kind("task_run").attributes:
        fields["result"] = None
    timeout = task["settings"]["timeout_seconds"]
    if script.task_timeout and timeout == TIMEOUT_SECONDS:
        timeout = script.task_timeout // timedelta(seconds=1)
    hidden = {"input": run_input, "timeout_seconds": timeout}
    run = world.create("task_run", fields, hidden, silent=silent, **standard)
    world.timers.arm(run.id, TASK_TIMEOUT, world.now + timedelta(seconds=timeout))
    start_story(world, run, script)
    return run


def answer_interaction(world: World, resource: Resource, inputs: Mapping[str, Any]) -> Resource:
    check_allowed(world, resource, "answer")
    types = {field["name"]: field["type"] for field in resource["interaction"]["fields"]}
    key = world.contract.answer_key
    absent = [name for name in types if inputs.get(name) in (None, "")]
    problems = [problem("request/input_missing", field=f"{key}.{name}") for name in absent]
    wrong = {
        name: f"was not asked for; the interaction asks for {listed(types)}"
        for name in inputs
        if name not in types
    }
    for name, type_ in types.items():
        value = inputs.get(name)
        if isinstance(value, dict | list):
            wrong[name] = "must be text or another single value, not an object or a list"
        elif type_ == "string" and not isinstance(value, str | None):
            wrong[name] = "must be text in quotes; a number would lose its leading zeros"
    for name, text in wrong.items():
        field = f"{key}.{name}"
        problems.append(problem("request/input_invalid", f"`{field}` {text}", field=field))
    raise_problems(problems)
    react(world, resource.id, "answer", inputs)
    return world.all(resource.kind)[resource.id]


def apply_command(world: World, resource: Resource, name: str) -> Resource:
    """Move a resource to the status that the command `name` leads to, and end its script."""
    leads_to = check_allowed(world, resource, name)
    assert leads_to is not None, f"the command {name} leads to no status"
    moved = world.move(resource, leads_to)
    world.stop_story(resource.id)
    return moved


def reopen_connection(world: World, connection: Resource, choose: Choose) -> Resource:
    check_allowed(world, connection, "reopen")
    script = choose(login_facts(world, connection, connection["source_id"]))
    reopened = apply_command(world, connection, "reopen")
    start_story(world, reopened, script)
    return reopened


def review_run(world: World, run: Resource, verdict: str) -> Resource:
    check_allowed(world, run, verdict)
    react(world, run.id, verdict)
    return world.all("task_run")[run.id]


def check_allowed(world: World, resource: Resource, name: str) -> str | None:
    """Return the status that the command `name` leads to; None if the script decides. Raises
    ApiError (`state_invalid`) if the resource's status does not allow the command.
    """
    row = world.machine(resource).commands[name]
    if resource.status not in row.allowed:
        text = (
            f"The {world.kind(resource.kind).noun} `{resource.id}` is `{resource.status}`;"
            f" `{name}` is allowed only in {listed(row.allowed)}."
        )
        raise refuse("request/state_invalid", text)
    return row.leads_to


# In the edition with credentials and sessions, a login is part of a run. A run uses a stored
# credential, or a source without login, and leaves a session open when it ends.

LOGIN_FIELDS = {"auth_method", "auth_credentials"}


def create_credential(world: World, fields: Mapping[str, Any]) -> Resource:
    """Store a credential; it is `unverified` until a run has logged in with it."""
    public, hidden = split_credentials(fields)
    raise_problems(body_checks.new_login_problems(world, fields))
    return world.create("credential", public, hidden)


def update_credential(world: World, credential: Resource, fields: Mapping[str, Any]) -> Resource:
    """Set the fields that were sent; any part of a login makes the credential `unverified`."""
    check_allowed(world, credential, "update")
    raise_problems(change_problems(credential, fields))
    public, hidden = split_credentials(fields)
    changed = world.change(credential, hidden or None, **public) if fields else credential
    unverified = world.machine(credential).initial
    if fields.keys() & LOGIN_FIELDS and changed.status != unverified:
        changed = world.move(changed, unverified)
    return changed


def change_problems(credential: Resource, fields: Mapping[str, Any]) -> list[Problem]:
    """Return a problem for each part of the login that would be missing after an update."""
    changes_login = fields.keys() & LOGIN_FIELDS
    return body_checks.login_problems(fields, credential) if changes_login else []


def delete_credential(world: World, credential: Resource) -> None:
    """Delete a credential; it can still be read (documented). Deleting it again changes nothing."""
    if credential.status != "deleted":
        apply_command(world, credential, "delete")


def start_session(world: World, fields: Mapping[str, Any], choose: Choose) -> Resource:
    """Open a session without a run; return the session as created, before its script moved it."""
    raise_problems(body_checks.use_problems(world, "session", fields))
    ids = inherit_references(world, "session", fields)
    credential, _ = check_used(world, ids)
    check_session_limit(world)
    script = choose(login_facts(world, credential, ids["source_id"]))
    session = world.create("session", ids)
    start_story(world, session, script)
    return session


# What is known when a script is chosen


def login_facts(world: World, login: Resource | None, source_id: str) -> dict[str, Any]:
    fields = login.fields if login else {}
    return {
        "username": login.hidden.get("username") if login else None,
        "external_id": fields.get("external_id"),
        "auth_method": fields.get("auth_method", "none"),
        "source": _id_and_name(world, "source", source_id),
    }


def run_facts(
    world: World,
    task: Resource,
    run_input: Mapping[str, Any],
    login: Resource | None,
    source_id: str,
) -> dict[str, Any]:
    return {
        **login_facts(world, login, source_id),
        "task": (task.id, task["name"]),
        "agent": _id_and_name(world, "agent", task["agent_id"]),
        "input": run_input,
    }


def split_credentials(fields: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Split a login into the fields that responses may show, and the hidden fields.

    The password is not kept, so it cannot leak; a flag says whether a password was given.
    """
    if "auth_credentials" not in fields:
        return {**fields}, {}
    credentials = fields["auth_credentials"] or {}
    username = credentials.get("username") or None
    source_fields = credentials.get("source_fields") or {}
    public = (
        {"username": username, "source_fields": source_fields}
        if any(credentials.values())
        else None
    )
    hidden = {"username": username, "password": bool(credentials.get("password"))}
    return {**fields, "auth_credentials": public}, hidden


def _id_and_name(world: World, kind: str, resource_id: str) -> tuple[str, ...]:
    resource = world.all(kind).get(resource_id)
    name = resource.fields.get("name") if resource else None
    return (resource_id, name) if name else (resource_id,)
