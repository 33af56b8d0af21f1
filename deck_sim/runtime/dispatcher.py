"""The delivery of webhooks, during an advance or in the background, and each of its attempts.

`drive` runs an advance. When the advance yields True, `drive` sends the outbox, and
records the results before the clock moves; when it yields False, other calls are answered. With
`real` and `on_poll` clocks a background task sends webhooks between advances. A response of the
Deck API waits for a receiver only with the fault `before_response` (`send_early`).

Nothing is locked. While attempts are in progress, calls are answered as usual: a receiver may
answer an interaction in its handler. A call may also replace the world (seeding does) or reset it.
So a result is recorded in the world that the simulation has when the result arrives, and a dropped
world sends nothing more.
"""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Awaitable, Callable, Generator, Mapping
from contextlib import closing, suppress
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING

from deck_sim.base import real_time
from deck_sim.base.errors import for_python
from deck_sim.contract.error_catalog import ApiError, refuse
from deck_sim.runtime.activity_log import log_attempt
from deck_sim.runtime.moment_text import format_moment
from deck_sim.runtime.settings import ON_POLL, REAL
from deck_sim.webhooks.sender import Sender, SendResult, explain_status

if TYPE_CHECKING:
    from deck_sim.engine.deliveries import Attempt, AttemptResult
    from deck_sim.runtime.advance import Result
    from deck_sim.runtime.simulation import Simulation

log = logging.getLogger("deck_sim")

_STAMP = 'deck.stamp_webhooks("wall"), or '
_BACKGROUND_MODES = (REAL, ON_POLL)
_EARLY_SECONDS = 1  # that an answer waits for the webhooks that are sent before it


@dataclass(slots=True)
class _Background:
    wake: asyncio.Event = field(default_factory=asyncio.Event)
    loop: asyncio.Task[None] | None = None
    sending: set[asyncio.Task[None]] = field(default_factory=set)

    def cancel(self) -> list[asyncio.Task[None]]:
        """Cancel the tasks and return them. Safe on any thread."""
        tasks = [*self.sending, *([self.loop] if self.loop else [])]
        for task in tasks:
            task.get_loop().call_soon_threadsafe(task.cancel)
        return tasks


