"""The concierge with the mistakes that people really make, one each."""

import json
from contextlib import suppress

from concierge.deck import DeckError
from concierge.lookups import ASKING, CANCELED, DONE, FAILED, POLL_SECONDS, Concierge


class TrustsTheOrder(Concierge):
    """Takes each event for the news, as if the last to arrive were the last to happen."""

    async def react(self, lookup, event):
        if event["data"]["object"] == "task_run":
            lookup.show(event["data"])
        else:
            await self.refresh(lookup)


class PollsForEver(Concierge):
    """Forgot that a lookup can be canceled, and has no limit."""

    async def watch(self, lookup, seconds):
        while lookup.status not in (ASKING, DONE, FAILED):
            await self.sleep(POLL_SECONDS)
            await self.refresh(lookup)


class SubmitsTwice(Concierge):
    """Sends whatever the browser sends."""

    async def answer(self, lookup, number, given):
        lookup.show(await self.deck.answer(lookup.path, given))


class TrustsAnybody(Concierge):
    """Forgot that anybody can send a webhook."""

    def verify(self, headers, body):
        return json.loads(body)


class TakesTwice(Concierge):
    """Does the work for each delivery, and starts runs without a key."""

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


class CancelsInVain(Concierge):
    """Says canceled, whatever Deck says."""

    async def cancel(self, lookup):
        with suppress(DeckError):
            await self.deck.cancel(lookup.path)
        lookup.status = CANCELED
