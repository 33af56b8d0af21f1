"""Scenario coverage: which steps and branches were played."""

from collections.abc import Mapping
from typing import Any

from deck_sim.base.validation import format_path
from deck_sim.contract.editions import Edition
from deck_sim.engine.story import Path
from deck_sim.scenario.library import Library
from deck_sim.scenario.model import Scenario, written_steps

# How often each step was played, by scenario, kind of script and path.
Played = Mapping[tuple[str, str, Path], int]


def coverage(
    played: Played, library: Library, edition: Edition | None = None
) -> list[dict[str, Any]]:
    """A row for each scenario that was played, with the count of each step. Only scripts that the
    edition can play count; without one, all.
    """
    names = sorted({scenario for scenario, _, _ in played})
    found = [scenario for name in names if (scenario := library.find(name))]
    return [_row(scenario, played, edition) for scenario in found]


def _row(scenario: Scenario, played: Played, edition: Edition | None) -> dict[str, Any]:
    counts = {
        format_path((kind, *path)): played.get((scenario.name, kind, path), 0)
        for kind, path, _ in written_steps(scenario, edition)
    }
    return {
        "scenario": scenario.name,
        "steps": counts,
        "played": sum(count > 0 for count in counts.values()),
        "of": len(counts),
        "missed": [place for place, count in counts.items() if not count],
    }
