"""`deck_webhooks`: a webhook receiver for tests, a real HTTP server on loopback."""

import json
import traceback
from collections import deque
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, suppress
from dataclasses import dataclass
from threading import Condition
from typing import Any, Self

from deck_sim.base import real_time
from deck_sim.base.errors import DeckSimError
from deck_sim.contract.editions import EDITIONS, explain_foreign_event, explain_misspelt_event
from deck_sim.faults.outgoing import FAULT_HEADER
from deck_sim.handle.connect.applications import LoopbackServer
from deck_sim.handle.connect.control import IdOrResource, Json, read_id
from deck_sim.handle.connect.threads import check_no_event_loop, receiving, twin_of
from deck_sim.handle.deck import ALL_EVENTS, WEBHOOK_PATH, Deck
from deck_sim.runtime.settings import FROZEN, ON_POLL
from deck_sim.webhooks.sender import RECEIVER_HEADER
from deck_sim.webhooks.signing import ID, SignatureError, verify


@dataclass(frozen=True, slots=True)
class Arrival:
    """One attempt to deliver an event, and the status code of the answer."""

    headers: Mapping[str, str]  # with names in lower case
    body: bytes
    event: Json
    answered: int

    @property
    def taken(self) -> bool:
        """Whether the answer is a success, so that the event is not sent again."""
        return 200 <= self.answered < 300


