"""Who drives a simulation while its webhooks are sent, and who sends them in between.

With a frozen clock `drive` passes time, and at each halt sends what is in the outbox and records
how it went before time goes on. So it does with a clock that follows the process, before each call:
whoever moves that clock goes on at once, and wants to see what came of it. With the other clocks,
which move by themselves, a pace keeper sends in the background, so that no answer of the API waits
for a receiver.

Nothing here is locked. While attempts are under way, calls of the API come and go as ever: a
receiver may answer the interaction that it is told of, from inside its handler. A call may even put
another world into the simulation (seeding does), or begin the world of the key anew. So an outcome
is recorded in the world that is there when it comes, and a world that was dropped sends no more.
"""

import asyncio
import logging
import traceback
from collections.abc import Callable, Coroutine, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from deck_sim.base import real_time
from deck_sim.base.real_time import PRESENT_HEADER, PROCESS, PROCESS_HEADER
from deck_sim.base.redaction import redact_headers
from deck_sim.contract.error_catalog import refuse
from deck_sim.engine.deliveries import (
    Attempt,
    AttemptResult,
    record_attempt,
    secrets_of,
    take_outbox,
)
from deck_sim.faults.outgoing import FAULT_HEADER, OutgoingWebhook
from deck_sim.runtime.advance import Advance, AdvanceReport, run_to_end
from deck_sim.runtime.serialization import (
    custom_headers,
    dump_json,
    print_message,
    print_moment,
    read_moment,
)
from deck_sim.runtime.simulation import FOLLOW, Simulation
from deck_sim.webhooks.sender import App, Outcome, Sender
from deck_sim.webhooks.signing import TOLERANCE, signed_headers

log = logging.getLogger("deck_sim")

_IN_BACKGROUND = ("real", "on_poll")  # the modes in which nobody waits for receivers
_LONGEST_NAP = timedelta(minutes=1)

_Printed = Mapping[str, bytes]  # the body of each event, by its id


@dataclass(slots=True)
class _Round:
    """What is under way for one simulation: its pace keeper, and the attempts of that."""

    woken: asyncio.Event = field(default_factory=asyncio.Event)
    keeper: asyncio.Task[None] | None = None
    attempts: set[asyncio.Task[None]] = field(default_factory=set)


class Dispatcher:
    """Sends for all worlds of one server, on that server's event loop."""

    def __init__(
        self, sender: Sender | None = None, wall: Callable[[], datetime] = real_time.process_now
    ) -> None:
        self._sender, self._wall = sender or Sender(), wall
        self._rounds: dict[int, _Round] = {}  # by the identity of the simulation

    @property
    def apps(self) -> dict[str, App]:
        """The applications that are called directly, by the host that stands for each in a URL."""
        return self._sender.apps

    async def drive(self, simulation: Simulation, journey: Advance) -> AdvanceReport:
        """Drive a journey to its end, and send at each halt.

        Raises:
            ApiError: `state_invalid` if someone drives this world already, and nothing changes; or
                if the world was dropped meanwhile.

        """
        if simulation.advancing:
            text = "another call is moving this world's clock; wait for its answer"
            raise refuse("request/state_invalid", text)
        simulation.advancing = True
        try:
            await self.wait_for_attempts(simulation)
            while True:
                _check_kept(simulation)
                next(journey)
                await self.deliver(simulation)
        except StopIteration as end:
            report: AdvanceReport = end.value
            return report
        finally:
            simulation.advancing = False

    async def catch_up(self, simulation: Simulation) -> None:
        """Before a call, let the world come to where a clock that moves by itself is."""
        if simulation.mode == FOLLOW and not simulation.advancing:
            await self.drive(simulation, simulation.advance_to_clock())
        else:
            simulation.catch_up()

    async def deliver(self, simulation: Simulation) -> None:
        """Send what is in the outbox, all at once, and record how it went.

        It is recorded in the order of the outbox, whoever answers first, so that equal runs have
        equal timelines.
        """
        attempts = take_outbox(simulation.world)
        printed = _print(simulation, attempts)
        sending = (self._try(simulation, attempt, printed) for attempt in attempts)
        try:
            tried = await asyncio.gather(*sending)
        except BaseException:  # whoever drove was stopped: they are still to be sent
            simulation.world.outbox[:0] = [attempt.delivery_id for attempt in attempts]
            raise
        for attempt, line in zip(attempts, tried, strict=True):
            record_attempt(simulation.world, attempt, line)

    def wake(self, simulation: Simulation) -> None:
        """See that a world whose clock moves by itself delivers in the background."""
        sends = simulation.mode in _IN_BACKGROUND and not simulation.dropped
        if sends and simulation.world.all("event_destination"):
            round_ = self._rounds.setdefault(id(simulation), _Round())
            if round_.keeper is None:
                keeping = self._keep_pace(simulation, round_)
                round_.keeper = asyncio.ensure_future(_watched(simulation, keeping))
            round_.woken.set()

    def forget(self, simulation: Simulation) -> None:
        """Send nothing more for a world that is no more."""
        for task in _tasks(self._rounds.pop(id(simulation), _Round())):
            task.cancel()

    async def close(self) -> None:
        """Stop sending."""
        tasks = [task for round_ in self._rounds.values() for task in _tasks(round_)]
        self._rounds.clear()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def wait_for_attempts(self, simulation: Simulation) -> None:
        """Wait for what was sent in the background: until it was answered, and noted."""
        under_way = self._rounds.get(id(simulation), _Round()).attempts
        if under_way:  # not gathered: who gives up waiting stops none of them, nor they who waits
            await asyncio.wait(under_way)

    async def _keep_pace(self, simulation: Simulation, round_: _Round) -> None:
        """Send what falls due when it does, and wait for none of it, while the clock is such."""
        try:
            while simulation.mode in _IN_BACKGROUND:
                round_.woken.clear()
                if not simulation.advancing:
                    simulation.catch_up()
                    run_to_end(simulation.settle())
                    self._send_off(simulation, round_)
                await _sleep(self._until_next(simulation), round_.woken)
        finally:
            round_.keeper = None

    def _send_off(self, simulation: Simulation, round_: _Round) -> None:
        attempts = take_outbox(simulation.world)
        printed = _print(simulation, attempts)
        for attempt in attempts:
            sending = self._send_one(simulation, attempt, printed)
            task = asyncio.ensure_future(_watched(simulation, sending))
            round_.attempts.add(task)
            task.add_done_callback(round_.attempts.discard)
            task.add_done_callback(lambda _: round_.woken.set())

    async def _send_one(self, simulation: Simulation, attempt: Attempt, printed: _Printed) -> None:
        tried = await self._try(simulation, attempt, printed)
        simulation.catch_up()
        record_attempt(simulation.world, attempt, tried)

    def _until_next(self, simulation: Simulation) -> timedelta:
        """Real time until something is due; a call wakes the keeper earlier."""
        due = simulation.world.timers.peek()
        if simulation.mode != "real" or simulation.advancing or due is None:
            return _LONGEST_NAP
        left = (due.at - simulation.world.now) / simulation.speed
        return min(max(left, timedelta()), _LONGEST_NAP)

    async def _try(
        self, simulation: Simulation, attempt: Attempt, printed: _Printed
    ) -> AttemptResult:
        world, config = simulation.world, attempt.destination["config"]
        at, wall = world.now, simulation.caller_time or self._wall()
        stamp = wall if simulation.settings.webhook_time == "wall" else at
        message = _spoiled(attempt, secrets_of(world, attempt.destination), stamp, printed)
        headers = {
            "user-agent": "deck-sim",
            **custom_headers(config.get("custom_headers")),
            "content-type": "application/json",
            **({} if attempt.fault is None else {FAULT_HEADER: attempt.fault.key}),
            **signed_headers(message.secrets, attempt.event.id, message.stamp, message.signed),
        }
        outcome = await self._sender.send(config["url"], headers, message.body)
        for _ in range(message.copies - 1):
            await self._sender.send(config["url"], headers, message.body)
        return AttemptResult(
            at=at,
            number=attempt.number,
            ok=outcome.ok,
            status=outcome.status,
            error=outcome.error or _hint(outcome, stamp, wall),
            latency_ms=outcome.latency_ms,
            request=redact_headers(outcome.request or headers),
            response=redact_headers(outcome.headers),
            fault=attempt.fault and attempt.fault.key,
        )


