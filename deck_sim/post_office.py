"""Who drives a simulation while its webhooks are sent, and who sends them in between.

With a frozen clock `drive` passes time, and at each halt sends what is in the outbox and records
how it went before time goes on. With a clock that moves by itself a pace keeper does the same in
the background, so that no answer of the API waits for a receiver.

Nothing here is locked. While attempts are under way, calls of the API come and go as ever: a
receiver may answer the interaction that it is told of, from inside its handler.
"""

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from deck_sim import realtime
from deck_sim.engine.deliveries import Attempt, Tried, record_attempt, secrets_of, take_outbox
from deck_sim.engine.world import World
from deck_sim.errors import refuse
from deck_sim.simulation import Journey, Report, Simulation, travel
from deck_sim.webhooks.sender import Outcome, Sender
from deck_sim.webhooks.signing import TOLERANCE, signed_headers
from deck_sim.wire import custom_headers, dump_json, print_event, print_moment

_LONGEST_NAP = timedelta(minutes=1)


@dataclass(slots=True)
class _Keeper:
    """The pace keeper of one world whose clock moves by itself."""

    woken: asyncio.Event = field(default_factory=asyncio.Event)
    task: asyncio.Task[None] | None = None


class PostOffice:
    """Sends for all worlds of one server, on that server's event loop."""

    def __init__(
        self, sender: Sender | None = None, wall: Callable[[], datetime] = realtime.now
    ) -> None:
        self._sender, self._wall = sender or Sender(), wall
        self._keepers: dict[int, _Keeper] = {}  # by the identity of the simulation
        self._under_way: set[asyncio.Task[None]] = set()

    async def drive(self, simulation: Simulation, journey: Journey) -> Report:
        """Drive a journey to its end, and send at each halt.

        Raises:
            ApiError: `state_invalid` if someone drives this world already; nothing changes.

        """
        if simulation.driven:
            text = "another call is moving this world's clock; wait for its answer"
            raise refuse("request/state_invalid", text)
        simulation.driven = True
        try:
            while True:
                next(journey)
                await self.deliver(simulation)
        except StopIteration as end:
            report: Report = end.value
            return report
        finally:
            simulation.driven = False

    async def deliver(self, simulation: Simulation) -> None:
        """Send what is in the outbox, all at once, and record how it went."""
        await asyncio.gather(*self._attempts(simulation))

    def wake(self, simulation: Simulation) -> None:
        """See that a world whose clock moves by itself delivers in the background."""
        if simulation.mode == "frozen" or not simulation.world.all("event_destination"):
            return
        keeper = self._keepers.get(id(simulation))
        if keeper is None:
            keeper = self._keepers[id(simulation)] = _Keeper()
            keeper.task = asyncio.ensure_future(self._keep_pace(simulation, keeper.woken))
        keeper.woken.set()

    def forget(self, simulation: Simulation) -> None:
        """Send nothing more for a world that is no more."""
        keeper = self._keepers.pop(id(simulation), None)
        if keeper is not None and keeper.task is not None:
            keeper.task.cancel()

    async def close(self) -> None:
        """Stop sending."""
        for task in [*self._under_way, *(k.task for k in self._keepers.values() if k.task)]:
            task.cancel()
        await self._sender.close()

    async def _keep_pace(self, simulation: Simulation, woken: asyncio.Event) -> None:
        """Send what falls due when it does, and wait for none of it, until nothing can."""
        while simulation.mode != "frozen":
            woken.clear()
            simulation.catch_up()
            if not simulation.driven:
                travel(simulation.settle())
                for attempt in self._attempts(simulation):
                    task = asyncio.ensure_future(attempt)
                    self._under_way.add(task)
                    task.add_done_callback(self._under_way.discard)
                    task.add_done_callback(lambda _: woken.set())
            nap = self._until_next(simulation)
            try:
                async with asyncio.timeout(nap.total_seconds()):
                    await woken.wait()
            except TimeoutError:
                continue
        self._keepers.pop(id(simulation), None)

    def _until_next(self, simulation: Simulation) -> timedelta:
        """Real time until something is due; a call wakes the keeper earlier."""
        due = simulation.world.timers.peek()
        if simulation.mode != "real" or due is None:
            return _LONGEST_NAP
        left = (due.at - simulation.world.now) / simulation.speed
        return min(max(left, timedelta()), _LONGEST_NAP)

    def _attempts(self, simulation: Simulation) -> list[Coroutine[None, None, None]]:
        """What is in the outbox, ready to be sent."""
        world = simulation.world
        return [self._try(simulation, world, attempt) for attempt in take_outbox(world)]

    async def _try(self, simulation: Simulation, world: World, attempt: Attempt) -> None:
        stamp = self._wall() if simulation.settings.webhook_time == "wall" else world.now
        body = dump_json(print_event(world, attempt.event))
        config = attempt.destination["config"]
        headers = {
            **custom_headers(config.get("custom_headers")),
            "content-type": "application/json",
            "user-agent": "deck-sim",
            **signed_headers(secrets_of(world, attempt.destination), attempt.event.id, stamp, body),
        }
        outcome = await self._sender.send(config["url"], headers, body)
        record_attempt(world, attempt, self._tried(world, attempt, outcome, headers, stamp))

    def _tried(
        self,
        world: World,
        attempt: Attempt,
        outcome: Outcome,
        headers: dict[str, str],
        stamp: datetime,
    ) -> Tried:
        return Tried(
            at=world.now,
            number=attempt.number,
            ok=outcome.ok,
            status=outcome.status,
            error=outcome.error or self._hint(outcome, stamp),
            latency_ms=outcome.latency_ms,
            request=headers,
            response=outcome.headers,
        )

    def _hint(self, outcome: Outcome, stamp: datetime) -> str | None:
        """Why a receiver may have refused, if the timestamp can be the reason."""
        off = abs(self._wall() - stamp)
        if outcome.ok or off <= TOLERANCE:
            return None
        return (
            f"answered {outcome.status}; the timestamp is the world's ({print_moment(stamp)}), and"
            " receivers refuse one that is more than five minutes off: use `webhook_time: wall`"
        )