class WebhookReceiver(AbstractContextManager["WebhookReceiver"]):
    """Receives every event of a world in a `with` block: `with WebhookReceiver(deck) as webhooks`.

    The end of the block raises a `DeckSimError` if a signature was wrong or a callback failed. A
    wrong argument of a method, such as a misspelt event type, also raises a `DeckSimError`.
    """

    def __init__(self, deck: Deck) -> None:
        self._deck = deck
        self.secret = ""  # verifies signatures; set it again after you rotate it
        self.destination_id = ""
        self.received: list[Arrival] = []  # with a valid signature, in the order of their answers
        self.complaints: list[str] = []  # wrong signatures, and callbacks that failed
        self._arrived = Condition()
        self._callbacks: list[tuple[str, Callable[[Json], Any]]] = []
        self._failed = False  # whether a callback has; the traceback is shown once
        self._answers: deque[int] = deque()
        self._usual = 200

    def __enter__(self) -> Self:
        """Listen on a free port, and register the URL with the world."""
        self.secret = self.secret or self._deck.webhook_secret
        self._server = LoopbackServer(
            lambda _path, headers, body: (self.receive(headers, body), {RECEIVER_HEADER: "1"}, b"")
        )
        try:
            destination = self._deck.register_webhook(
                self.url, secret=self.secret, name="deck_webhooks"
            )
        except BaseException:
            self._server.stop()
            raise
        self.destination_id = destination.id
        return self

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        self._server.stop()
        if error is None and self.complaints:
            raise DeckSimError("\n".join(self.complaints))

    @property
    def url(self) -> str:
        """The URL on loopback that events are delivered to."""
        return f"{self._server.url}{WEBHOOK_PATH}"

    @property
    def events(self) -> list[Json]:
        """Each event that was answered with success, once, in the order of creation.

        Events may arrive in another order, since deliveries due at one moment are sent together.
        """
        events = {event["id"]: event for event in self._list_taken()}
        order = {event["id"]: place for place, event in enumerate(self._deck.events)}
        return sorted(events.values(), key=lambda event: order.get(event["id"], -1))

    def respond(self, status: int, *, times: int | None = None) -> None:
        """Answer the next `times` attempts with this status; without `times`, all later ones."""
        with self._arrived:
            if times is None:
                self._answers.clear()
                self._usual = status
            else:
                self._answers.extend([status] * times)

    def on(self, event: str, callback: Callable[[Json], Any]) -> None:
        """Call a function with each arriving event of a type (`*`: of any), before the answer.

        It may be a coroutine function, and may call the API; if it fails, the answer is a 500. It
        is not called for an attempt that `respond` refuses.
        """
        event = _read_event_type(event, self._deck.world["edition"])
        self._callbacks.append((event, self._deck.apps.as_function(callback)))

    def wait_for(self, event: str, id: IdOrResource | None = None, timeout: float = 5) -> Json:
        """Return the first event of a type (and resource, if given) that was answered with success.

        Waits up to `timeout` seconds of real time. With a frozen clock it does not wait, since no
        event can arrive. If no such event arrived, a `DeckSimError` lists the events that did.
        """
        edition = self._deck.world["edition"]
        event = _read_event_type(event, edition)
        resource_id = None if id is None else read_id(id)
        mode = self._deck.clock.mode
        if mode != FROZEN:
            check_no_event_loop(self.wait_for)

        def find() -> Json | None:
            events = (e for e in self._list_taken() if e["type"] == event)
            return next((e for e in events if resource_id in (None, e["data"]["id"])), None)

        with self._arrived:
            first_event = self._arrived.wait_for(find, 0 if mode == FROZEN else timeout)
        if first_event is not None:
            return first_event
        whose = f" of `{resource_id}`" if resource_id else ""
        reason = f"waited {timeout:g} seconds"
        if mode == FROZEN:
            advance = f'`deck.advance_until("{event}")`'
            reason = f"the world's clock is frozen: advance it, for example with {advance}"
        elif mode == ON_POLL:
            reason += "; an `on_poll` clock moves only when a client reads an unfinished resource:"
            reason += " read one, or advance the clock"
        lines = [f"no `{event}`{whose} was received; {reason}"]
        if event not in EDITIONS[edition].event_names:
            note = f"`{event}` is not an event type of Deck: only an `event` step of a scenario or"
            lines.append(f"{note} `deck.additive_changes(event_type=…)` emits it")
        lines.append("received events:" if self.received else "nothing was received")
        for arrival in self.received:
            of = f"{arrival.event['type']} of {arrival.event['data']['id']}"
            lines.append(f"  {of}, answered {arrival.answered}")
        raise DeckSimError("\n".join([*lines, *self.complaints]))

    async_wait_for = twin_of(wait_for)

    def receive(self, headers: Mapping[str, str], body: bytes) -> int:
        """Receive one attempt, and return the status to answer with."""
        try:
            self._verify(headers, body)
        except SignatureError as wrong:
            if FAULT_HEADER not in headers:  # a fault may break signatures on purpose
                whose = headers.get(ID, "without an id")
                self._complain(f"the signature of a webhook ({whose}) is wrong: {wrong}")
            return 401
        event = json.loads(body)
        with self._arrived:
            status = self._answers.popleft() if self._answers else self._usual
        try:
            with receiving(self._deck.api_key):
                for type_, callback in self._callbacks if status < 300 else ():
                    if type_ in (ALL_EVENTS, event["type"]):
                        callback(event)
        except BaseException as error:  # pytest's failures are not of the class Exception
            text = f"{type(error).__name__}: {error}" if self._failed else traceback.format_exc()
            self._failed = True
            self._complain(f"a callback failed for the event {event['type']}:\n{text}")
            status = 500
        with self._arrived:
            self.received.append(Arrival(headers, body, event, status))
            self._arrived.notify_all()
        return status

    def _list_taken(self) -> list[Json]:
        return [arrival.event for arrival in [*self.received] if arrival.taken]

    def _verify(self, headers: Mapping[str, str], body: bytes) -> None:
        """Verify with the time of this process or of the world: webhooks are signed with either."""
        try:
            verify(self.secret, headers, body, real_time.process_now())
        except SignatureError as wrong:
            with suppress(SignatureError):
                return verify(self.secret, headers, body, self._deck.clock.now)
            raise wrong

    def _complain(self, text: str) -> None:
        with self._arrived:
            if text not in self.complaints:
                self.complaints.append(text)


def _read_event_type(event: str, edition: str) -> str:
    """Return an event type as webhooks write it; raise DeckSimError if it is misspelt."""
    if why := explain_foreign_event(event, (edition,)) or explain_misspelt_event(event):
        raise DeckSimError(why)
    names = EDITIONS[edition].also_known_as.items()
    return next((type_ for type_, name in names if name == event), event)
