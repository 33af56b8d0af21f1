"""The check of calls about a kind of resource that another edition has."""

from deck_sim.base.errors import listed
from deck_sim.contract.editions import EDITIONS
from deck_sim.contract.error_catalog import refuse
from deck_sim.engine.world import World


def check_kind(world: World, kind: str) -> None:
    """Check that the world's edition has a kind of resource.

    Raises:
        ApiError: `endpoint_not_found`, with the editions that have it.

    """
    if kind not in world.rules.kinds:
        owners = listed(name for name, edition in EDITIONS.items() if kind in edition.kinds)
        text = f"this world's edition, `{world.edition}`, has no {kind}s; {owners} has"
        raise refuse("request/endpoint_not_found", text)
