"""The concierge with one common mistake each."""

import json
from contextlib import suppress

from concierge.deck import DeckError
from concierge.lookups import ASKING, CANCELED, DONE, FAILED, POLL_SECONDS, Concierge


class TrustsTheOrder(Concierge):
    """Uses the state in the event, as if events arrived in the order in which they happened."""

    async def react(self, lookup, event):
        if event["data"]["object"] == "task_run":
            lookup.show(event["data"])
        else:
            await self.refresh(lookup)


class PollsForEver(Concierge):
    """Ignores that a lookup can be canceled, and has no limit."""

    async def watch(self, lookup, seconds):
        while lookup.status not in (ASKING, DONE, FAILED):
            await self.sleep(POLL_SECONDS)
            await self.refresh(lookup)


class SubmitsTwice(Concierge):
    """Sends every answer of the browser to Deck."""

    async def answer(self, lookup, number, inputs):
        lookup.show(await self.deck.answer(lookup.path, inputs))


class TrustsAnybody(Concierge):
    """Does not verify signatures."""

    def verify(self, headers, body):
        return json.loads(body)


class TakesTwice(Concierge):
    """Reacts to every delivery, and starts runs without an idempotency key."""

    def is_news(self, delivery):
        return True

    async def react(self, lookup, event):
        if event["type"] == "connection.connected":
            await self.start(lookup)
        else:
            await self.refresh(lookup)

    async def start(self, lookup):
        run = await self.deck.run_task(self.task_id, lookup.connection_id, None)
        lookup.run_id = run["id"]


class IgnoresConflicts(Concierge):
    """Shows `canceled` even if Deck refused to cancel."""

    async def cancel(self, lookup):
        with suppress(DeckError):
            await self.deck.cancel(lookup.path)
        lookup.status = CANCELED