def note_caller_time(simulation: Simulation, headers: Mapping[str, str]) -> None:
    """Remember what a caller in another process takes for the present, if that is frozen.

    A handle says in each call who it is, and the moment while there is one. Others, such as the
    inspector, say nothing, and change nothing.

    Raises:
        ApiError: `input_invalid` if it is no moment.

    """
    told, process = headers.get(PRESENT_HEADER), headers.get(PROCESS_HEADER)
    if process != PROCESS and (told or process):
        simulation.caller_time = read_moment(told, PRESENT_HEADER) if told else None


def _hint(outcome: Outcome, stamp: datetime, wall: datetime) -> str | None:
    """Why a receiver may have refused, if the timestamp can be the reason."""
    if outcome.ok or abs(wall - stamp) <= TOLERANCE:
        return None
    return (
        f"answered {outcome.status}; the timestamp is the world's ({print_moment(stamp)}), and"
        " receivers refuse one that is more than five minutes off: use `webhook_time: wall`"
    )


def _check_kept(simulation: Simulation) -> None:
    if simulation.dropped:
        text = "this world was reset or deleted while its clock was being moved"
        raise refuse("request/state_invalid", text)


def _print(simulation: Simulation, attempts: Iterable[Attempt]) -> _Printed:
    """The body of each event that is sent, printed once for all its destinations."""
    events = {attempt.event.id: attempt.event for attempt in attempts}
    return {event.id: dump_json(print_message(simulation, event)) for event in events.values()}


def _spoiled(
    attempt: Attempt, secrets: Sequence[str], stamp: datetime, printed: _Printed
) -> OutgoingWebhook:
    """The message of an attempt, as the fault that strikes it wants it."""
    body = printed[attempt.event.id]
    message = OutgoingWebhook(tuple(secrets), stamp, body, body)
    if attempt.fault is None:
        return message
    spoiled: OutgoingWebhook = attempt.fault.apply(message)
    return spoiled


def _tasks(round_: _Round) -> list[asyncio.Task[None]]:
    return [*round_.attempts, *([round_.keeper] if round_.keeper else [])]


async def _watched(simulation: Simulation, work: Coroutine[None, None, None]) -> None:
    """Do work that nobody waits for; what goes wrong in it is kept with the world's crashes."""
    try:
        await work
    except Exception:
        simulation.crashes.append(traceback.format_exc())
        log.exception("deck-sim failed while it delivered events")


async def _sleep(nap: timedelta, woken: asyncio.Event) -> None:
    """Sleep for that long, or until woken."""
    try:
        async with asyncio.timeout(nap.total_seconds()):
            await woken.wait()
    except TimeoutError:
        return
