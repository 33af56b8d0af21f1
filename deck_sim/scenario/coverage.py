"""Scenario coverage: which steps and branches were played."""

from collections.abc import Container, Iterator, Mapping
from typing import Any

from deck_sim.base.validation import format_path
from deck_sim.engine.story import KINDS, Path, Step
from deck_sim.scenario.library import Library
from deck_sim.scenario.model import Scenario

# How often each step was played, by scenario, kind of script and path.
Played = Mapping[tuple[str, str, Path], int]


def coverage(
    played: Played, library: Library, kinds: Container[str] = KINDS
) -> list[dict[str, Any]]:
    """A row for each scenario that was played, with the count of each step. Only scripts of these
    kinds count: those of the world's edition.
    """
    names = sorted({scenario for scenario, _, _ in played})
    found = [scenario for name in names if (scenario := library.find(name))]
    return [_row(scenario, played, kinds) for scenario in found]


def written_steps(scenario: Scenario) -> Iterator[tuple[str, Path]]:
    """Kind and path of every step that is written in a scenario, those in branches included."""
    for kind in KINDS:
        if scenario.defines(kind) and not (kind == "task_run" and scenario.entries):
            for path in _paths(scenario.script(kind).steps, ()):
                yield kind, path


def _paths(steps: tuple[Step, ...], path: Path) -> Iterator[Path]:
    for index, step in enumerate(steps):
        here = (*path, index)
        yield here
        for name, branch in step.branches.items():
            yield from _paths(branch, (*here, name))


def _row(scenario: Scenario, played: Played, kinds: Container[str]) -> dict[str, Any]:
    counts = {
        format_path((kind, *path)): played.get((scenario.name, kind, path), 0)
        for kind, path in written_steps(scenario)
        if kind in kinds
    }
    return {
        "scenario": scenario.name,
        "steps": counts,
        "played": sum(count > 0 for count in counts.values()),
        "of": len(counts),
        "missed": [place for place, count in counts.items() if not count],
    }
