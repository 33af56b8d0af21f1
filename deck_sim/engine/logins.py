"""Commands on credentials and sessions.

In the edition that has them, a login is part of a run. A run uses a stored credential, or a source
without login, and leaves a session open when it ends.
"""

from collections.abc import Mapping
from typing import Any

from deck_sim.contract.error_catalog import Problem, problem, raise_problems, refuse
from deck_sim.engine import checks, commands
from deck_sim.engine.commands import (
    Choose,
    apply_command,
    check_allowed,
    inherit_references,
    login_facts,
    run_facts,
    split_credentials,
)
from deck_sim.engine.playing import start_story
from deck_sim.engine.records import Resource
from deck_sim.engine.story import Script
from deck_sim.engine.world import World

LOGIN_FIELDS = {"auth_method", "auth_credentials"}


def create_credential(world: World, fields: Mapping[str, Any]) -> Resource:
    """Store a credential; it is `unverified` until a run has logged in with it."""
    public, hidden = split_credentials(fields)
    raise_problems(checks.new_login_problems(world, fields))
    return world.create("credential", public, hidden)


def update_credential(world: World, credential: Resource, fields: Mapping[str, Any]) -> Resource:
    """Set the fields that were sent. A changed login makes the credential `unverified` again."""
    check_allowed(world, credential, "update")
    raise_problems(change_problems(credential, fields))
    public, hidden = split_credentials(fields)
    changed = world.change(credential, hidden or None, **public) if fields else credential
    unverified = world.machine(credential).initial
    if fields.keys() & LOGIN_FIELDS and changed.status != unverified:
        changed = world.move(changed, unverified)
    return changed


def change_problems(credential: Resource, fields: Mapping[str, Any]) -> list[Problem]:
    """The parts of a login that a credential would lack after a change of its login."""
    changes_login = fields.keys() & LOGIN_FIELDS
    return checks.login_problems(fields, credential) if changes_login else []


def delete_credential(world: World, credential: Resource) -> None:
    """Delete a credential. It can still be read (documented); deleting it again changes nothing."""
    if credential.status != "deleted":
        apply_command(world, credential, "delete")


def start_session(world: World, fields: Mapping[str, Any], choose: Choose) -> Resource:
    """Open a session without a run; returns it as it was created."""
    raise_problems(body_problems(world, "session", fields))
    ids = inherit_references(world, "session", fields)
    credential, _ = check_used(world, ids)
    _check_session_limit(world)
    script = choose(login_facts(world, credential, ids["source_id"]))
    session = world.create("session", ids)
    start_story(world, session, script)
    return session


def run_task(world: World, task: Resource, fields: Mapping[str, Any], choose: Choose) -> Resource:
    """Start a run with a credential, at a source without login, or in an open session.

    Returns it as it was created, before its script moved it.
    """
    raise_problems(run_problems(world, task, fields))
    named = {name: fields.get(name) for name in world.kind("task_run").references}
    ids, given = inherit_references(world, "task_run", named), fields["input"]
    credential, session = check_used(world, ids)
    if session is None:
        _check_session_limit(world)
    script = choose(run_facts(world, task, given, credential, ids["source_id"]))
    return begin_run(world, task, ids, given, script)


def begin_run(
    world: World,
    task: Resource,
    ids: Mapping[str, Any],
    given: Mapping[str, Any],
    script: Script,
    *,
    silent: bool = False,
    **standard: Any,
) -> Resource:
    """Begin a run as `commands.begin_run` does, in a new session if `ids` names none."""
    session_id = ids["session_id"]
    if session_id is None:
        used = {name: ids[name] for name in ("credential_id", "source_id")}
        session_id = world.create("session", used, silent=silent).id
    uses = {"result": None, **ids, "session_id": session_id}
    return commands.begin_run(world, task, uses, given, script, silent=silent, **standard)


def body_problems(world: World, kind: str, body: Mapping[str, Any]) -> list[Problem]:
    """The problems of the references in a body: none at all, unknown ids, or a mismatch."""
    references = world.kind(kind).references
    names = [name for name in references if body.get(name) is not None]
    if not names:
        text = "`credential_id` is required, or `source_id` if the source takes no login"
        return [problem("request/input_missing", text, field="credential_id")]
    known = [
        found
        for name, used in references.items()
        if isinstance(body.get(name), str) and (found := world.find(used, body[name]))
    ]
    return checks.body_problems(world, kind, body) + [
        problem(
            "request/input_invalid",
            f"`{name}` is `{body[name]}`, but the {other.kind} `{other.id}` has"
            f" `{other.fields[name]}`; leave one of them out",
            field=name,
        )
        for other in known
        for name in names
        if other.fields.get(name, body[name]) != body[name]
    ]


def run_problems(world: World, task: Resource, body: Mapping[str, Any]) -> list[Problem]:
    """The problems of a body that starts a run: its references, and its input."""
    return body_problems(world, "task_run", body) + checks.input_problems(world, task, body)


def check_used(
    world: World, ids: Mapping[str, str | None]
) -> tuple[Resource | None, Resource | None]:
    """The credential and the session that a new run or session uses.

    Raises:
        ApiError: `state_invalid` if one of them cannot take a run now.

    """
    credential, session = (
        world.all(kind)[used] if (used := ids.get(f"{kind}_id")) else None
        for kind in ("credential", "session")
    )
    for resource in filter(None, (credential, session)):
        check_allowed(world, resource, "run")
    runs = world.users.get(session.id) if session else None
    if session and runs:  # a session does one run at a time (assumed)
        text = f"The session `{session.id}` is taken by the task run `{next(iter(runs))}`."
        raise refuse("request/state_invalid", text)
    return credential, session


def _check_session_limit(world: World) -> None:
    """Refuse another session if as many are open as the world allows."""
    limit = world.options.session_limit
    is_open = (not world.is_final(session) for session in world.all("session").values())
    if limit is not None and sum(is_open) >= limit:
        raise refuse("rate_limit/session_limit_exceeded")
