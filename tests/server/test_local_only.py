"""Requests that a foreign website could send through the browser of a developer."""

import asyncio

import httpx2
from starlette.responses import PlainTextResponse

from deck_sim.runtime.registry import WorldRegistry
from deck_sim.server.local_only import local_only


def call(host, *, method="GET", path="/_sim/world", origin=None, at="127.0.0.1", names=()):
    """The answer of a guarded app, which listens at an address, to two equal requests."""
    app = local_only(PlainTextResponse("answered"), WorldRegistry(), at, names)
    headers = {"host": host} | ({"origin": origin} if origin else {})

    async def send():
        transport = httpx2.ASGITransport(app)
        async with httpx2.AsyncClient(transport=transport, base_url="http://app") as client:
            first, second = [await client.request(method, path, headers=headers) for _ in "12"]
        assert first.status_code == second.status_code
        return first

    return asyncio.run(send())


def test_loopback_names_and_allowed_ones_are_answered():
    """A server for other machines cannot know by which names they call it."""
    hosts = ["localhost", "LOCALHOST:8765", "127.0.0.1:1", "127.9.9.9", "[::1]:80"]
    for host in [*hosts, "[::ffff:127.0.0.1]", "a.localhost."]:
        assert call(host).text == "answered", host
    assert call("deck.test:8765", names=["Deck.TEST"]).text == "answered"
    assert call("deck.lan:8765", at="0.0.0.0").text == "answered"


def test_a_name_that_may_be_a_websites_is_refused():
    """Its page could read the answers, since its name may resolve to a loopback address."""
    for host in ("evil.example:8765", "127.0.0.1.evil.example", "10.0.0.1", "", "[", "8"):
        refused = call(host, path="/v2/agents")
        assert refused.status_code == 421
        (error,) = refused.json()["errors"]
        assert error["message"].startswith(f"The `Host` header is {host!r}")
        assert "--allow-host" in error["message"]


def test_a_request_without_a_host_is_answered():
    """As in HTTP/1.0. Browsers always send one."""
    messages = []

    async def send(message):
        messages.append(message)

    scope = {"type": "http", "method": "GET", "path": "/", "headers": []}
    app = local_only(PlainTextResponse("answered"), WorldRegistry(), "127.0.0.1")
    asyncio.run(app(scope, None, send))
    assert messages[-1]["body"] == b"answered"


def test_a_page_of_another_origin_cannot_change_a_world():
    """Reading is left to the browser, which does not show such a page the answer."""
    for origin in ("http://evil.example", "http://localhost:3000", "null"):
        for method in ("POST", "PUT", "PATCH", "DELETE"):
            refused = call("localhost:8765", method=method, path="/_sim/world", origin=origin)
            assert (refused.status_code, origin in refused.text) == (403, True)
        assert call("localhost:8765", origin=origin).text == "answered"
        assert call("localhost:8765", method="POST", path="/v2/agents", origin=origin).is_success
