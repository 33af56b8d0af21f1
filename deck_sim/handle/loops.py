"""Event loops of other threads: which one runs here, and running a coroutine on another."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from concurrent.futures import Future
from threading import Thread
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from anyio.lowlevel import EventLoopToken

T = TypeVar("T")

_STOPPING = 5  # seconds for what still runs on a loop that is to stop


def loop_here() -> EventLoopToken | None:
    """The event loop that runs on this thread, if one does: asyncio's or trio's."""
    from anyio import NoEventLoopError
    from anyio.lowlevel import current_token

    try:
        return current_token()
    except NoEventLoopError:
        return None


def run_on(loop: EventLoopToken, work: Callable[..., Coroutine[Any, Any, T]], *given: Any) -> T:
    """Run a coroutine on the loop of another thread, and wait for its end."""
    from anyio.from_thread import run

    return run(work, *given, token=loop)


def still_runs(loop: EventLoopToken) -> bool:
    """Whether a loop goes on; trio's says so when it is called."""
    running: bool = getattr(loop.native_token, "is_running", lambda: True)()
    return running


class OwnLoop:
    """An event loop in a thread of its own, whose time goes on while the process is frozen."""

    def __init__(self) -> None:
        self._ready: Future[tuple[asyncio.AbstractEventLoop, EventLoopToken]] = Future()
        self._thread = Thread(target=self._run, name="deck-sim-app", daemon=True)
        self._thread.start()
        self._loop, self.token = self._ready.result()

    def stop(self) -> None:
        """Stop, and cancel whatever was left running there."""
        self._loop.call_soon_threadsafe(self._stopped.set)
        self._thread.join(_STOPPING)

    def _run(self) -> None:
        from deck_sim.server.serve import Loop

        with asyncio.Runner(loop_factory=Loop) as runner:
            runner.run(self._wait())

    async def _wait(self) -> None:
        from anyio.lowlevel import current_token

        self._stopped = asyncio.Event()
        self._ready.set_result((asyncio.get_running_loop(), current_token()))
        await self._stopped.wait()
