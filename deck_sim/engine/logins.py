"""Commands on credentials and sessions. In the edition that has them a login is a part of a run:
it takes a stored credential, or a source that needs none, and leaves a session open behind it.
"""

from collections.abc import Mapping
from typing import Any

from deck_sim.contract.error_catalog import Problem, check, problem, refuse
from deck_sim.engine import commands
from deck_sim.engine.commands import (
    Choose,
    begin_run,
    check_allowed,
    check_method,
    command,
    inherited,
    reference_problems,
)
from deck_sim.engine.facts import apart, login_facts, run_facts
from deck_sim.engine.playing import start_story
from deck_sim.engine.records import Resource
from deck_sim.engine.world import World

_NOTHING = dict.fromkeys(("credential_id", "source_id", "session_id"))


def create_credential(world: World, fields: Mapping[str, Any]) -> Resource:
    """Store a credential, `unverified` until a run has logged in with it."""
    public, hidden = apart(fields)
    problems = reference_problems(world, "credential", fields)
    check(problems + check_method(public["auth_method"], hidden))
    return world.create("credential", public, hidden)


def update_credential(world: World, credential: Resource, fields: Mapping[str, Any]) -> Resource:
    """Set what was sent. What changes the login makes the credential `unverified` again."""
    check_allowed(world, credential, "update")
    public, hidden = apart(fields)
    hidden = hidden if "auth_credentials" in fields else dict(credential.hidden)
    check(check_method(fields.get("auth_method", credential["auth_method"]), hidden))
    changed = world.change(credential, hidden, **public) if fields else credential
    unverified = world.machine(credential).initial
    if fields.keys() & {"auth_method", "auth_credentials"} and changed.status != unverified:
        changed = world.move(changed, unverified)
    return changed


def delete_credential(world: World, credential: Resource) -> None:
    """Delete a credential. It can still be read (documented); deleting it again changes nothing."""
    if credential.status != "deleted":
        command(world, credential, "delete")


def start_session(world: World, fields: Mapping[str, Any], choose: Choose) -> Resource:
    """Open a session without a run; returns it as it is created, `queued`."""
    check(body_problems(world, "session", fields))
    ids = inherited(world, "session", fields)
    credential, _ = _used(world, ids)
    script = choose(login_facts(world, credential, ids["source_id"]))
    session = world.create("session", ids)
    start_story(world, session, script)
    return session


def run_task(world: World, task: Resource, fields: Mapping[str, Any], choose: Choose) -> Resource:
    """Start a run with a credential, at a source that takes no login, or in a session that is open;
    returns it as it is created, `queued`, before its script says more.
    """
    check(run_problems(world, task, fields))
    ids = inherited(world, "task_run", {**_NOTHING, **fields})
    given = ids.pop("input")
    credential, session = _used(world, ids)
    script = choose(run_facts(world, task, given, credential, ids["source_id"]))
    if session is None:
        used = {name: ids[name] for name in ("credential_id", "source_id")}
        session = world.create("session", used)
    return begin_run(world, task, {"result": None, **ids, "session_id": session.id}, given, script)


def body_problems(world: World, kind: str, body: Mapping[str, Any]) -> list[Problem]:
    """What is wrong with a body that says who logs in where, beside its shape: it says nothing,
    names what is not there, or things that do not belong together.
    """
    names = [name for name in world.kind(kind).references if body.get(name) is not None]
    if not names:
        text = "`credential_id` is required, or `source_id` if the source takes no login"
        return [problem("request/input_missing", text, field="credential_id")]
    return commands.body_problems(world, kind, body) + [
        problem(
            "request/input_invalid",
            f"`{name}` is `{body[name]}`, but the {other.kind} `{other.id}` has"
            f" `{other.fields[name]}`; leave one of them out",
            field=name,
        )
        for other in _named(world, kind, body).values()
        for name in names
        if other.fields.get(name, body[name]) != body[name]
    ]


def run_problems(world: World, task: Resource, body: Mapping[str, Any]) -> list[Problem]:
    """The same of the body that starts a run, whose input must fit the task's schema."""
    return body_problems(world, "task_run", body) + commands.input_problems(task, body)


def _named(world: World, kind: str, body: Mapping[str, Any]) -> dict[str, Resource]:
    """What a body names, by kind."""
    found = {
        used: world.find(used, body[name])
        for name, used in world.kind(kind).references.items()
        if isinstance(body.get(name), str)
    }
    return {used: resource for used, resource in found.items() if resource is not None}


def _used(world: World, ids: Mapping[str, str | None]) -> tuple[Resource | None, Resource | None]:
    """The credential and the session that a run or session is to use.

    Raises:
        ApiError: `state_invalid` if one of them can take no run now.

    """
    found = [
        world.all(kind)[used] if (used := ids.get(f"{kind}_id")) else None
        for kind in ("credential", "session")
    ]
    for resource in filter(None, found):
        check_allowed(world, resource, "run")
        _check_free(world, resource)
    credential, session = found
    return credential, session


def _check_free(world: World, session: Resource) -> None:
    """A session does one run at a time (assumed)."""
    runs = world.users.get(session.id) if session.kind == "session" else None
    if runs:
        text = f"The session `{session.id}` is taken by the task run `{next(iter(runs))}`."
        raise refuse("request/state_invalid", text)
