"""The whole of a world as data, to compare two of them, order included."""

from dataclasses import fields

from deck_sim.engine.world_values import RecentLog
from deck_sim.state.snapshots import take_snapshot

_NOT_KEPT = ("responses", "journal", "timeline", "resumed", "former_ids")
_UNORDERED = ("users", "finished")


def whole(simulation):
    """Every kept field of a simulation and its world as data."""
    state, _ = take_snapshot(simulation)
    world = state.pop("world")
    state |= {row.name: getattr(world, row.name) for row in fields(world)}
    numbers = [
        state[name].total for name in ("journal", "timeline", "events", "messages", "choices")
    ]
    timers, faults = [*state.pop("timers").upcoming()], state.pop("injected").by_owner
    state = {name: value for name, value in state.items() if name not in _NOT_KEPT}
    for name in _UNORDERED:
        state[name] = {f"{key}": sorted(ids) for key, ids in sorted(state[name].items()) if ids}
    state |= {"faults": faults, "numbers": numbers, "timers": [tuple(due) for due in timers]}
    state = {n: [*v] if isinstance(v, RecentLog) else v for n, v in state.items()}
    return {name: repr(value) for name, value in state.items()}
