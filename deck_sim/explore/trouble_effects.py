"""The effects of troubles: a fault with priority over all others, or changed lengths of steps."""

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from deck_sim.engine.injected_faults import TROUBLE, Injected
from deck_sim.engine.playing import end_run
from deck_sim.engine.script import Story
from deck_sim.engine.seeded_draws import MILLISECOND, draw_duration
from deck_sim.engine.world import World
from deck_sim.engine.world_values import Immutable
from deck_sim.explore.places import Place
from deck_sim.faults import TIMED_OUT
from deck_sim.faults.fault import Fault, read_fault
from deck_sim.faults.http import HttpFault
from deck_sim.faults.outgoing import NOTHING, OutgoingResponse, OutgoingWebhook
from deck_sim.faults.webhooks import WebhookFault
from deck_sim.runtime.simulation import Simulation

Effect = Callable[[Simulation, Place], None]
Stretch = Callable[[World, Story, timedelta], timedelta]

_STATUS = re.compile(rb'("status":\s*)"(\w+)"')
RETRY_AFTER = timedelta(seconds=2)  # longer than the first pause of most clients
_MOST_REFUSALS = 4  # of one call and its repetitions


def call_fault(**fault: Any) -> Effect:
    def start(simulation: Simulation, place: Place) -> None:
        _inject(simulation, Injected(TROUBLE, _read_call_fault(place, fault, times=1), TROUBLE))

    return start


def be_unavailable(simulation: Simulation, place: Place) -> None:
    """Answer the call at `place` with 503. If it is for a webhook, answer each such call so until
    the attempt is over: then a program that tries it a few times gives up, and the webhook comes
    again.
    """
    fault = _read_call_fault(place, {"status": 503}, times=1)
    outage = _Outage(TROUBLE, fault, TROUBLE, lasts=lambda: bool(simulation.attempting))
    _inject(simulation, outage if place.in_attempt else Injected(TROUBLE, fault, TROUBLE))


def end_first(simulation: Simulation, place: Place) -> None:
    """Let the run time out just before the call at `place`."""
    fault = _read_call_fault(place, {"lost_response": True})  # which never fires
    run_id = place.subject[0].split("/")[3]
    early_end = _EarlyEnd(TROUBLE, fault, TROUBLE, end=lambda: end_run(simulation.world, run_id))
    _inject(simulation, early_end)


def kill_program(simulation: Simulation, place: Place) -> None:
    """Carry out the call at `place`, then kill the program before it notices a lost answer."""
    lost_response = _read_call_fault(place, {"lost_response": True}, times=1)
    assert simulation.exploration is not None
    fault = _KillingFault(lost_response, simulation.exploration.kill)
    _inject(simulation, Injected(TROUBLE, fault, TROUBLE))


def webhook_fault(**fault: Any) -> Effect:
    def start(simulation: Simulation, place: Place) -> None:
        event, resource = place.subject
        row = {"event": event, "after": place.number - 1, "times": 1, **fault}
        of_resource = _ResourceFault(read_fault(WebhookFault, row), resource)
        _inject(simulation, Injected(TROUBLE, of_resource, TROUBLE))

    return start


def refuse_hasty_calls(simulation: Simulation, place: Place) -> None:
    """Refuse the call at `place` with 429, and up to three repetitions before `Retry-After` has
    passed.
    """
    fields = {"error": "rate_limit/rate_limit_exceeded", "retry_after": RETRY_AFTER.seconds}
    fault = _read_call_fault(place, fields)
    # No bound method: a copy of the world would read a copy of the simulation.
    hasty_calls = _HastyCalls(TROUBLE, fault, TROUBLE, client_ns=lambda: simulation.client_ns())
    _inject(simulation, hasty_calls)


def _read_call_fault(place: Place, fields: dict[str, Any], **limits: int) -> Fault:
    (pattern,) = place.subject
    return read_fault(HttpFault, {"match": pattern, "after": place.number - 1, **limits, **fields})


def pass_timeout(simulation: Simulation, place: Place) -> None:
    """Carry out the call at `place`, and let the client's timeout pass."""
    fault = _PassedTimeout(_read_call_fault(place, {"lost_response": True}, times=1))
    _inject(simulation, Injected(TROUBLE, fault, TROUBLE))


def fail_again(simulation: Simulation, place: Place) -> None:
    """Carry out the call at `place`, but answer 504; answer the next such call with 503."""
    lost = _GatewayTimeout(_read_call_fault(place, {"lost_response": True}, times=1))
    again = _read_call_fault(replace(place, number=place.number + 1), {"status": 503}, times=1)
    for fault in (lost, again):
        _inject(simulation, Injected(TROUBLE, fault, TROUBLE))


