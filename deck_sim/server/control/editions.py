"""What a world of one edition says when it is asked for something of another."""

from deck_sim.base.errors import listed
from deck_sim.contract.editions import EDITIONS
from deck_sim.contract.error_catalog import refuse
from deck_sim.engine.world import World


def check_kind(world: World, kind: str) -> None:
    """See that the world's edition has a kind of resource.

    Raises:
        ApiError: `endpoint_not_found`, which says where there are some.

    """
    if kind not in world.rules.kinds:
        owners = listed(name for name, edition in EDITIONS.items() if kind in edition.kinds)
        text = f"this world's edition, `{world.edition}`, has no {kind}s; {owners} has"
        raise refuse("request/endpoint_not_found", text)
