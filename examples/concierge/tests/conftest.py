"""A concierge connected to deck-sim, and its user."""

from contextlib import AsyncExitStack

import httpx2
import pytest

from concierge.app import make_app
from concierge.deck import DeckClient
from concierge.lookups import Concierge


@pytest.fixture
def anyio_backend():
    """The event loop of the application in production."""
    return "asyncio"


RESERVATIONS = {"type": "object", "required": ["reservations"]}


class User:
    """A user with a browser."""

    def __init__(self, http):
        self.http, self.id = http, None

    async def begin(self, username="alex@example.com"):
        """Start a lookup."""
        body = {"username": username, "password": "secret"}
        begun = (await self.http.post("/lookups", json=body)).json()
        self.id = begun["id"]
        return begun

    async def look(self, **query):
        """Read the state of the lookup."""
        return (await self.http.get(f"/lookups/{self.id}", params=query)).json()

    async def answer(self, question, **answers):
        """Answer a question."""
        body = {"number": question["number"], "answers": answers}
        return await self.http.post(f"/lookups/{self.id}/answer", json=body)

    async def cancel(self):
        """Cancel the lookup."""
        return await self.http.post(f"/lookups/{self.id}/cancel")


@pytest.fixture
async def visit(deck_env):
    """Create a concierge of class `kind`; `line` wraps the application that receives webhooks."""
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