def forge_webhook(simulation: Simulation, place: Place) -> None:
    """Send messages with a wrong signature, and without one, before the webhook at `place`."""
    event, resource = place.subject
    row = {"event": event, "after": place.number - 1, "times": 1, "bad_signature": True}
    forged = _ForgedWebhook(read_fault(WebhookFault, row), resource)
    _inject(simulation, Injected(TROUBLE, forged, TROUBLE))


def _inject(simulation: Simulation, injected: Injected) -> None:
    simulation.world.injected.by_owner.setdefault(TROUBLE, []).append(injected)


@dataclass
class _FaultLike(Immutable):
    fault: Any  # that it is like, apart from the methods below

    def __getattr__(self, name: str) -> Any:
        return getattr(self.fault, name)


@dataclass
class _KillingFault(_FaultLike):
    kill: Callable[[], object]

    def apply(self, answer: OutgoingResponse) -> OutgoingResponse:
        self.kill()
        faulty: OutgoingResponse = self.fault.apply(answer)
        return faulty


class _PassedTimeout(_FaultLike):
    def apply(self, answer: OutgoingResponse) -> OutgoingResponse:
        return replace(answer, status=NOTHING, pieces=(), end=TIMED_OUT)


class _GatewayTimeout(_FaultLike):
    key = "gateway_timeout"

    def apply(self, answer: OutgoingResponse) -> OutgoingResponse:
        return replace(answer, status=504, headers=(), pieces=(), length=0)


@dataclass
class _ResourceFault(_FaultLike):
    resource: str

    def applies_to(self, resource: str, *names: str) -> bool:
        return resource == self.resource and self.fault.applies_to(resource, *names)


class _ForgedWebhook(_ResourceFault):
    def apply(self, webhook: OutgoingWebhook) -> OutgoingWebhook:
        return replace(webhook, forged=_STATUS.sub(_give_other_status, webhook.body, 1))


def _give_other_status(status: re.Match[bytes]) -> bytes:
    return status[1] + (b'"failed"' if status[2] == b"completed" else b'"completed"')


@dataclass(slots=True)
class _HastyCalls(Injected):
    client_ns: Callable[[], int] = lambda: 0
    refused_at: tuple[datetime, int] | None = None  # on the world's clock, and in real time
    has_waited: bool = False  # the client has waited as long, on either clock
    waited_ns: int = 0  # the real time until the client repeated the call; 0: less

    def meet(self, now: datetime) -> bool:
        self.met += 1
        if self.met <= self.fault.after or self.has_waited or self.fired == _MOST_REFUSALS:
            return False
        real = self.client_ns()
        if self.refused_at is not None:
            waited = real - self.refused_at[1]
            self.waited_ns = waited if waited >= RETRY_AFTER.seconds * 10**9 else 0
            passed = now - self.refused_at[0]
            self.has_waited = bool(self.waited_ns) or passed > RETRY_AFTER - MILLISECOND
        self.refused_at = now, real
        return not self.has_waited


@dataclass(slots=True)
class _Outage(Injected):
    lasts: Callable[[], bool] = lambda: False

    def meet(self, now: datetime) -> bool:
        self.met += 1
        if self.met == self.fault.after + 1:
            self.since = now
            return True
        return self.since == now and self.lasts()


@dataclass(slots=True)
class _EarlyEnd(Injected):
    end: Callable[[], bool] = lambda: False

    def meet(self, now: datetime) -> bool:
        self.met += 1
        if self.met == self.fault.after + 1:
            self.fired += self.end()
        return False


def pace(stretch: Stretch) -> Effect:
    def start(simulation: Simulation, place: Place) -> None:
        simulation.world.pace = Pace(stretch, place.subject)

    return start


@dataclass
class Pace:
    """A change to the length of one step, or of every step."""

    stretch: Stretch
    subject: tuple[str, ...]  # of the step: a scenario, a kind and a path; empty: every step
    changed: int = 0

    def length_of(self, world: World, story: Story, length: timedelta) -> timedelta:
        """Return how long the story's current step takes: `length`, or the changed length."""
        script = story.script
        current = script.scenario, script.kind, "/".join(map(str, (*script.head, *story.path)))
        if self.subject not in ((), current):
            return length
        new_length = self.stretch(world, story, length)
        self.changed += new_length != length
        return new_length


def no_time(world: World, story: Story, length: timedelta) -> timedelta:
    return timedelta()


def stretch(simulation: Simulation, place: Place) -> None:
    """Multiply the length of every step by `place.number`, for the trouble `slow`."""
    simulation.world.pace = Pace(lambda world, story, length: place.number * length, ())


def other_draw(world: World, story: Story, length: timedelta) -> timedelta:
    """Draw the length of the current step again, as if the world had another seed."""
    step: Any = story.step  # a step with a `length`, since others take no time
    name = f"other/{story.owner}/{story.position.name}"
    return draw_duration(step.length, world.seed, name)
