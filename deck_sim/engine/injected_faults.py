"""The faults that were injected into a world, and the choice of the fault that fires.

The effects of faults are in the room `faults`.

Laws:
1. A fault counts every call or webhook that it applies to, even if another fault fires.
2. At most one fault fires for a call or webhook. If several are due, it is that of an exploration,
   else the first that was injected without a scenario, else the first of a scenario.
3. A scenario's fault applies only to the connection, session or run that plays the scenario. The
   fault counts the call that creates this resource only if no other fault fires for the call.
4. A fault with a `probability` is drawn from its id, which follows from the world's seed, and from
   its own count. So other faults and other calls do not change the draw.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from deck_sim.engine.seeded_draws import draw_below

EVERYBODY = ""  # the owner of the faults without a scenario
TROUBLE = "trouble"  # the owner of the fault that exploration tries; it comes before all others

# Where a fault fires.
CALL = "call"  # instead of the work that a call asks for
ANSWER = "answer"  # after the work, in the answer to the call
WEBHOOK = "webhook"
HASTE = "haste"  # a webhook that is sent before the answer to the call that caused it

_DRAWS = 1_000_000_000  # how many numbers a draw for a probability chooses from


@dataclass(slots=True)
class Injected:
    """A fault in a world, how often it applied, and how often it fired."""

    id: str
    fault: Any  # of a class in `faults`, which imports this module; immutable
    owner: str  # the connection, session or run that plays its scenario; EVERYBODY or TROUBLE
    met: int = 0  # how many calls or webhooks it applied to
    fired: int = 0
    since: datetime | None = None  # when its `duration` began

    def meet(self, now: datetime) -> bool:
        """Count a call or webhook that the fault applies to; return whether the fault is due."""
        self.met += 1
        fault = self.fault
        if self.met <= fault.after:
            return False
        self.since = self.since or now
        return not self.is_over(now) and (
            fault.probability is None
            # Seed 0, since the id follows from the world's seed already.
            or draw_below(_DRAWS, 0, f"{self.id}/{self.met}") < fault.probability * _DRAWS
        )

    def is_over(self, now: datetime) -> bool:
        fault = self.fault
        return self.fired == fault.times or bool(
            fault.duration and self.since and now - self.since >= fault.duration
        )


@dataclass(slots=True)
class InjectedFaults:
    """All faults of a world. An owner is a resource's id, `EVERYBODY` or `TROUBLE`."""

    by_owner: dict[str, list[Injected]] = field(default_factory=dict)

    def __iter__(self) -> Iterator[Injected]:
        """Yield every fault except an exploration's. Faults without a scenario come first."""
        for owner in sorted(self.by_owner, key=bool):
            if owner != TROUBLE:
                yield from self.by_owner[owner]

    def add(self, fault_id: str, fault: Any, owner: str = EVERYBODY) -> Injected:
        injected = Injected(fault_id, fault, owner)
        self.by_owner.setdefault(owner, []).append(injected)
        return injected

    def is_trouble(self, fault: Any) -> bool:
        return any(injected.fault is fault for injected in self.by_owner.get(TROUBLE, ()))

    def remove(self, fault_id: str) -> bool:
        injected = next((injected for injected in self if injected.id == fault_id), None)
        if injected is not None:
            self.by_owner[injected.owner].remove(injected)
        return injected is not None

    def clear(self) -> None:
        """Remove all faults, except the one that an exploration is trying."""
        for owner in self.by_owner.keys() - {TROUBLE}:
            del self.by_owner[owner]

    def fire(
        self, where: tuple[str, ...], subject: tuple[str, ...], owners: Iterable[str], now: datetime
    ) -> Any:
        """Count one call or webhook for each fault that has one of the `owners`, fires at a point
        in `where`, and applies to the `subject`. Return the fault that fires, or None.
        """
        due = [
            injected
            for owner in owners
            for injected in self.by_owner.get(owner, ())
            if injected.fault.fires in where
            and injected.fault.applies_to(*subject)
            and injected.meet(now)
        ]
        if not due:
            return None
        due[0].fired += 1
        return due[0].fault
