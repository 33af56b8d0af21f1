"""Scenario coverage: which steps and branches were played."""

from collections.abc import Mapping
from typing import Any

from deck_sim.base.validation import format_path
from deck_sim.contract.editions import Edition
from deck_sim.engine.story import Path
from deck_sim.scenario.library import Library
from deck_sim.scenario.model import written_steps

# How often each step was played, by scenario, kind of script and path.
Played = Mapping[tuple[str, str, Path], int]


def coverage(
    played: Played, library: Library, edition: Edition | None = None
) -> list[dict[str, Any]]:
    """A row for each scenario that was played, with the count of each step. Only scripts that the
    edition can play count; without one, all.
    """
    rows = []
    for name in sorted({scenario for scenario, _, _ in played}):
        scenario = library.find(name)
        if scenario is None:
            continue
        counts = {
            format_path((kind, *path)): played.get((name, kind, path), 0)
            for kind, path, _ in written_steps(scenario, edition)
        }
        missed = [place for place, count in counts.items() if not count]
        total = len(counts)
        row = {"scenario": name, "steps": counts, "played": total - len(missed), "of": total}
        rows.append({**row, "missed": missed})
    return rows
