"""Scenario coverage: which steps and branches were played."""

from collections.abc import Iterator, Mapping
from typing import Any

from deck_sim.base.validation import format_path
from deck_sim.contract.editions import Edition
from deck_sim.engine.story import KINDS, Path, Step
from deck_sim.scenario.library import Library
from deck_sim.scenario.model import Scenario

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


def written_steps(
    scenario: Scenario, edition: Edition | None = None
) -> Iterator[tuple[str, Path, Step]]:
    """Kind, path and step of every step that is written in a scenario for the edition (None: for
    any), those in branches included.
    """
    for kind in KINDS:
        if edition is not None and kind not in edition.kinds:
            continue
        for name, steps in scenario.scripts(kind).items():
            if edition is None or name in (None, edition.name):
                head = () if name is None else (name,)
                yield from ((kind, *found) for found in _steps(steps, head))


def _steps(steps: tuple[Step, ...], path: Path) -> Iterator[tuple[Path, Step]]:
    for index, step in enumerate(steps):
        here = (*path, index)
        yield here, step
        for name, branch in step.branches.items():
            yield from _steps(branch, (*here, name))


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
