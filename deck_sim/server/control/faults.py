"""Calls about injected faults: add, show, remove."""

from __future__ import annotations

from typing import Any

from deck_sim.base.errors import quote
from deck_sim.contract.editions import explain_foreign_event
from deck_sim.contract.error_catalog import refuse
from deck_sim.engine.injected import EVERYBODY, Injected
from deck_sim.server.control.routes import route
from deck_sim.server.request import Answer, Request


@route("POST", "/faults")
def add_fault(request: Request) -> Answer:
    """Add a fault."""
    world = request.world
    fault = request.read_as(_model_for({*request.read_object()})).root
    error = getattr(fault, "error", None)
    if error is not None and not world.rules.has_error(error):
        text = f"`error`: the edition `{world.edition}` has no error {quote(error)}"
        raise refuse("request/input_invalid", text, field="error")
    event = getattr(fault, "event", None)
    if event is not None and (why := explain_foreign_event(event, (world.edition,))):
        raise refuse("request/input_invalid", f"`event`: {why}", field="event")
    return Answer(_print(world.injected.add(world.next_id("flt"), fault)))


def _model_for(names: set[str]) -> Any:
    """The model of a body with these keys: that of webhooks if only they have one of them."""
    from pydantic import RootModel  # slow, as all imports here

    from deck_sim.faults.fault import fault_keys
    from deck_sim.faults.http import AnyHttpFault, HttpFault
    from deck_sim.faults.webhooks import AnyWebhookFault, WebhookFault

    of_calls, of_webhooks = (
        {fault.family, *fault_keys(fault.family)} for fault in (HttpFault, WebhookFault)
    )
    is_of_webhooks = HttpFault.family not in names and names & (of_webhooks - of_calls)
    return RootModel[AnyWebhookFault] if is_of_webhooks else RootModel[AnyHttpFault]


@route("GET", "/faults")
def list_faults(request: Request) -> Answer:
    """Show all faults, with how often each fired."""
    return Answer({"data": [*map(_print, request.world.injected)]})


@route("DELETE", "/faults/{id}")
def delete_fault(request: Request) -> Answer:
    """Remove a fault."""
    fault_id = request.params["id"]
    if not request.world.injected.remove(fault_id):
        text = f"there is no fault {quote(fault_id)}; `GET /_sim/faults` lists them"
        raise refuse("request/input_invalid", text, field="id")
    return Answer({"id": fault_id, "deleted": True})


@route("DELETE", "/faults")
def delete_faults(request: Request) -> Answer:
    """Remove all faults."""
    request.world.injected.clear()
    return list_faults(request)


def _print(injected: Injected) -> dict[str, Any]:
    fault = injected.fault.model_dump(mode="json", exclude_none=True)
    owner = injected.owner if injected.owner != EVERYBODY else None
    counts = {"met": injected.met, "fired": injected.fired}
    return {"id": injected.id, **fault, "owner": owner, **counts}
