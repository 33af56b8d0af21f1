"""What is known of whoever logs in: for choosing a scenario, and never the password."""

from collections.abc import Mapping
from typing import Any

from deck_sim.engine.records import Resource
from deck_sim.engine.world import World

# By the names that `when:` uses.
Facts = Mapping[str, Any]


def login_facts(world: World, login: Resource | None, source_id: str) -> dict[str, Any]:
    """What is known of a login at a source, with a connection or credential or with none."""
    fields = login.fields if login else {}
    return {
        "username": login.hidden.get("username") if login else None,
        "external_id": fields.get("external_id"),
        "auth_method": fields.get("auth_method", "none"),
        "source": _spellings(world, "source", source_id),
    }


def run_facts(
    world: World, task: Resource, given: Mapping[str, Any], login: Resource | None, source_id: str
) -> dict[str, Any]:
    """What is known of a run: the facts of its login, its task and its input."""
    return {
        **login_facts(world, login, source_id),
        "task": (task.id, task["name"]),
        "agent": _spellings(world, "agent", task["agent_id"]),
        "input": given,
    }


def apart(fields: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """What answers show, and what they do not. The password is dropped: nothing needs it, so
    nothing can leak it.
    """
    public = {name: value for name, value in fields.items() if name != "auth_credentials"}
    credentials = fields.get("auth_credentials")
    return public, {"username": credentials["username"]} if credentials else {}


def _spellings(world: World, kind: str, resource_id: str) -> tuple[str, ...]:
    """The id and, if it has one, the name."""
    found = world.all(kind).get(resource_id)
    name = found.fields.get("name") if found else None
    return (resource_id, name) if name else (resource_id,)
