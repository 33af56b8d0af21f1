"""Commands on credentials and sessions.

In the edition that has them, a login is part of a run. A run uses a stored credential, or a source
without login, and leaves a session open when it ends.
"""

from collections.abc import Mapping
from typing import Any

from deck_sim.contract.error_catalog import Problem, raise_problems
from deck_sim.engine import checks, commands
from deck_sim.engine.playing import start_story
from deck_sim.engine.records import Resource
from deck_sim.engine.world import World

LOGIN_FIELDS = {"auth_method", "auth_credentials"}


def create_credential(world: World, fields: Mapping[str, Any]) -> Resource:
    """Store a credential; it is `unverified` until a run has logged in with it."""
    public, hidden = commands.split_credentials(fields)
    raise_problems(checks.new_login_problems(world, fields))
    return world.create("credential", public, hidden)


def update_credential(world: World, credential: Resource, fields: Mapping[str, Any]) -> Resource:
    """Set the fields that were sent. A changed login makes the credential `unverified` again."""
    commands.check_allowed(world, credential, "update")
    raise_problems(change_problems(credential, fields))
    public, hidden = commands.split_credentials(fields)
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
        commands.apply_command(world, credential, "delete")


def start_session(world: World, fields: Mapping[str, Any], choose: commands.Choose) -> Resource:
    """Open a session without a run; returns it as it was created."""
    raise_problems(checks.use_problems(world, "session", fields))
    ids = commands.inherit_references(world, "session", fields)
    credential, _ = commands.check_used(world, ids)
    commands.check_session_limit(world)
    script = choose(commands.login_facts(world, credential, ids["source_id"]))
    session = world.create("session", ids)
    start_story(world, session, script)
    return session
