"""A concierge beside a fake Deck, and its user."""

from contextlib import AsyncExitStack

import httpx2
import pytest

from concierge.app import make_app
from concierge.deck import DeckClient
from concierge.lookups import Concierge


@pytest.fixture
def anyio_backend():
    """The event loop on which the application runs in production, too."""
    return "asyncio"


RESERVATIONS = {"type": "object", "required": ["reservations"]}


class User:
    """Somebody with a browser."""

    def __init__(self, http):
        self.http, self.id = http, None

    async def begin(self, username="alex@example.com"):
        """Ask the concierge to look up one's reservations."""
        body = {"username": username, "password": "secret"}
        begun = (await self.http.post("/lookups", json=body)).json()
        self.id = begun["id"]
        return begun

    async def look(self, **query):
        """What the concierge shows."""
        return (await self.http.get(f"/lookups/{self.id}", params=query)).json()

    async def answer(self, question, **answers):
        """Fill in the form of a question."""
        body = {"number": question["number"], "answers": answers}
        return await self.http.post(f"/lookups/{self.id}/answer", json=body)

    async def cancel(self):
        """Press the button."""
        return await self.http.post(f"/lookups/{self.id}/cancel")


@pytest.fixture
async def visit(deck_env):
    """Open a concierge, of a kind that may be broken, that gets its webhooks through `line`."""
    async with AsyncExitStack() as stack:

        async def visit(kind=Concierge, line=lambda app: app, sleep=deck_env.async_sleep):
            ready = deck_env.ready_task(output_schema=RESERVATIONS)
            client = DeckClient.from_environment()
            await stack.enter_async_context(client.http)
            app = make_app(
                kind(client, ready.source_id, ready.task_id, deck_env.webhook_secret, sleep)
            )
            deck_env.deliver_to(line(app))
            transport = httpx2.ASGITransport(app)
            http = httpx2.AsyncClient(transport=transport, base_url="http://concierge")
            return User(await stack.enter_async_context(http))

        yield visit
