"""Calls that report on the client (lint) and on deck-sim (fidelity)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from deck_sim.contract.ledger import rows_of
from deck_sim.operations.clock import read_length
from deck_sim.operations.history import print_call
from deck_sim.operations.table import Json, operation
from deck_sim.runtime.simulation import Simulation

if TYPE_CHECKING:
    from deck_sim.operations.parameters import EditionName, Grade, Text


@operation("GET", "/lint")
def show_lint(simulation: Simulation, poll_interval: Text = "1s") -> Json:
    """Show mistakes of the client, each with its `calls`. Reads closer together than
    `poll_interval` are one.
    """
    from deck_sim.runtime import lint

    interval = read_length(poll_interval, "poll_interval")
    data = [
        {
            "name": rule.name,
            "what": what,
            "why": rule.why,
            "fix": rule.fix,
            "calls": [print_call(call) for call in calls],
        }
        for rule, what, calls in lint.find_problems(simulation, interval)
    ]
    return {"data": data, "dropped": simulation.journal.dropped}


@operation("GET", "/fidelity")
def show_fidelity(
    simulation: Simulation, edition: EditionName | None = None, grade: Grade | None = None
) -> Json:
    """Show the ledger of the world's edition or of another `edition`; with `grade`, the rows of
    that grade.
    """
    rows = rows_of(edition or simulation.world.edition, grade)
    return {"data": [row.as_json() for row in rows]}