class Dispatcher:
    """Sends the webhooks of all worlds of one server, on that server's event loop."""

    def __init__(self, sender: Sender | None = None) -> None:
        self._sender = sender or Sender()
        self.apps = self._sender.apps  # called without a socket, by the host in their URL
        self.check_url = self._sender.check_url
        # Saves the changes of a world if there is a state file; called before anything is sent.
        self.save: Callable[[Simulation], None] = lambda simulation: None
        # By the `id()` of the simulation. A drive has its `has_left`, and the event of its end.
        self._backgrounds: dict[int, _Background] = {}
        self._drives: dict[int, tuple[Callable[[], bool], asyncio.Event]] = {}

    async def drive(
        self,
        simulation: Simulation,
        advance: Generator[bool, None, Result],
        has_left: Callable[[], bool] = lambda: False,
    ) -> Result:
        """Run an advance to its end, and send webhooks when it yields True. Return its result.
        Raises ApiError (`state_invalid`) if the caller disconnects, as `has_left` says, or if the
        world is reset or deleted. Raises it at once, without a change, if another advance of this
        world is in progress and its caller still waits.
        """
        has_left_before, ended_before = self._drives.get(id(simulation), (has_left, None))
        if ended_before and has_left_before():  # the other drive ends with its present attempts
            await ended_before.wait()
        if simulation.advancing:
            text = (
                "another call is moving this world's clock; wait for its answer, and do not move"
                " the clock in a webhook receiver"
            )
            raise refuse("request/state_invalid", text)
        simulation.advancing = True
        _, ended = self._drives[id(simulation)] = has_left, asyncio.Event()
        try:
            # Even if it is closed early, an advance notes how far the clock has moved.
            with closing(advance):
                await self.wait_for_attempts(simulation)
                while True:
                    if simulation.dropped:
                        text = "this world was reset or deleted while its clock was being moved"
                        raise refuse("request/state_invalid", text)
                    if has_left():
                        advance.close()
                        text = "the advance stopped, since its caller disconnected"
                        simulation.world.note("clock", "", text)
                        raise refuse("request/state_invalid", text)
                    try:
                        sends = next(advance)
                    except StopIteration as end:
                        result: Result = end.value
                        return result
                    if sends:
                        await self._deliver(simulation)
                    else:
                        self.save(simulation)
                        await asyncio.sleep(0)
        finally:
            simulation.advancing = False
            del self._drives[id(simulation)]
            ended.set()

    async def _deliver(self, simulation: Simulation) -> None:
        """Send the whole outbox; record the results in its order, not as they arrive."""
        attempts = self._take_attempts(simulation)
        making = [self._make(simulation, attempt) for attempt in attempts]
        # Most often there is one attempt, and `gather` would take two more turns of the loop.
        results = [await making[0]] if len(making) == 1 else await asyncio.gather(*making)
        for attempt, result in zip(attempts, results, strict=True):
            _record_result(simulation, attempt, result)

    async def _make(self, simulation: Simulation, attempt: Attempt) -> AttemptResult:
        """Make an attempt. An error in deck-sim becomes its result, so other attempts continue."""
        try:
            return await _make_attempt(simulation, attempt, self._sender)
        except Exception as error:
            from deck_sim.engine.deliveries import AttemptResult

            simulation.note_crash("the delivery of events")
            return AttemptResult(
                simulation.world.now, attempt.number, ok=False, status=None, error=f"{error!r}"
            )

    def wake(self, simulation: Simulation) -> None:
        """Start or wake the background task that passes time and sends webhooks, if the clock's
        mode needs it and the world has a destination.
        """
        needed = simulation.mode in _BACKGROUND_MODES and not simulation.dropped
        if needed and simulation.world.all("event_destination"):
            background = self._backgrounds.setdefault(id(simulation), _Background())
            if background.loop is None:
                work = partial(self._deliver_in_background, simulation, background)
                background.loop = asyncio.ensure_future(_log_errors(simulation, work))
            background.wake.set()

    def forget(self, simulation: Simulation) -> None:
        self._backgrounds.pop(id(simulation), _Background()).cancel()

    async def close(self) -> None:
        tasks = [task for background in self._backgrounds.values() for task in background.cancel()]
        self._backgrounds.clear()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def wait_for_attempts(self, simulation: Simulation) -> None:
        """Wait until the results of the attempts in the background have been recorded."""
        background = self._backgrounds.get(id(simulation))
        if background and background.sending:  # a canceled `gather` would cancel them
            await asyncio.wait(background.sending)

    async def send_early(self, simulation: Simulation) -> None:
        """Send the webhooks that are due now, and wait briefly for the receivers. The wait is short
        because a receiver may itself wait for the answer to the call in progress.
        """
        from deck_sim.runtime import advance

        advance.run_to_end(advance.do_all_due(simulation))
        if attempts := self._start_attempts(simulation):
            _, unanswered = await asyncio.wait(attempts, timeout=_EARLY_SECONDS)
            simulation.answered_before_webhooks |= bool(unanswered)

    def _start_attempts(self, simulation: Simulation) -> set[asyncio.Task[None]]:
        from deck_sim.runtime import advance

        background = self._backgrounds.setdefault(id(simulation), _Background())

        async def deliver(attempt: Attempt) -> None:
            result = await self._make(simulation, attempt)
            advance.catch_up(simulation)
            _record_result(simulation, attempt, result)
            self.save(simulation)

        for attempt in self._take_attempts(simulation):
            task = asyncio.ensure_future(_log_errors(simulation, partial(deliver, attempt)))
            background.sending.add(task)
            task.add_done_callback(background.sending.discard)
            task.add_done_callback(lambda _: background.wake.set())
        return background.sending

    async def _deliver_in_background(self, simulation: Simulation, background: _Background) -> None:
        from deck_sim.runtime import advance

        try:
            while simulation.mode in _BACKGROUND_MODES:
                background.wake.clear()
                advance.catch_up(simulation)
                if not simulation.advancing:
                    advance.run_to_end(advance.do_all_due(simulation))
                    attempts = self._start_attempts(simulation)
                    explored = simulation.exploration
                    is_patient = explored and explored.finishes and simulation.mode == ON_POLL
                    # Perhaps no read will move the clock to the retry.
                    if is_patient and not attempts and (retry := advance.next_retry(simulation)):
                        advance.run_to_end(advance.pass_time_until(simulation, retry))
                        continue
                seconds, due = None, simulation.world.timers.peek()
                if due is not None and simulation.mode == REAL and not simulation.advancing:
                    wait = due.at - simulation.world.now
                    seconds = max(wait.total_seconds(), 0) / simulation.speed
                with suppress(TimeoutError):
                    async with asyncio.timeout(seconds):
                        await background.wake.wait()
        finally:
            background.loop = None

    def _take_attempts(self, simulation: Simulation) -> list[Attempt]:
        from deck_sim.engine.deliveries import take_outbox

        attempts = take_outbox(simulation.world)
        simulation.attempting += [attempt.delivery_id for attempt in attempts]
        self.save(simulation)
        return attempts


