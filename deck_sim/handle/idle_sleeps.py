"""Ends a client that sleeps for ever: `deck.sleep` costs no real time, so nothing else would."""

from collections.abc import Callable, Sequence
from datetime import datetime

from deck_sim.base.errors import DeckSimError
from deck_sim.handle.control import Json
from deck_sim.handle.timeline import AdvanceReport


class IdleSleeps:
    """The sleeps in a row while nothing but the clock moved."""

    def __init__(self, due: Callable[[], Sequence[Json]]) -> None:
        """`due` reads what is due in the world."""
        self._due, self._count, self._since = due, 0, datetime.min

    def add(self, report: AdvanceReport, most: int) -> None:
        """Count one sleep.

        Raises:
            DeckSimError: after `most` of them, if nothing is due, or if no time has passed.

        """
        if any(entry.kind != "clock" for entry in report.happened):
            self._count = 0
            return
        if not self._count:
            self._since = report.now
        self._count += 1
        if self._count < most:
            return
        slept, due = f"it has slept {self._count} times", self._due()
        if due and report.now > self._since:
            return
        self._count = 0
        if due:
            text = f"{slept} without any time, and the next thing is due in {due[0]['in']}; it must"
            raise DeckSimError(f"the client waits for ever: {text} sleep longer than 0 seconds")
        raise DeckSimError(
            f"the client waits for ever: {slept}, nothing has happened, and nothing is due;"
            " for a client that gives up later, set `deck.most_idle_sleeps`"
        )
