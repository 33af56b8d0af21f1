"""Faults that were put into a world, and which of them strikes a call or a webhook. What they do
then is the business of the room `faults`.

Laws:
1. Each fault counts every call or webhook that it is for, whoever strikes that one.
2. One call or webhook is struck by one fault at the most: of those that are due, the first put in.
3. A fault that a scenario brings is for what is about the connection or run that plays it, alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, Protocol

if TYPE_CHECKING:
    from deck_sim.engine.records import Event
    from deck_sim.engine.world import World

EVERYBODY = ""  # the owner of a fault that no scenario brought

# Where a fault strikes.
CALL = "call"  # instead of the work that a call asks for
ANSWER = "answer"  # when that is done, on the way back
WEBHOOK = "webhook"
HASTE = "haste"  # a webhook that does not wait for the answer to the call that caused it


class Fault(Protocol):
    """What can be put into a world. Immutable."""

    key: ClassVar[str]  # what it is called
    fires: ClassVar[str]

    @property
    def after(self) -> int:
        """How many of those that it is for it lets pass before."""

    @property
    def times(self) -> int | None:
        """How many it strikes then; None: all."""

    def applies_to(self, *subject: str) -> bool:
        """Whether it is for this call, a method and a path, or for events of this type."""


@dataclass(slots=True)
class Injected:
    """A fault in a world."""

    id: str
    fault: Any
    owner: str  # the connection or run whose scenario brought it, or `EVERYBODY`
    met: int = 0  # how many calls or webhooks it was for
    fired: int = 0  # how many it struck

    @property
    def is_due(self) -> bool:
        """Whether it strikes what it has just met."""
        times = self.fault.times
        return self.met > self.fault.after and (times is None or self.fired < times)


def inject(world: World, fault: Fault, owner: str = EVERYBODY) -> Injected:
    """Put a fault into a world."""
    injected = Injected(world.next_id("flt"), fault, owner)
    world.injected.setdefault(owner, []).append(injected)
    return injected


def all_injected(world: World) -> Iterator[Injected]:
    """Every fault in a world: those that no scenario brought, then by who plays it."""
    yield from world.injected.get(EVERYBODY, [])
    for owner, faults in world.injected.items():
        if owner != EVERYBODY:
            yield from faults


def take_out(world: World, fault_id: str) -> bool:
    """Take a fault out again; says whether it was there."""
    for faults in world.injected.values():
        for injected in faults:
            if injected.id == fault_id:
                faults.remove(injected)
                return True
    return False


def fire(
    world: World, where: tuple[str, ...], subject: tuple[str, ...], owners: Iterable[str]
) -> Any:
    """The fault that strikes something which is about these owners, or None."""
    met = [
        injected
        for owner in owners
        for injected in world.injected.get(owner, [])
        if injected.fault.fires in where and injected.fault.applies_to(*subject)
    ]
    for injected in met:
        injected.met += 1
    fired = next((injected for injected in met if injected.is_due), None)
    if fired is None:
        return None
    fired.fired += 1
    return fired.fault


def fire_webhook(world: World, where: str, event: Event) -> Any:
    """The fault that strikes a webhook, or None. A file's events are about its run, too."""
    about = {EVERYBODY: None, event.data.id: None, event.data.fields.get("task_run_id", ""): None}
    return fire(world, (where,), (event.type,), about)
