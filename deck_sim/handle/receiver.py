"""A receiver of webhooks for tests: a real HTTP server on loopback, registered with a world."""

import json
import traceback
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from threading import Condition
from types import TracebackType
from typing import Any, Self

from deck_sim.base import real_time
from deck_sim.base.errors import DeckSimError, nearest_type, quote
from deck_sim.contract.editions import every_event_type
from deck_sim.faults.outgoing import FAULT_HEADER
from deck_sim.handle.beside import in_thread, landed, refuse_on_a_loop
from deck_sim.handle.control import IdOr, Json, read_id
from deck_sim.handle.deck import Deck
from deck_sim.handle.loopback import LoopbackServer
from deck_sim.handle.nearby import ALL, HOOK
from deck_sim.webhooks.signing import ID, SignatureError, verify

_FROZEN = "frozen"
_UNSIGNED, _FAILED = 401, 500
_STATUSES = range(200, 600)
_PATIENCE = 0.05  # seconds until a clock is asked again whether it has moved

# Why an event has not come, by the mode of the clock.
_WHY = {
    _FROZEN: "and the world's clock stands still: let time pass, for example with"
    ' `deck.advance_until("{event}")`',
    "on_poll": "though {timeout:g} seconds were waited; the clock moves only when something that is"
    " not finished is read: poll it meanwhile, or let time pass",
}
_WAITED = "though the clock moves and {timeout:g} seconds were waited"


@dataclass(frozen=True, slots=True)
class Arrival:
    """One attempt to deliver an event, as it arrived, and how it was answered."""

    headers: Mapping[str, str]  # with names in lower case
    body: bytes
    event: Json
    answered: int

    @property
    def taken(self) -> bool:
        """Whether the answer said that the event need not be sent again."""
        return 200 <= self.answered < 300