async def _log_errors(simulation: Simulation, work: Callable[[], Awaitable[None]]) -> None:
    """Do background work, and log its errors. `work` is a function, not a coroutine, since Python
    warns of a coroutine that a canceled task never awaits.
    """
    try:
        await work()
    except ApiError as error:  # a change could not be saved; the next call tries again
        log.error("deck-sim: %s", error)
    except Exception:
        simulation.note_crash("the delivery of events")


async def _make_attempt(simulation: Simulation, attempt: Attempt, sender: Sender) -> AttemptResult:
    from deck_sim.engine.deliveries import AttemptResult, secrets_of
    from deck_sim.faults.outgoing import FAULT_HEADER, OutgoingWebhook
    from deck_sim.runtime.serialization import dump_json, message_as_json
    from deck_sim.webhooks.signing import TOLERANCE, SignatureError, signed_headers, verify

    world, config, fault = simulation.world, attempt.destination["config"], attempt.fault
    at, wall = world.now, simulation.caller_time or real_time.process_now()
    stamp = wall if simulation.settings.webhook_time == "wall" else at
    custom = json.loads(config.get("custom_headers") or "{}")
    body = dump_json(message_as_json(simulation, attempt.event))
    secrets = tuple(secrets_of(world, attempt.destination))
    webhook = OutgoingWebhook(secrets, stamp, body, body)
    if fault is not None:
        webhook = fault.apply(webhook)
    headers = {
        "user-agent": "deck-sim",
        **{name.lower(): value for name, value in custom.items()},
        "content-type": webhook.content_type,
        **({} if fault is None else {FAULT_HEADER: fault.key}),
        **signed_headers(webhook.secrets, attempt.event.id, webhook.stamp, webhook.signed),
    }
    if webhook.forged is not None:
        await _send_forged(simulation, attempt, webhook.forged, headers, sender)
    if (status := webhook.answered) is not None:
        why = explain_status(status) or f"answered {status} by a fault in place of the receiver"
        outcomes = [SendResult(status, why, latency_ms=0)]
    else:
        copies, url = range(webhook.copies), config["url"]
        outcomes = [await sender.send(url, headers, webhook.body) for _ in copies]
    outcome = outcomes[0]
    error = outcome.error
    if error is None and not outcome.ok and abs(wall - stamp) > TOLERANCE:
        error = (
            f"answered {outcome.status}, perhaps because of the timestamp, which is the world's"
            f" ({format_moment(stamp)}): receivers refuse one that is more than five minutes off."
            " To sign with"
            f' real time: {for_python(_STAMP)}PATCH /_sim/world {{"webhook_time": "wall"}}'
        )
    refusal = None  # why a receiver refuses the signature, if it does
    if fault is not None or stamp is not wall:  # otherwise the signature is valid
        try:
            verify(secrets[0], headers, webhook.body, wall)
        except SignatureError as refused:
            refusal = str(refused)
    return AttemptResult(
        at=at,
        number=attempt.number,
        ok=outcome.ok,
        status=outcome.status,
        error=error,
        latency_ms=outcome.latency_ms,
        request=outcome.request or headers,
        response=outcome.headers,
        fault=fault and fault.key,
        refusal=refusal,
        answer=outcome.body,
    )


async def _send_forged(
    simulation: Simulation,
    attempt: Attempt,
    body: bytes,
    headers: Mapping[str, str],
    sender: Sender,
) -> None:
    """Send a message that Deck never sent, with a wrong signature, then without one, as exploration
    does; no log has it.
    """
    from deck_sim.faults.webhooks import UNKNOWN_SECRET
    from deck_sim.webhooks.signing import SIGNATURE, signed_headers

    stamp, id_ = real_time.process_now(), f"{attempt.event.id}_forged"
    signed = {**headers, **signed_headers((UNKNOWN_SECRET,), id_, stamp, body)}
    unsigned = {name: value for name, value in signed.items() if name != SIGNATURE}
    for what, message in (("a wrong", signed), ("no", unsigned)):
        outcome = await sender.send(attempt.destination["config"]["url"], message, body)
        if simulation.exploration is not None:
            simulation.exploration.forgeries[f"with {what} signature"] = outcome.status


def _record_result(simulation: Simulation, attempt: Attempt, result: AttemptResult) -> None:
    from deck_sim.engine.deliveries import record_attempt

    simulation.attempting.remove(attempt.delivery_id)
    record_attempt(simulation.world, attempt, result)
    log_attempt(simulation, attempt, result)
