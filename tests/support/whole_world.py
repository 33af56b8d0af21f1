"""The whole of a world as data, to compare two of them, order included."""

from dataclasses import fields

from deck_sim.runtime.snapshot import KEPT
from deck_sim.state.row_values import RowWriter


def whole(simulation):
    """Every kept field of a simulation and its world as data."""
    world, write = simulation.world, RowWriter().write
    found = {name: write(getattr(simulation, name)) for name in KEPT if name != "world"}
    found |= {name: write(getattr(world, name)) for name in (row.name for row in fields(world))}
    del found["answering"]  # calls in progress end with the process
    # The lists have an order, and what has them has none.
    return found | {"members": {f"{key}": ids for key, ids in sorted(world.members.items())}}
