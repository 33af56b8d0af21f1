"""The whole of a world as data, to compare two of them, order included."""

from dataclasses import fields

from deck_sim.runtime.snapshot import take_snapshot
from deck_sim.state.row_values import RowWriter


def whole(simulation):
    """Every kept field of a simulation and its world as data."""
    state = dict(take_snapshot(simulation).state)
    world, write = state.pop("world"), RowWriter().write
    del state["responses"]  # they are not kept
    state |= {row.name: getattr(world, row.name) for row in fields(world)}
    # The lists have an order, and what has them has none.
    members = {f"{key}": ids for key, ids in sorted(state.pop("members").items())}
    return {name: write(value) for name, value in state.items()} | {"members": members}
