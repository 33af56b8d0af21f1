import asyncio
import json

import httpx2
import pytest

from deck_sim.real.recorder import Recorder

HEADERS = {"Authorization": "Bearer sk_live_0123456789abcdef"}


@pytest.fixture
def record():
    """Record calls of a program, a coroutine function that takes a client. `upstream` answers as a
    function of a request; returns the recorder.
    """

    def record(program, upstream, receiver=None, app=None):
        async def run():
            recorder = Recorder(
                "https://deck.example",
                receiver,
                client=httpx2.AsyncClient(transport=httpx2.MockTransport(upstream)),
                receiver_client=app and httpx2.AsyncClient(transport=httpx2.MockTransport(app)),
            )
            entry = recorder.pass_webhook if receiver else recorder.pass_call
            transport = httpx2.ASGITransport(entry)
            async with httpx2.AsyncClient(
                transport=transport, base_url="http://recorder/v2", headers=HEADERS
            ) as client:
                await program(client)
            await recorder.close()
            return recorder

        return asyncio.run(run())

    return record


def answer(status=200, **data):
    return lambda request: httpx2.Response(status, json=data)


def dump(recording):
    return json.dumps([repr(recording.exchanges), repr(recording.webhooks)])
