"""The bodies of `POST /_sim/faults`."""

from pydantic import RootModel

from deck_sim.faults.fault import fault_keys
from deck_sim.faults.http import AnyHttpFault, HttpFault
from deck_sim.faults.webhooks import AnyWebhookFault, WebhookFault

FAMILIES = (HttpFault.family, WebhookFault.family)


class PutHttpFault(RootModel[AnyHttpFault]):
    """A fault with a `match`."""


class PutWebhookFault(RootModel[AnyWebhookFault]):
    """A fault with an `event`."""


PutFault = PutHttpFault | PutWebhookFault


def body_for(names: set[str]) -> type[PutFault]:
    """The model for a body with these names: that of webhooks if only webhooks have one of them."""
    of_calls, of_webhooks = ({family, *fault_keys(family)} for family in FAMILIES)
    is_of_webhooks = HttpFault.family not in names and names & (of_webhooks - of_calls)
    return PutWebhookFault if is_of_webhooks else PutHttpFault
