"""Calls about faults: putting them into a world, seeing how often they struck, taking them out."""

from __future__ import annotations

from typing import Any

from deck_sim.base.errors import quote
from deck_sim.contract.error_catalog import refuse
from deck_sim.engine.injected import EVERYBODY, Fault, Injected
from deck_sim.engine.world import World
from deck_sim.runtime.serialization import read_object
from deck_sim.server.request import Answer, Request
from deck_sim.server.routing import Route


def put_fault(request: Request) -> Answer:
    """`POST /_sim/faults`: one more thing that goes wrong."""
    from deck_sim.server.control import fault_bodies

    names = {*read_object(request.body)}
    fault = request.read_as(fault_bodies.body_for(names)).root
    _check_edition(request.simulation.world, fault)
    world = request.simulation.world
    return Answer(_print(world.injected.add(world.next_id("flt"), fault)))


def _check_edition(world: World, fault: Fault) -> None:
    """See that an error that calls are to be refused with is one of the world's edition."""
    error = getattr(fault, "error", None)
    if error is not None and not world.rules.has_error(error):
        text = f"`error`: the edition `{world.edition}` has no error {quote(error)}"
        raise refuse("request/input_invalid", text, field="error")


def list_faults(request: Request) -> Answer:
    """`GET /_sim/faults`: all that can go wrong, with how often it did."""
    return Answer({"data": [*map(_print, request.simulation.world.injected)]})


def delete_fault(request: Request) -> Answer:
    """`DELETE /_sim/faults/ID`."""
    fault_id = request.params["id"]
    if not request.simulation.world.injected.remove(fault_id):
        text = f"there is no fault {quote(fault_id)}; `GET /_sim/faults` lists them"
        raise refuse("request/input_invalid", text, field="id")
    return Answer({"id": fault_id, "deleted": True})


def delete_faults(request: Request) -> Answer:
    """`DELETE /_sim/faults`: nothing goes wrong any more."""
    request.simulation.world.injected.clear()
    return list_faults(request)


def _print(injected: Injected) -> dict[str, Any]:
    fault = injected.fault.model_dump(mode="json", exclude_none=True)
    owner = injected.owner if injected.owner != EVERYBODY else None
    counts = {"met": injected.met, "fired": injected.fired}
    return {"id": injected.id, **fault, "owner": owner, **counts}


ROUTES = [
    Route("POST", "/faults", put_fault),
    Route("GET", "/faults", list_faults),
    Route("DELETE", "/faults", delete_faults),
    Route("DELETE", "/faults/{id}", delete_fault),
]
