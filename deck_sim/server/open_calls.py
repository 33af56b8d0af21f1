"""The calls that are being answered, and their end when the server stops."""

import asyncio

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from deck_sim.contract.error_catalog import refuse
from deck_sim.faults.endings import RESET
from deck_sim.runtime.registry import WorldRegistry

# Real time for calls that end by themselves, for canceled ones, and for those that go on.
_END_SECONDS = (0.1, 0.2, 0.1)


class OpenCalls:
    """An ASGI app in front of another, which ends its calls.

    A call whose answer is only kept back or late sends it when it is canceled. Another is answered
    503, or its socket is reset if its answer has begun.
    """

    def __init__(self, app: ASGIApp, worlds: WorldRegistry) -> None:
        self._app, self._worlds = app, worlds
        self._calls = set[asyncio.Task[object]]()
        self._unanswered = set[asyncio.Task[object]]()  # those whose answer has not begun
        self._is_ending = False
        self.cut = 0  # the calls that got no answer of their own

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a call."""

        async def send_noting(message: Message) -> None:
            self._unanswered.discard(call)
            await send(message)

        call = asyncio.current_task()
        assert call is not None
        self._calls.add(call)
        self._unanswered.add(call)
        try:
            if self._is_ending:
                raise asyncio.CancelledError
            await self._app(scope, receive, send_noting)
        except asyncio.CancelledError:
            if not self._is_ending:
                raise
            from deck_sim.server.app import refuse_call
            from deck_sim.server.fault_injection import end_socket

            self.cut += 1
            if call in self._unanswered:
                stopped = refuse_call(self._worlds, refuse("deck_sim/unavailable"), scope)
                await stopped(scope, receive, send)
            else:
                await end_socket(scope, receive, RESET)
        finally:
            self._calls.discard(call)
            self._unanswered.discard(call)

    def begin_to_end(self) -> None:
        """Cancel all calls whose answer has not begun, and those that come from now on. Their work
        would make each step of the stop take a while.
        """
        self._is_ending = True
        for call in self._unanswered:
            call.cancel()

    async def end(self) -> None:
        """End all calls."""
        self._is_ending = True
        for seconds in _END_SECONDS:
            if self._calls:
                await asyncio.wait(self._calls, timeout=seconds)
            for call in self._calls:
                call.cancel()
