"""The operation that says what is wrong with a world, and what is unfinished in it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from deck_sim.operations.table import Json, operation
from deck_sim.runtime import findings
from deck_sim.runtime.lint import POLL_INTERVAL
from deck_sim.runtime.registry import WorldRegistry
from deck_sim.runtime.simulation import Simulation

if TYPE_CHECKING:
    from deck_sim.operations.parameters import Caller, Length


@operation("GET", "/findings", shows_records=True)
def show_findings(
    simulation: Simulation,
    worlds: WorldRegistry,
    caller: Caller = "http",
    poll_interval: Length = POLL_INTERVAL,
) -> Json:
    """Show what is wrong with the world, and what is unfinished: the `kind` of each finding, its
    `subject` (an id or name), the `reason`, the `remedy` and `details`. For the `caller` `test`,
    remedies name methods of `Deck`.
    """
    terms = findings.CALLERS[caller]
    rows = findings.collect_findings(simulation, worlds, terms, poll_interval=poll_interval)
    return {"data": [row._asdict() for row in rows]}
