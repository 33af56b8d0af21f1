"""What the concierge knows of each lookup, and what it does when it hears from Deck or its user.

An event is taken as a hint that something has changed, never as the news itself: events come
late, twice, and in any order. What is true now is what Deck answers when it is asked.
"""

import asyncio
import json
import uuid
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from standardwebhooks import Webhook

from concierge.deck import DeckClient, DeckError, Json

POLL_SECONDS = 5
# What the user is shown. A status that Deck adds one day is shown as work.
WORKING, ASKING, DONE, FAILED, CANCELED = "working", "asking", "done", "failed", "canceled"
SHOWN = {
    "interaction_required": ASKING,
    "completed": DONE,
    "failed": FAILED,
    "canceled": CANCELED,
    "invalid": FAILED,
    "disconnected": FAILED,
    "terminated": FAILED,
}


class Conflict(Exception):
    """What the user wants does not fit how things are."""


@dataclass
class Lookup:
    """One lookup: first a connection is opened, then a run reads the reservations."""

    id: str
    connection_id: str | None = None
    run_id: str | None = None
    status: str = WORKING
    asked: int = 0  # how many questions were answered
    question: Json | None = None
    result: Json | None = None
    problems: list[str] = field(default_factory=list)
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)

    @property
    def path(self) -> str:
        """Where Deck keeps what the lookup waits for."""
        return f"/task-runs/{self.run_id}" if self.run_id else f"/connections/{self.connection_id}"

    def show(self, found: Mapping[str, Any]) -> None:
        """Take over what Deck says of the connection or the run."""
        self.status = SHOWN.get(found["status"], WORKING)
        self.question = found.get("interaction")
        self.result = found.get("output")
        self.problems = [error["message"] for error in found.get("errors") or ()]
        if self.status == FAILED and not self.problems:
            self.problems = [f"The connection is {found['status']}."]

    def as_json(self) -> Json:
        """What the user's browser gets. `question.number` has to come back with the answer."""
        question = self.question and {**self.question, "number": self.asked}
        shown = {"id": self.id, "status": self.status, "question": question}
        return shown | {"result": self.result, "problems": self.problems}


class Concierge:
    """All lookups, and the way they go."""

    def __init__(
        self,
        deck: DeckClient,
        source_id: str,
        task_id: str,
        secret: str,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self.deck, self.source_id, self.task_id, self.sleep = deck, source_id, task_id, sleep
        self.webhook = Webhook(secret)
        self.lookups: dict[str, Lookup] = {}
        self.taken: set[str] = set()

    # What the user does

    async def begin(self, username: str, password: str) -> Lookup:
        """Begin to look up what a guest has reserved."""
        # It is known before Deck is: the first event may be quicker than the answer.
        lookup = Lookup(uuid.uuid4().hex)
        self.lookups[lookup.id] = lookup
        async with lookup.lock:
            opened = await self.deck.open_connection(self.source_id, username, password, lookup.id)
            lookup.connection_id = opened["id"]
            lookup.show(opened)
        return lookup

    async def answer(self, lookup: Lookup, number: int, given: Mapping[str, str]) -> None:
        """Answer a question, once: whoever clicks twice answers the same question."""
        async with lookup.lock:
            if lookup.status != ASKING or number != lookup.asked:
                raise Conflict("this question is not asked any more")
            lookup.asked += 1
            lookup.show(await self.deck.answer(lookup.path, given))

    async def cancel(self, lookup: Lookup) -> None:
        """Cancel, if Deck still can; in any case show what is true now."""
        async with lookup.lock:
            if lookup.run_id is None:
                raise Conflict("the lookup has not started yet")
            try:
                lookup.show(await self.deck.cancel(lookup.path))
            except DeckError as error:
                if error.status != 409:
                    raise
                lookup.show(await self.deck.read(lookup.path))

    async def watch(self, lookup: Lookup, seconds: float) -> None:
        """Ask Deck again and again, until it is the user's turn or so much time has passed."""
        waited = 0.0
        while lookup.status == WORKING and waited < seconds:
            await self.sleep(POLL_SECONDS)
            waited += POLL_SECONDS
            await self.refresh(lookup)

    # What Deck does

    async def take(self, headers: Mapping[str, str], body: bytes) -> None:
        """Take a webhook; raises if it is not genuine."""
        event = self.verify(headers, body)
        delivery = headers["webhook-id"]
        if not self.is_news(delivery):
            return
        try:
            for lookup in self.about(event["data"]):
                await self.react(lookup, event)
        except BaseException:
            self.taken.discard(delivery)  # so that it is not lost: Deck tries again
            raise

    def verify(self, headers: Mapping[str, str], body: bytes) -> Json:
        """The event in a webhook that Deck has signed."""
        self.webhook.verify(body, dict(headers))
        event: Json = json.loads(body)
        return event

    def is_news(self, delivery: str) -> bool:
        """Whether it comes for the first time."""
        known = delivery in self.taken
        self.taken.add(delivery)
        return not known

    def about(self, data: Json) -> list[Lookup]:
        """The lookup that an event is about, if it is about one of ours."""
        connection = data["id"] if data["object"] == "connection" else data.get("connection_id")
        known = self.lookups.get(data.get("external_id") or "")
        ours = (one for one in self.lookups.values() if one.connection_id == connection)
        return [known] if known else [one for one in ours if connection]

    async def react(self, lookup: Lookup, event: Json) -> None:
        """Look what has changed."""
        await self.refresh(lookup)

    async def refresh(self, lookup: Lookup) -> None:
        """Ask Deck how things are, and start the run when the guest is logged in."""
        async with lookup.lock:
            found = await self.deck.read(lookup.path)
            lookup.show(found)
            if found["status"] == "connected":
                await self.start(lookup)

    async def start(self, lookup: Lookup) -> None:
        """Start the run; the key makes sure that it is one, even after a crash."""
        assert lookup.connection_id is not None
        run = await self.deck.run_task(self.task_id, lookup.connection_id, f"run-{lookup.id}")
        lookup.run_id = run["id"]
        lookup.show(run)