class WebhookReceiver:
    """Takes what a world sends to its webhooks, as an application would.

    `with WebhookReceiver(deck) as webhooks: ...`. Leaving the block raises a `DeckSimError` if a
    signature was wrong or a callback failed.
    """

    def __init__(self, deck: Deck) -> None:
        """Receive every event of the world of `deck`, from when the block is entered."""
        self._deck = deck
        self.secret = ""  # what signatures are checked with; set it anew if you rotate it
        self.destination_id = ""
        self.received: list[Arrival] = []  # every attempt, in the order in which they were answered
        self.complaints: list[str] = []  # wrong signatures, and callbacks that failed
        self._arrived = Condition()
        self._callbacks: list[tuple[str, Callable[[Json], Any]]] = []
        self._answers: deque[int] = deque()
        self._usual = 200

    def __enter__(self) -> Self:
        self._server = LoopbackServer(self._answer)
        try:
            self._register()
        except DeckSimError:
            self._server.server_close()
            raise
        self._server.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._server.stop()
        if self.complaints and error is None:
            raise DeckSimError("\n".join(self.complaints))

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"{self._server.url}{HOOK}"

    @property
    def events(self) -> list[Json]:
        """Each event that was taken, once, in the order in which they happened.

        They may have arrived in another order: what falls due at one moment is sent at once.
        """
        taken = {one.event["id"]: one.event for one in [*self.received] if one.taken}
        happened = {event["id"]: place for place, event in enumerate(self._deck.events)}
        return sorted(taken.values(), key=lambda event: happened.get(event["id"], -1))

    def respond(self, status: int, *, times: int | None = None) -> None:
        """Answer the next so many attempts with this status; without `times`, all from now on.

        Raises:
            DeckSimError: if it is no status from 200 to 599, or `times` is not 1 or more.

        """
        if not (isinstance(status, int) and status in _STATUSES):
            raise DeckSimError(f"`respond` takes a status from 200 to 599, and not {status!r}")
        if times is not None and not (isinstance(times, int) and times > 0):
            raise DeckSimError(f"`times` must be a number from 1, and not {times!r}")
        with self._arrived:
            if times is None:
                self._answers.clear()
                self._usual = status
            else:
                self._answers.extend([status] * times)

    def on(self, event: str, callback: Callable[[Json], Any]) -> None:
        """Call this with each event of a type (or `*`) that arrives, before it is answered.

        It may call the API, and may be a coroutine function. If it fails, the answer is a 500.

        Raises:
            DeckSimError: if the type is a misspelt one, or there is nothing to call.

        """
        _check_type(event)
        if not callable(callback):
            raise DeckSimError(f"`on` takes a function of the event, and not {callback!r}")
        self._callbacks.append((event, self._deck.apps.plain(callback)))

    def wait_for(
        self,
        event: str,
        id: IdOr | None = None,  # noqa: A002 - as in `advance_until`
        timeout: float = 5,
    ) -> Json:
        """The first event of a type that was taken, about that resource if one is given.

        With a clock that moves by itself it waits so many seconds of real time; with a frozen one
        nothing can come while a test waits, so it only looks.

        Raises:
            DeckSimError: if there is none; says what arrived instead. At once if the type is a
                misspelt one.

        """
        _check_type(event)
        wanted = None if id is None else read_id(id)
        mode = self._deck.clock.mode
        if mode != _FROZEN:
            refuse_on_a_loop(self.wait_for)
        ends = real_time.monotonic() + (0 if mode == _FROZEN else timeout)
        while (found := self._look(event, wanted, ends)) is None and real_time.monotonic() < ends:
            self._deck.clock.now  # noqa: B018 - a clock that follows the process is woken by a call
        if found is None:
            why = _WHY.get(mode, _WAITED).format(event=event, timeout=timeout)
            raise DeckSimError(self._missed(event, wanted, why))
        return found

    async def async_wait_for(
        self,
        event: str,
        id: IdOr | None = None,  # noqa: A002
        timeout: float = 5,
    ) -> Json:
        """The same, while the event loop goes on."""
        return await landed(in_thread(partial(self.wait_for, event, id, timeout)))

    def receive(self, headers: Mapping[str, str], body: bytes) -> int:
        """Take one attempt; returns the status to answer with."""
        fault = self._fault(headers, body)
        if fault is not None:
            if FAULT_HEADER not in headers:  # or else it was spoiled on purpose
                self._complain(
                    f"a webhook ({headers.get(ID, 'without an id')}) is not genuine: {fault}"
                )
            return _UNSIGNED
        event = json.loads(body)
        status = self._call_back(event)
        with self._arrived:
            self.received.append(Arrival(headers, body, event, status))
            self._arrived.notify_all()
        return status

    def _register(self) -> None:
        made = self._deck.register_webhook(
            self.url, secret=self.secret or None, name="deck_webhooks"
        )
        self.destination_id, self.secret = made.id, made.secret

    def _answer(self, path: str, headers: Mapping[str, str], body: bytes) -> tuple[int, Json]:
        return self.receive(headers, body), {}

    def _fault(self, headers: Mapping[str, str], body: bytes) -> str | None:
        """What is wrong with a signature; its time is the wall's or, if so chosen, the world's."""
        try:
            verify(self.secret, headers, body, real_time.process_now())
        except SignatureError as fault:
            try:
                verify(self.secret, headers, body, self._deck.clock.now)
            except SignatureError:
                return str(fault)
        return None

    def _call_back(self, event: Json) -> int:
        """Call who asked to be called, unless the event is refused; returns the answer's status."""
        with self._arrived:
            status = self._answers.popleft() if self._answers else self._usual
        try:
            for wanted, callback in self._callbacks if status < 300 else ():
                if wanted in (ALL, event["type"]):
                    callback(event)
        except BaseException:  # what makes a test fail need not be an Exception
            self._complain(f"a callback failed at {event['type']}:\n{traceback.format_exc()}")
            return _FAILED
        return status

    def _complain(self, text: str) -> None:
        with self._arrived:
            if text not in self.complaints:
                self.complaints.append(text)

    def _look(self, type_: str, wanted: str | None, ends: float) -> Json | None:
        """The event if it is there, or comes soon."""
        left = min(ends - real_time.monotonic(), _PATIENCE)
        with self._arrived:
            return self._arrived.wait_for(lambda: self._find(type_, wanted), left)

    def _find(self, type_: str, wanted: str | None) -> Json | None:
        found = (one.event for one in self.received if one.taken and one.event["type"] == type_)
        return next((event for event in found if wanted in (None, event["data"]["id"])), None)

    def _missed(self, type_: str, wanted: str | None, why: str) -> str:
        whom = f" of `{wanted}`" if wanted else ""
        came = [
            f"  {one.event['type']} of {one.event['data']['id']}, answered {one.answered}"
            for one in self.received
        ]
        arrived = "\n".join(["what did arrive:", *came] if came else ["nothing did arrive"])
        return "\n".join([f"no `{type_}`{whom} was taken, {why}; {arrived}", *self.complaints])


def _check_type(event: str) -> None:
    """See that there can be such an event; a scenario may have some that no table knows."""
    if event not in (ALL, *every_event_type()) and (
        likely := nearest_type(event, every_event_type())
    ):
        raise DeckSimError(f"there is no event type {quote(event)}{likely}")
