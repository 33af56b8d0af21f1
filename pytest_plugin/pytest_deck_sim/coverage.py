"""`--deck-coverage`: the steps and branches of scenarios that no test played.

The report has the scenarios that a test played and those of the user's folder, without the ones
that `deck_every_failure` makes. Under xdist the controller adds the counts of the workers.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from pytest_deck_sim.options import MADE_UP

if TYPE_CHECKING:
    from deck_sim import Deck

_WORKER_KEY = "deck_sim_coverage"  # the key of the counts in the output of an xdist worker


class Coverage:
    """Counts how often tests played each step of the scenarios, and reports the coverage."""

    def __init__(self, config: pytest.Config, folder: Path | None, least: float) -> None:
        self._config, self._folder, self._least = config, folder, least
        self.counts: dict[str, Counter[str]] = {}

    def add(self, deck: Deck) -> None:
        """Add the coverage of a world, without the scenarios that `deck_every_failure` makes."""
        rows = ((row["scenario"], row["steps"]) for row in deck.coverage())
        self.merge({name: steps for name, steps in rows if not name.startswith(MADE_UP)})

    def merge(self, counts: Mapping[str, Mapping[str, int]]) -> None:
        """Add `counts`: by scenario and by the step's place, how often the step was played."""
        for scenario, steps in counts.items():
            self.counts.setdefault(scenario, Counter()).update(steps)

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: Any) -> None:
        """Add the counts that an xdist worker sent when it ended."""
        self.merge(getattr(node, "workeroutput", {}).get(_WORKER_KEY, {}))

    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """Fail the test run if coverage is too low. An xdist worker sends its counts instead."""
        if hasattr(self._config, "workeroutput"):
            counts = {name: {**steps} for name, steps in self.counts.items()}
            self._config.workeroutput[_WORKER_KEY] = counts
            return
        if self._folder is not None:  # adds 0 to the count of each step of its scenarios
            from deck_sim.handle.deck_sim import read_scenarios
            from deck_sim.scenario.model import Played, step_coverage

            library = read_scenarios(self._folder)
            nothing: Played = {(scenario.name, "", ()): 0 for scenario in library.own()}
            rows = step_coverage(nothing, library.find)
            self.merge({row["scenario"]: row["steps"] for row in rows})
        if self._measure()[0] < self._least and session.exitstatus == pytest.ExitCode.OK:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Print the coverage of each scenario, and the total."""
        write, width = terminalreporter.line, max(map(len, self.counts), default=0)
        terminalreporter.section("deck coverage")
        for scenario, steps in sorted(self.counts.items()):
            missed = [place for place, count in steps.items() if not count]
            never = f"; never {', '.join(missed)}" if missed else ""
            write(f"{scenario:<{width}}  {len(steps) - len(missed)} of {len(steps)} steps{never}")
        percent, total = self._measure()
        write(f"steps played: {percent:.0f}% of {total}")
        if percent < self._least:
            write(f"FAIL: {percent:.1f}% of the steps were played; {self._least:g}% are required")

    def _measure(self) -> tuple[float, int]:
        """Return the percentage of the steps that were played, and the number of all steps."""
        counts = [count for steps in self.counts.values() for count in steps.values()]
        return (100 * sum(map(bool, counts)) / len(counts) if counts else 100.0), len(counts)
