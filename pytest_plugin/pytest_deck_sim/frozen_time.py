"""`deck_time`: freezegun with the clock of a world. Only this module imports freezegun.

freezegun reads the time from a factory, and moves it with `tick` and `move_to`. The factory here
reads the world's clock, and advances the world instead of setting a time. So the process always has
the world's time, also in a webhook receiver during an advance.
"""

import asyncio
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from typing import Any

from freezegun import api as freezegun

from deck_sim import Deck, DeckSimError
from deck_sim.base.durations import parse_duration
from deck_sim.engine.world import FROZEN_START
from deck_sim.handle.connect.transports import server_at
from deck_sim.runtime.settings import REAL
from pytest_deck_sim.world_fixture import make_failure

# Modules that keep real time, so that pytest measures tests correctly.
_PYTEST = ("_pytest.runner", "_pytest.terminal", "_pytest.timing")
_SECOND = timedelta(seconds=1)


class DeckTime(freezegun.FrozenDateTimeFactory):
    """freezegun's `tick` and `move_to`, which advance the world.

    Everything that falls due, webhooks included, happens before these methods return.
    """

    def __init__(self, deck: Deck, read: Callable[[], datetime]) -> None:
        self._deck, self._read = deck, read

    @property
    def now(self) -> datetime:
        """The time of the process and the world, in UTC."""
        return self._read()

    @property
    def time_to_freeze(self) -> datetime:
        """The time as freezegun stores it: naive, in UTC. Setting it advances the world."""
        return self._read().replace(tzinfo=None)

    @time_to_freeze.setter
    def time_to_freeze(self, moment: datetime) -> None:
        self._deck.advance_to(moment.replace(tzinfo=UTC))

    def tick(self, delta: str | timedelta | float = _SECOND) -> datetime:
        """Advance by a duration: seconds, a `timedelta`, or text like `5m`."""
        return super().tick(parse_duration(delta) if isinstance(delta, str) else delta)

    async def async_tick(self, delta: str | timedelta | float = _SECOND) -> datetime:
        """`tick` in a thread, so that the event loop can answer webhooks."""
        return await asyncio.to_thread(self.tick, delta)

    async def async_move_to(self, target_datetime: Any) -> None:
        """`move_to` in a thread, so that the event loop can answer webhooks."""
        await asyncio.to_thread(self.move_to, target_datetime)


@contextmanager
def bind(deck: Deck) -> Iterator[DeckTime]:
    """Freeze the process, and the timestamps of webhooks, at the world's time in a `with` block."""
    mode = deck.clock.mode
    if mode == REAL:
        raise make_failure(
            f"`deck_time` freezes the process with the world, but the world's clock is `{mode}`,"
            " which moves by itself; use clock='frozen' or clock='on_poll'"
        )
    deck.stamp_webhooks("world")
    last, thread = deck.clock.now, threading.local()
    # `reader` has its own sockets, since a call of `deck` may itself read the time.
    with Deck(deck.url, deck.api_key) as reader:

        def read() -> datetime:
            nonlocal last
            if server := server_at(deck.url):
                simulation = server.worlds.find(deck.api_key)
                return simulation.world.now if simulation else FROZEN_START  # the world was deleted
            # The server is in another process, perhaps the parent of this fork. The call below
            # reads the time, too; it then gets the last answer, or it would never end. The last
            # answer is also used if the server has stopped: code that reads the time expects no
            # error.
            if not hasattr(thread, "reads"):
                thread.reads = True
                with suppress(DeckSimError):
                    last = reader.clock.now
                del thread.reads
            return last

        # Event loops of asyncio keep real time, so that timeouts and sleeps of an application end.
        with freezegun.freeze_time(deck.clock.now, real_asyncio=True, ignore=[*_PYTEST]):
            time = freezegun.freeze_factories[-1] = DeckTime(deck, read)
            yield time
