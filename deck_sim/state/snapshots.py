"""Snapshots: copies of a whole simulation that the server stores while it runs.

A restored world continues exactly as the original would have. A snapshot has no API key: a world
keeps its own key when a snapshot is restored into it.
"""

import copy
from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

from deck_sim.base.errors import quote
from deck_sim.contract.error_catalog import refuse
from deck_sim.engine.seeded_draws import make_id
from deck_sim.runtime.registry import WorldRegistry
from deck_sim.runtime.simulation import Simulation
from deck_sim.scenario.model import Scenario

# Fields of a simulation that belong to the server or to the moment. All others are kept.
LEFT_OUT = (
    *("key", "library", "clock", "real_ns", "advancing", "dropped", "saved", "attempting"),
    *("uses", "caller_time", "origin", "held_responses", "began_after_call"),
    *("last_call", "epoch", "control_changes", "moves", "waits_for_retries"),
    "answered_before_webhooks",
)
KEPT = tuple(row.name for row in fields(Simulation) if row.name not in LEFT_OUT)


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The copied fields of a simulation, and the scenarios that were added to its world."""

    state: Mapping[str, Any]
    scenarios: tuple[Scenario, ...]


def take_snapshot(simulation: Simulation) -> Snapshot:
    """Copy a simulation. Raises ApiError (`state_invalid`) while an advance is in progress."""
    if simulation.advancing:
        text = (
            "no snapshot can be taken now: another call is moving this world's clock; wait for the"
            " answer to that call"
        )
        raise refuse("request/state_invalid", text)
    state = copy.deepcopy({name: getattr(simulation, name) for name in KEPT})
    return Snapshot(state, (*simulation.library.own(),))


def restore_snapshot(snapshot: Snapshot, simulation: Simulation) -> None:
    """Give a new simulation the content of a snapshot."""
    for name, value in copy.deepcopy(snapshot.state).items():
        setattr(simulation, name, value)
    for scenario in snapshot.scenarios:
        simulation.library.add(scenario)
    simulation.set_clock(simulation.mode, simulation.speed, simulation.poll_step)


def keep_snapshot(worlds: WorldRegistry, snapshot: Snapshot) -> str:
    worlds.snapshots_taken += 1
    id_ = make_id(worlds.settings.seed or 0, "snap", worlds.snapshots_taken)
    worlds.snapshots[id_] = snapshot
    return id_


def find_snapshot(worlds: WorldRegistry, id_: str) -> Snapshot:
    """Return the snapshot with this id. Raises ApiError (`endpoint_not_found`) if there is none."""
    if id_ not in worlds.snapshots:
        text = (
            f"this server has no such snapshot: {quote(id_)}; snapshots do not survive a restart;"
            " take one with `POST /_sim/snapshots`"
        )
        raise refuse("request/endpoint_not_found", text)
    snapshot: Snapshot = worlds.snapshots[id_]
    return snapshot
