"""Idempotency keys: which calls take one, and what two calls at once do."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import httpx2
import pytest

from deck_sim.contract.editions import EDITIONS
from deck_sim.contract.error_catalog import ApiError
from deck_sim.contract.operations import Operation
from deck_sim.runtime.registry import WorldRegistry
from deck_sim.server.app import DeckApp
from deck_sim.server.idempotency import digest_parameters, read_key
from deck_sim.server.request import Answer
from deck_sim.server.routing import Route, Routes

RULE = EDITIONS["connections"].idempotency
SAME = [
    b'{"name":"x","n":[1,{"a":null}]}',
    b'{ "n": [1, {"a": null}],\n "name": "x" }',
    b'{"n":[1,{"a":null}],"name":"\\u0078"}',
]


def test_the_spelling_of_a_body_does_not_matter():
    """Spaces, the order of names and escapes do not matter."""
    assert len({digest_parameters("POST /a", b"", body) for body in SAME}) == 1


OTHERS = [
    ("POST /b", b"", b"{}"),
    ("PATCH /a", b"", b"{}"),
    ("POST /a", b"x=1", b"{}"),
    ("POST /a", b"", b'{"a":null}'),
    ("POST /a", b"", b'{"a":1}'),
    ("POST /a", b"", b'{"a":1.0}'),
    ("POST /a", b"", b'{"a":true}'),
    ("POST /a", b"", b'{"a":"1"}'),
    ("POST /a", b"", b'{"password":"a"}'),
    ("POST /a", b"", b'{"password":"b"}'),
    ("POST /a", b"", b""),
    ("POST /a", b"", b"{"),
    ("POST /a", b"", b"[1]"),
]


def test_every_other_difference_makes_another_call():
    """Method, path, query and each value of the body count, secrets included."""
    digests = [digest_parameters(*call) for call in [("POST /a", b"", b"{}"), *OTHERS]]
    assert len({*digests}) == len(digests)
    assert {len(one) for one in digests} == {32}


def test_a_key_that_is_empty_or_too_long_is_refused():
    """The message has what is allowed; that of a long key is Deck's."""
    for key, text in [
        ("", "`Idempotency-Key` must have 1 to 256 characters, not 0."),
        ("k" * 257, "Idempotency key must be at most 256 characters"),
    ]:
        with pytest.raises(ApiError) as refusal:
            read_key(RULE, [key])
        (problem,) = refusal.value.problems
        assert (problem.code, refusal.value.status) == ("idempotency_key_error", 400)
        assert problem.message == text


async def _ask(app, path, body=b"{}", key="k"):
    transport = httpx2.ASGITransport(app)
    headers = {"Authorization": "Bearer w", "Idempotency-Key": key}
    async with httpx2.AsyncClient(transport=transport, base_url="http://localhost") as client:
        return await client.post(path, content=body, headers=headers)


@pytest.fixture
def slow():
    """An app with a create that waits for its `gate`, and all that it made."""
    made, gate = [], asyncio.Event()

    async def create(request):
        await gate.wait()
        made.append(request.body)
        if request.body == b"crash":
            raise RuntimeError("a bug")
        return Answer({}, 201)

    operation = Operation("make", "POST", "/things", "Make a thing", "thing", status=201)
    routes = Routes([Route("POST", "/things", create, operation)])
    return DeckApp(WorldRegistry(), lambda edition: routes), gate, made


def test_a_call_conflicts_with_one_in_progress(slow):
    """While the first is in progress the second is refused; later it is replayed."""
    app, gate, made = slow

    async def play():
        first = asyncio.ensure_future(_ask(app, "/things"))
        await asyncio.sleep(0)
        second = asyncio.ensure_future(_ask(app, "/things"))
        other = asyncio.ensure_future(_ask(app, "/things", key="other"))
        await asyncio.sleep(0)
        gate.set()
        return await second, await first, await other, await _ask(app, "/things")

    second, first, other, third = asyncio.run(play())
    assert second.status_code == 409
    assert second.json()["errors"][0]["code"] == "idempotency_error"
    assert (first.status_code, other.status_code, made) == (201, 201, [b"{}", b"{}"])
    assert third.content == first.content


def test_an_answer_that_is_too_old_is_not_replayed(slow):
    """Whatever its place: in a world that was read from a file, newer ones may come first."""
    app, gate, made = slow
    gate.set()
    asyncio.run(_ask(app, "/things"))
    simulation = app.worlds.select("Bearer w")
    simulation.world.now += timedelta(days=2)
    old = simulation.stored_answers.pop("k")
    simulation.stored_answers |= {"new": replace(old, at=simulation.world.now), "k": old}
    answer = asyncio.run(_ask(app, "/things"))
    assert "deck-sim-replayed" not in answer.headers
    assert len(made) == 2


def test_a_canceled_call_frees_its_key(slow):
    """A client that disconnects can try again."""
    app, gate, made = slow

    async def play():
        gone = asyncio.ensure_future(_ask(app, "/things"))
        await asyncio.sleep(0)
        gone.cancel()
        await asyncio.gather(gone, return_exceptions=True)
        gate.set()
        return await _ask(app, "/things")

    assert asyncio.run(play()).status_code == 201
    assert made == [b"{}"]
