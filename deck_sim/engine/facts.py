"""What is known about a login or a run when its scenario is chosen. Never the password."""

from collections.abc import Mapping
from typing import Any

from deck_sim.engine.records import Resource
from deck_sim.engine.world import World

Facts = Mapping[str, Any]  # by the names that `when:` uses


def login_facts(world: World, login: Resource | None, source_id: str) -> dict[str, Any]:
    """The facts of a login at a source, with a connection, with a credential or without."""
    fields = login.fields if login else {}
    return {
        "username": login.hidden.get("username") if login else None,
        "external_id": fields.get("external_id"),
        "auth_method": fields.get("auth_method", "none"),
        "source": _id_and_name(world, "source", source_id),
    }


def run_facts(
    world: World, task: Resource, given: Mapping[str, Any], login: Resource | None, source_id: str
) -> dict[str, Any]:
    """The facts of a run: those of its login, its task and its input."""
    return {
        **login_facts(world, login, source_id),
        "task": (task.id, task["name"]),
        "agent": _id_and_name(world, "agent", task["agent_id"]),
        "input": given,
    }


def split_credentials(fields: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """The fields that answers show, and the hidden ones.

    The password is dropped: nothing needs it, so nothing can leak it.
    """
    public = {name: value for name, value in fields.items() if name != "auth_credentials"}
    credentials = fields.get("auth_credentials")
    return public, {"username": credentials["username"]} if credentials else {}


def _id_and_name(world: World, kind: str, resource_id: str) -> tuple[str, ...]:
    found = world.all(kind).get(resource_id)
    name = found.fields.get("name") if found else None
    return (resource_id, name) if name else (resource_id,)
