"""Operations that do what people and websites do, such as approve, answer, drop, delete a file."""

from functools import partial

from deck_sim.contract.editions import EDITIONS, how_to_switch
from deck_sim.contract.error_catalog import refuse
from deck_sim.engine import commands
from deck_sim.engine.world import World
from deck_sim.operations.table import Json, operation
from deck_sim.runtime.request_bodies import check_body
from deck_sim.runtime.serialization import resource_as_json
from deck_sim.runtime.simulation import Simulation


def check_kind(world: World, kind: str) -> None:
    """Raise ApiError if the world's edition lacks a kind; the message names editions with it."""
    if kind not in world.contract.kinds:
        owner = next(name for name, edition in EDITIONS.items() if kind in edition.kinds)
        text = f"this world's edition, `{world.edition}`, has no {kind}s; {how_to_switch(owner)}"
        raise refuse("request/endpoint_not_found", text)


def act(kind: str, command: str, simulation: Simulation, id: str) -> Json:
    """Perform a command on a resource, such as `approve`, in place of a person or website."""
    world = simulation.world
    check_kind(world, kind)
    run = world.find("task_run", id)
    if run and (login := run.fields.get(f"{kind}_id")):
        text = f"`{id}` is a task_run, not a {kind}; give its `{kind}_id`, `{login}`"
        raise refuse(world.kind(kind).not_found_error, text)
    apply = commands.review_run if command in ("approve", "reject") else commands.apply_command
    changed = apply(world, world.fetch(kind, id), command)
    return resource_as_json(simulation, changed)


def answer(kind: str, simulation: Simulation, id: str, body: Json) -> Json:
    """Answer the open prompt of a resource; the body is as in the Deck API."""
    world, contract = simulation.world, simulation.world.contract
    check_kind(world, kind)
    resource = world.fetch(kind, id)
    inputs = getattr(check_body(contract.body(contract.answer_body), body), contract.answer_key)
    return resource_as_json(simulation, commands.answer_interaction(world, resource, inputs))


_COMMANDS = {
    "task_run": {
        "approve": "Approve a run that waits for a reviewer.",
        "reject": "Reject a run that waits for a reviewer: it fails, or plays `on_rejected`.",
        "cancel": "Cancel a run, as in Deck's console.",
    },
    "connection": {
        "drop": "End a connection at the source: it becomes `disconnected`, and its runs fail.",
        "invalidate": "Change the password at the source: the connection becomes `invalid`.",
    },
    "session": {"drop": "End a session at the source: it becomes `failed`, and so does its run."},
    "credential": {
        "invalidate": "Change the password at the source: the credential becomes `invalid`.",
    },
    "event_destination": {"activate": "Send events to an `inactive` destination again."},
}
for _kind, _commands in _COMMANDS.items():
    for _command, _words in _commands.items():
        _path = f"/{_kind.replace('_', '-')}s/{{id}}/{_command}"
        _register = operation("POST", _path, _words, name=f"{_command}_{_kind}")
        _register(partial(act, _kind, _command))
for _kind in ("task_run", "connection"):
    _path = f"/{_kind.replace('_', '-')}s/{{id}}/answer"
    operation("POST", _path, answer.__doc__, name=f"answer_{_kind}")(partial(answer, _kind))


@operation("DELETE", "/storage/{id}")
def delete_file(simulation: Simulation, id: str) -> Json:
    """Delete a storage item, as in Deck's console; the Deck API has no call for this."""
    file = simulation.world.fetch("storage", id)
    simulation.world.delete(file)
    return {"id": file.id, "object": "storage", "deleted": True}
