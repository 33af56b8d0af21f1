"""The bodies of `POST /_sim/faults`, apart from the others because their import is slow."""

from pydantic import RootModel

from deck_sim.faults.fault import fault_keys
from deck_sim.faults.http import AnyHttpFault, HttpFault
from deck_sim.faults.webhooks import AnyWebhookFault, WebhookFault


def fault_body(names: set[str]) -> type[RootModel[AnyHttpFault]] | type[RootModel[AnyWebhookFault]]:
    """The model for a body with these names: that of webhooks if only webhooks have one of them."""
    of_calls, of_webhooks = (
        {fault.family, *fault_keys(fault.family)} for fault in (HttpFault, WebhookFault)
    )
    is_of_webhooks = HttpFault.family not in names and names & (of_webhooks - of_calls)
    return RootModel[AnyWebhookFault] if is_of_webhooks else RootModel[AnyHttpFault]
