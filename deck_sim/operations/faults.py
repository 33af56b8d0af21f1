"""Operations on the faults of a world: add one, show all, remove one or all."""

from __future__ import annotations

from typing import Any

from deck_sim.base.errors import listed, quote
from deck_sim.contract.editions import EDITIONS, explain_unknown_call
from deck_sim.contract.error_catalog import refuse
from deck_sim.engine.injected_faults import EVERYBODY, Injected
from deck_sim.operations.table import Json, operation
from deck_sim.runtime.request_bodies import check_body
from deck_sim.runtime.simulation import Simulation
from deck_sim.runtime.why import explain_unknown


@operation("POST", "/faults")
def add_fault(simulation: Simulation, body: Json) -> Json:
    """Add a fault: for calls if it has a `match`, for webhooks if it has an `event`."""
    from pydantic import RootModel  # these imports are slow

    from deck_sim.faults.fault import fault_keys
    from deck_sim.faults.http import AnyHttpFault, HttpFault
    from deck_sim.faults.webhooks import AnyWebhookFault, WebhookFault

    of_calls = {HttpFault.family, *fault_keys(HttpFault.family)}
    of_webhooks = {WebhookFault.family, *fault_keys(WebhookFault.family)}
    is_of_webhooks = HttpFault.family not in body and {*body} & (of_webhooks - of_calls)
    model: Any = AnyWebhookFault if is_of_webhooks else AnyHttpFault
    world, fault = simulation.world, check_body(RootModel[model], body).root
    error, event, match = (getattr(fault, name, None) for name in ("error", "event", "match"))
    if error is not None and not world.contract.has_error(error):
        owners = listed(name for name, edition in EDITIONS.items() if edition.has_error(error))
        text = f"`error`: the edition `{world.edition}` has no error {quote(error)}"
        raise refuse("request/input_invalid", f"{text}; {owners} has it", field="error")
    if event is not None and (why := explain_unknown(simulation, event, may_be_glob=True)):
        raise refuse("request/input_invalid", f"`event`: {why}", field="event")
    if match is not None and (why := explain_unknown_call(match, (world.edition,), in_world=True)):
        raise refuse("request/input_invalid", f"`match`: {why}", field="match")
    return _fault_as_json(world.injected.add(world.next_id("flt"), fault))


@operation("GET", "/faults")
def list_faults(simulation: Simulation) -> Json:
    """Show every fault: how often it `met` a call or webhook, how often it `fired`, and its
    `owner`: the resource whose scenario added it, or null.
    """
    return {"data": [*map(_fault_as_json, simulation.world.injected)]}


@operation("DELETE", "/faults/{id}")
def delete_fault(simulation: Simulation, id: str) -> Json:
    """Remove one fault, also one that a scenario added."""
    if not simulation.world.injected.remove(id):
        text = f"there is no fault {quote(id)}; `GET /_sim/faults` lists the faults"
        raise refuse("request/input_invalid", text, field="id")
    return {"id": id, "deleted": True}


@operation("DELETE", "/faults")
def delete_faults(simulation: Simulation) -> Json:
    """Remove all faults, including those of scenarios."""
    simulation.world.injected.clear()
    return list_faults(simulation)


def _fault_as_json(injected: Injected) -> Json:
    fault = injected.fault.model_dump(mode="json", exclude_none=True)
    owner = injected.owner if injected.owner != EVERYBODY else None
    counts = {"met": injected.met, "fired": injected.fired}
    return {"id": injected.id, **fault, "owner": owner, **counts}
