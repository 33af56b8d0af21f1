"""Whether an awaited event can still come."""

import copy
from dataclasses import dataclass
from datetime import datetime

from deck_sim.engine.waiting import AwaitedEvent
from deck_sim.runtime.advance import steps
from deck_sim.runtime.simulation import Simulation


@dataclass(slots=True)
class Forecast:
    """Tells whether an event can come by a moment, with as few copies of the world as possible."""

    simulation: Simulation
    wanted: AwaitedEvent
    until: datetime
    comes: bool | None = None  # on a copy of the world; None if that was not tried

    def may_come(self) -> bool:
        """Whether a timer moves what the event could be about, or it comes on a copy."""
        if not self.comes and self.wanted.moves(self.simulation.world, self.until):
            return True
        if self.comes is None:
            self.comes = self._try()
        return self.comes

    def forget(self) -> None:
        """Forget what happened on the copy."""
        self.comes = None

    def _try(self) -> bool:
        """Whether the event comes on a copy of the world.

        Also True if webhooks are sent before: their receivers may cause it.
        """
        ahead, wanted = copy.copy(self.simulation), copy.copy(self.wanted)
        ahead.world = copy.deepcopy(ahead.world)
        for is_pause in steps(ahead, self.until):
            if wanted.came(ahead.world):
                return True
            if is_pause:
                return not wanted.is_over(ahead.world)
        return False
