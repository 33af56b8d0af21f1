"""How a trouble is set in a new world: a fault that comes before all others, or another pace."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from deck_sim.engine.chance import draw_duration
from deck_sim.engine.injected_faults import TROUBLE, Injected
from deck_sim.engine.story import Story
from deck_sim.engine.world import World
from deck_sim.explore.places import Place
from deck_sim.faults.fault import Fault, read_fault
from deck_sim.faults.http import HttpFault
from deck_sim.faults.webhooks import WebhookFault
from deck_sim.runtime.simulation import Simulation

Effect = Callable[[Simulation, Place], None]
Stretch = Callable[[World, Story, timedelta], timedelta]

_A_SECOND = timedelta(seconds=1)
_MOST_REFUSALS = 4  # of one call and its repetitions


def call_fault(**fault: Any) -> Effect:
    """One call has a fault of calls."""

    def start(simulation: Simulation, place: Place) -> None:
        _inject(simulation, Injected(TROUBLE, _read_call_fault(place, fault, times=1), TROUBLE))

    return start


def webhook_fault(**fault: Any) -> Effect:
    """One delivery has a fault of webhooks."""

    def start(simulation: Simulation, place: Place) -> None:
        event, resource = place.subject
        row = {"event": event, "after": place.number - 1, "times": 1, **fault}
        found: Any = read_fault(WebhookFault, row)
        one = _AboutResource(found, resource)
        _inject(simulation, Injected(TROUBLE, one, TROUBLE))

    return start


def refuse_hasty_calls(simulation: Simulation, place: Place) -> None:
    """A call gets a 429, and so do its repetitions before a second has passed, a few times."""
    fault = {"error": "rate_limit/rate_limit_exceeded", "retry_after": 1}
    found = _read_call_fault(place, fault)
    _inject(simulation, _HastyCalls(TROUBLE, found, TROUBLE, real_ns=simulation.real_ns))


def _read_call_fault(place: Place, fault: dict[str, Any], **limits: int) -> Fault:
    (pattern,) = place.subject
    return read_fault(HttpFault, {"match": pattern, "after": place.number - 1, **limits, **fault})


def _inject(simulation: Simulation, injected: Injected) -> None:
    simulation.world.injected.by_owner[TROUBLE] = [injected]


@dataclass
class _AboutResource:
    """A fault of webhooks, for the events of one resource alone."""

    fault: WebhookFault
    resource: str

    def __getattr__(self, name: str) -> Any:
        return getattr(self.fault, name)

    def __deepcopy__(self, memo: dict[int, Any]) -> "_AboutResource":
        return self  # as every fault, it is immutable

    def applies_to(self, resource: str, *names: str) -> bool:
        """Whether it applies to an event about this resource."""
        return resource == self.resource and self.fault.applies_to(resource, *names)


@dataclass(slots=True)
class _HastyCalls(Injected):
    real_ns: Callable[[], int] = lambda: 0
    refused_at: tuple[datetime, int] | None = None  # on the world's clock, and really

    def meet(self, now: datetime) -> bool:
        self.met += 1
        if self.met <= self.fault.after or self.fired == _MOST_REFUSALS:
            return False
        if self.refused_at is not None:
            at, real = self.refused_at
            if now - at >= _A_SECOND or self.real_ns() - real >= 10**9:
                return False
        self.refused_at = now, self.real_ns()
        return True


def pace(stretch: Stretch) -> Effect:
    """Steps last shorter or longer, all of them or one."""

    def start(simulation: Simulation, place: Place) -> None:
        simulation.world.pace = Pace(stretch, place.subject)

    return start


@dataclass
class Pace:
    """How long steps of stories last instead."""

    stretch: Stretch
    step: tuple[str, ...]  # a scenario, a kind and a path; empty: every step
    changed: int = 0

    def length_of(self, world: World, story: Story, length: timedelta) -> timedelta:
        """How long the present step of a story lasts."""
        script = story.script
        here = script.scenario, script.kind, "/".join(map(str, (*script.head, *story.path)))
        if self.step not in ((), here):
            return length
        other = self.stretch(world, story, length)
        self.changed += other != length
        return other


def no_time(world: World, story: Story, length: timedelta) -> timedelta:
    """The step is over at once."""
    return timedelta()


def stretch(simulation: Simulation, place: Place) -> None:
    """Steps last longer, as many times as the place says."""
    simulation.world.pace = Pace(lambda world, story, length: place.number * length, ())


def other_draw(world: World, story: Story, length: timedelta) -> timedelta:
    """The step lasts as long as with another seed."""
    step: Any = story.step  # one that lasts
    return draw_duration(step.length, world.seed, "other", story.owner, *story.path)
