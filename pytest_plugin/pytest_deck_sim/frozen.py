"""The process's time and a world's as one: freezegun, with the world as its clock.

freezegun asks a factory for the present, and moves it with `tick` and `move_to`. Ours keeps no
moment of its own: it reads the world's, and to set it is to move the world. So whatever moves one
of the two has moved the other, in the middle of an advance, too: a webhook's receiver sees the
moment at which the webhook was sent. The only place that imports freezegun.
"""

import asyncio
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

from freezegun import api as freezegun

from deck_sim import Deck, DeckSimError
from deck_sim.base.durations import parse_duration
from deck_sim.engine.world import FROZEN_START
from deck_sim.handle.control import Control
from deck_sim.runtime.registry import WorldRegistry
from deck_sim.server.serve import THREAD

# Modules that go on reading real time: pytest says with it how long a test took.
_PYTEST = ("_pytest.runner", "_pytest.terminal", "_pytest.timing")
_MODES = ("frozen", "on_poll")  # of a clock that can be bound: it moves only when it is moved
_SECOND = timedelta(seconds=1)


class DeckTime(freezegun.FrozenDateTimeFactory):
    """What `deck_time` gives: freezegun's `tick` and `move_to`, which move the world and settle all
    that falls due, webhooks included, before they return.
    """

    def __init__(self, deck: Deck, read: Callable[[], datetime]) -> None:
        self._deck, self._read = deck, read

    @property
    def now(self) -> datetime:
        """The moment that the process and the world have in common, in UTC."""
        return self._read()

    @property
    def time_to_freeze(self) -> datetime:
        """The same as freezegun keeps it: in UTC, without saying so."""
        return self._read().replace(tzinfo=None)

    @time_to_freeze.setter
    def time_to_freeze(self, moment: datetime) -> None:
        self._deck.advance_to(moment.replace(tzinfo=UTC))

    def tick(self, delta: str | timedelta | float = _SECOND) -> datetime:
        """Let that much time pass: seconds, a `timedelta`, or text like `5m`.

        Raises:
            DeckSimError: if it is negative; a world's time never goes back.

        """
        return super().tick(parse_duration(delta) if isinstance(delta, str) else delta)

    async def async_tick(self, delta: str | timedelta | float = _SECOND) -> datetime:
        """The same beside an event loop, which goes on meanwhile."""
        return await asyncio.to_thread(self.tick, delta)

    async def async_move_to(self, target_datetime: Any) -> None:
        """`move_to` beside an event loop, which goes on meanwhile."""
        await asyncio.to_thread(self.move_to, target_datetime)


class _Elsewhere:
    """Reads the clock of a world on a server that is not ours, by a call each time.

    That call asks for the time, too, as does a server in a thread of this process while it answers:
    they are told what the last answer was, or the call would never end.
    """

    def __init__(self, control: Control, now: datetime) -> None:
        self._control, self._last = control, now
        self._thread = threading.local()

    def __call__(self) -> datetime:
        if threading.current_thread().name != THREAD and not hasattr(self._thread, "asks"):
            self._thread.asks = True
            try:
                self._last = datetime.fromisoformat(self._control.call("GET", "/clock")["now"])
            finally:
                del self._thread.asks
        return self._last


@contextmanager
def bind(deck: Deck, worlds: WorldRegistry | None) -> Iterator[DeckTime]:
    """Freeze the process with the world of `deck`; `worlds` has it if the server is in a thread of
    ours.

    Raises:
        DeckSimError: if the world's clock moves by itself.

    """
    mode = deck.clock.mode
    if mode not in _MODES:
        raise DeckSimError(
            f"`deck_time` freezes the process with the world, and the world's clock is `{mode}`,"
            " which moves by itself; use clock='frozen' or clock='on_poll'"
        )
    deck.stamp_webhooks("world")
    now, control = deck.clock.now, Control(deck.url, deck.api_key)
    read = partial(_here, worlds, deck.api_key) if worlds else _Elsewhere(control, now)
    # asyncio's loops keep real time, so that the timeouts and sleeps of an application still end.
    with closing(control), freezegun.freeze_time(now, real_asyncio=True, ignore=[*_PYTEST]):
        time = freezegun.freeze_factories[-1] = DeckTime(deck, read)
        yield time


def _here(worlds: WorldRegistry, key: str) -> datetime:
    """The moment of a world in this process; of one that was deleted, when a world begins."""
    simulation = worlds.find(key)
    return simulation.world.now if simulation else FROZEN_START
