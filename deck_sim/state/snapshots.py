"""Snapshots: copies of a whole simulation that the server stores while it runs.

A restored world continues exactly as the original would have. A snapshot has no API key: a world
keeps its own key when a snapshot is restored into it.
"""

import copy
from dataclasses import fields
from typing import Any

from deck_sim.contract.error_catalog import refuse
from deck_sim.runtime.simulation import Simulation
from deck_sim.scenario.model import Scenario

# Fields of a simulation that belong to the server or to the moment. All others are kept.
LEFT_OUT = (
    *("key", "library", "clock", "real_ns", "advancing", "dropped", "saved", "attempting"),
    *("uses", "caller_time", "origin", "held_responses", "began_after_call"),
    *("last_call", "epoch", "control_changes", "moves", "exploration"),
    "answered_before_webhooks",
)
KEPT = tuple(row.name for row in fields(Simulation) if row.name not in LEFT_OUT)

# The copied fields of a simulation, and the scenarios that were added to its world.
Snapshot = tuple[dict[str, Any], list[Scenario]]


def take_snapshot(simulation: Simulation) -> Snapshot:
    """Copy a simulation. Raises ApiError (`state_invalid`) while an advance is in progress."""
    if simulation.advancing:
        text = (
            "no snapshot can be taken now: another call is moving this world's clock; wait for the"
            " answer to that call"
        )
        raise refuse("request/state_invalid", text)
    state = copy.deepcopy({name: getattr(simulation, name) for name in KEPT})
    return state, simulation.library.own()


def restore_snapshot(snapshot: Snapshot, simulation: Simulation) -> None:
    """Give a new simulation the content of a snapshot."""
    state, scenarios = snapshot
    for name, value in copy.deepcopy(state).items():
        setattr(simulation, name, value)
    for scenario in scenarios:
        simulation.library.add(scenario)
    simulation.set_clock(simulation.mode, simulation.speed, simulation.poll_step)
