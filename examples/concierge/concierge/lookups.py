"""The state of each lookup, and how it changes with events of Deck and calls of the user.

Events may come late, twice and in any order. So an event only says that something has changed,
and the concierge reads the current state from Deck.
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
# The status that the user sees. Unknown statuses of Deck are shown as `working`.
WORKING, ASKING, DONE, FAILED, CANCELED = "working", "asking", "done", "failed", "canceled"
STATUSES = {
    "interaction_required": ASKING,
    "completed": DONE,
    "failed": FAILED,
    "canceled": CANCELED,
    "invalid": FAILED,
    "disconnected": FAILED,
    "terminated": FAILED,
}


class Conflict(Exception):
    """The state of the lookup does not allow the call."""


@dataclass
class Lookup:
    """One lookup: first a connection is opened, then a run reads the reservations."""

    id: str
    connection_id: str | None = None
    run_id: str | None = None
    status: str = WORKING
    answered: int = 0  # the number of answered questions
    question: Json | None = None
    result: Json | None = None
    problems: list[str] = field(default_factory=list)
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)

    @property
    def path(self) -> str:
        """The path of the run, or of the connection before the run exists."""
        return f"/task-runs/{self.run_id}" if self.run_id else f"/connections/{self.connection_id}"

    def show(self, resource: Mapping[str, Any]) -> None:
        """Update the lookup from a connection or run."""
        self.status = STATUSES.get(resource["status"], WORKING)
        self.question = resource.get("interaction")
        self.result = resource.get("output")
        self.problems = [error["message"] for error in resource.get("errors") or ()]
        if self.status == FAILED and not self.problems:
            self.problems = [f"The connection is {resource['status']}."]

    def as_json(self) -> Json:
        """The lookup as the browser gets it. An answer must send `question.number` back."""
        question = self.question and {**self.question, "number": self.answered}
        state = {"id": self.id, "status": self.status, "question": question}
        return state | {"result": self.result, "problems": self.problems}


class Concierge:
    """All lookups."""

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
        self.deliveries: set[str] = set()  # ids of the webhooks that were processed

    # Calls of the user

    async def begin(self, username: str, password: str) -> Lookup:
        """Start a lookup."""
        # Store it before the call: the first event may come before the answer.
        lookup = Lookup(uuid.uuid4().hex)
        self.lookups[lookup.id] = lookup
        async with lookup.lock:
            opened = await self.deck.open_connection(self.source_id, username, password, lookup.id)
            lookup.connection_id = opened["id"]
            lookup.show(opened)
        return lookup

    async def answer(self, lookup: Lookup, number: int, inputs: Mapping[str, str]) -> None:
        """Answer a question once; a second click sends the same number and is refused."""
        async with lookup.lock:
            if lookup.status != ASKING or number != lookup.answered:
                raise Conflict("this question is no longer open")
            lookup.answered += 1
            await self._do(lookup, self.deck.answer(lookup.path, inputs))

    async def cancel(self, lookup: Lookup) -> None:
        """Cancel the run. If it has ended already, show how."""
        async with lookup.lock:
            if lookup.run_id is None:
                raise Conflict("the lookup has not started yet")
            await self._do(lookup, self.deck.cancel(lookup.path))

    async def _do(self, lookup: Lookup, call: Awaitable[Json]) -> None:
        """Show the answer to a call. If its state does not allow the call any more, for example
        since the call was repeated after its answer was lost, show the state.
        """
        try:
            resource = await call
        except DeckError as error:
            if error.status != 409:
                raise
            resource = await self.deck.read(lookup.path)
        lookup.show(resource)

    async def watch(self, lookup: Lookup, seconds: float) -> None:
        """Poll Deck until the lookup is no longer `working`, for at most `seconds`."""
        waited = 0.0
        while lookup.status == WORKING and waited < seconds:
            await self.sleep(POLL_SECONDS)
            waited += POLL_SECONDS
            await self.refresh(lookup)

    # Webhooks of Deck

    async def take(self, headers: Mapping[str, str], body: bytes) -> None:
        """Process a webhook. Raises if its signature is invalid."""
        event = self.verify(headers, body)
        delivery = headers["webhook-id"]
        if not self.is_news(delivery):
            return
        try:
            for lookup in self.about(event["data"]):
                await self.react(lookup, event)
        except BaseException:
            self.deliveries.discard(delivery)  # Deck sends it again
            raise

    def verify(self, headers: Mapping[str, str], body: bytes) -> Json:
        """Verify a webhook and return its event."""
        self.webhook.verify(body, dict(headers))
        event: Json = json.loads(body)
        return event

    def is_news(self, delivery: str) -> bool:
        """Whether this is the first delivery of the event."""
        is_repeated = delivery in self.deliveries
        self.deliveries.add(delivery)
        return not is_repeated

    def about(self, data: Json) -> list[Lookup]:
        """The lookups that an event is about."""
        connection = data["id"] if data["object"] == "connection" else data.get("connection_id")
        if lookup := self.lookups.get(data.get("external_id") or ""):
            return [lookup]
        lookups = self.lookups.values() if connection else ()
        return [lookup for lookup in lookups if lookup.connection_id == connection]

    async def react(self, lookup: Lookup, event: Json) -> None:
        """React to an event."""
        await self.refresh(lookup)

    async def refresh(self, lookup: Lookup) -> None:
        """Read the state from Deck, and start the run once the connection is open."""
        async with lookup.lock:
            resource = await self.deck.read(lookup.path)
            lookup.show(resource)
            if resource["status"] == "connected":
                await self.start(lookup)

    async def start(self, lookup: Lookup) -> None:
        """Start the run. The key makes a repeated start harmless, even after a crash."""
        assert lookup.connection_id is not None
        run = await self.deck.run_task(self.task_id, lookup.connection_id, f"run-{lookup.id}")
        lookup.run_id = run["id"]
        lookup.show(run)
