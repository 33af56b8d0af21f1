"""The faults that were injected into a world, and which of them fires.

What a fault then does is written in the room `faults`.

Laws:
1. A fault counts every call or webhook that it applies to, even if another fault fires there.
2. At most one fault fires for a call or webhook: of those that are due, the first injected.
3. A fault of a scenario applies only to the connection or run that plays it.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, ClassVar, Protocol

from deck_sim.engine.records import Event

EVERYBODY = ""  # the owner of a fault that no scenario brought

# Where a fault fires.
CALL = "call"  # instead of the work that a call asks for
ANSWER = "answer"  # after that work, on the way back
WEBHOOK = "webhook"
HASTE = "haste"  # a webhook that is sent before the answer to the call that caused it


class Fault(Protocol):
    """A fault that can be injected. Immutable."""

    key: ClassVar[str]
    fires: ClassVar[str]  # `CALL`, `ANSWER`, `WEBHOOK` or `HASTE`

    @property
    def after(self) -> int:
        """How many such calls or webhooks pass before it fires."""

    @property
    def times(self) -> int | None:
        """How often it fires then; None: always."""

    def applies_to(self, *subject: str) -> bool:
        """Whether it applies to a call (method and path) or an event (type)."""


@dataclass(slots=True)
class Injected:
    """A fault in a world."""

    id: str
    fault: Any
    owner: str  # the connection or run whose scenario brought it, or `EVERYBODY`
    met: int = 0  # how many calls or webhooks it applied to
    fired: int = 0

    @property
    def is_due(self) -> bool:
        """Whether it can fire for the call or webhook that it has just counted."""
        times = self.fault.times
        return self.met > self.fault.after and (times is None or self.fired < times)


@dataclass
class InjectedFaults:
    """All faults of a world, by owner."""

    _by_owner: dict[str, list[Injected]] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self._by_owner)

    def __iter__(self) -> Iterator[Injected]:
        """Every fault: those of no scenario first, then by owner."""
        yield from self._by_owner.get(EVERYBODY, [])
        for owner, faults in self._by_owner.items():
            if owner != EVERYBODY:
                yield from faults

    def add(self, fault_id: str, fault: Fault, owner: str = EVERYBODY) -> Injected:
        """Inject a fault."""
        injected = Injected(fault_id, fault, owner)
        self._by_owner.setdefault(owner, []).append(injected)
        return injected

    def remove(self, fault_id: str) -> bool:
        """Remove a fault; returns whether it existed."""
        for faults in self._by_owner.values():
            for injected in faults:
                if injected.id == fault_id:
                    faults.remove(injected)
                    return True
        return False

    def clear(self) -> None:
        """Remove all faults."""
        self._by_owner.clear()

    def fire(self, where: tuple[str, ...], subject: tuple[str, ...], owners: Iterable[str]) -> Any:
        """Count a call or webhook about these owners; returns the fault that fires, or None."""
        met = [
            injected
            for owner in owners
            for injected in self._by_owner.get(owner, [])
            if injected.fault.fires in where and injected.fault.applies_to(*subject)
        ]
        for injected in met:
            injected.met += 1
        fired = next((injected for injected in met if injected.is_due), None)
        if fired is None:
            return None
        fired.fired += 1
        return fired.fault

    def fire_webhook(self, where: str, event: Event) -> Any:
        """Count the webhook of an event. The event of a file is about its run, too."""
        run_id = event.data.fields.get("task_run_id", "")
        about = {EVERYBODY: None, event.data.id: None, run_id: None}
        return self.fire((where,), (event.type,), about)
