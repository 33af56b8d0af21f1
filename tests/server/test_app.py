import asyncio
import json
import logging

import httpx2
import pytest

from deck_sim import __version__
from deck_sim.contract.endpoints import Operation
from deck_sim.faults.http import Late, OwnAnswer
from deck_sim.runtime import registry
from deck_sim.runtime.registry import WorldRegistry
from deck_sim.server.app import DeckApp
from deck_sim.server.control_api import ControlApp
from deck_sim.server.mounts import make_app
from deck_sim.server.request import Answer
from deck_sim.server.routing import Routes

MIB_10 = 10 * 1024 * 1024


CREATE = Operation("create_thing", "POST /broken", "Create a thing", "thing", status=201)


def _fail(request):
    raise RuntimeError("a bug")


ROUTES = Routes(
    "",
    {
        ("POST", "/things"): (lambda request: Answer(request.read_object(), 201), None),
        ("GET", "/broken"): (_fail, None),
        ("POST", "/broken"): (_fail, CREATE),
    },
)


@pytest.fixture
def worlds():
    """A registry of its own, because a recorded crash fails other tests."""
    return WorldRegistry()


@pytest.fixture
def call(worlds):
    """Call the app; returns the status, the headers and the body of its answer."""

    def call(method, path, *chunks, end=(), app=None, headers=()):
        messages = [{"type": "http.request", "body": chunk, "more_body": True} for chunk in chunks]
        messages += end or [{"type": "http.request"}]
        sent = []

        async def receive():
            return messages.pop(0)

        async def send(message):
            sent.append(message)

        scope = {"type": "http", "method": method, "path": path, "query_string": b""}
        scope["headers"] = [(b"authorization", b"Bearer k"), *headers]
        app = app or DeckApp(worlds, lambda edition: ROUTES)
        asyncio.run(app(scope, receive, send))
        if not sent:
            return None
        headers = {name.decode(): value.decode() for name, value in sent[0]["headers"]}
        return sent[0]["status"], headers, sent[1]["body"]

    return call


def test_a_client_that_disconnects_leaves_no_trace(call, worlds):
    end = [{"type": "http.disconnect"}]
    for app in (None, ControlApp(worlds)):
        assert call("POST", "/things", b'{"name": "x"}', end=end, app=app) is None
    assert not worlds.select("Bearer k").journal


def test_a_body_may_be_as_large_as_the_limit(call):
    for extra, answered in [(0, 201), (1, 413)]:
        body = b"{" + b" " * (MIB_10 - 2 + extra) + b"}"
        assert call("POST", "/things", body[:MIB_10], body[MIB_10:])[0] == answered


def test_a_bug_becomes_an_api_error_that_is_recorded_and_logged(call, worlds, caplog):
    """Also before there is a world."""
    usual = worlds.prepare
    with caplog.at_level(logging.ERROR, "deck_sim"):
        for worlds.prepare in (lambda new: 1 / 0, usual):
            status, headers, body = call("GET", "/broken")
            assert (status, headers["deck-sim-version"]) == (500, __version__)
            assert [error["code"] for error in json.loads(body)["errors"]] == ["api_error"]
    assert caplog.messages == ["deck-sim failed during GET /broken"] * 2
    (crash,) = worlds.select("Bearer k").crashes
    assert "RuntimeError: a bug" in crash
    assert worlds.select("Bearer k").journal[0].errors == ("api/api_error",)


def test_the_answer_of_a_bug_is_not_stored(call, worlds):
    """A call that is repeated with its key is made again, even where Deck stores errors."""
    key = (b"idempotency-key", b"k")
    assert [call("POST", "/broken", headers=[key])[0] for _ in "12"] == [500, 500]
    simulation = worlds.select("Bearer k")
    assert (len(simulation.crashes), simulation.stored_answers) == (2, {})


def test_an_answer_to_head_has_no_body_even_with_a_fault(call, worlds):
    fault = OwnAnswer(match="HEAD /v2/agents", status=502, body="down")
    worlds.select("Bearer k").world.injected.add("flt_1", fault)
    status, headers, body = call("HEAD", "/v2/agents", app=make_app(worlds))
    assert (status, headers["deck-sim-fault"], body) == (502, "status", b"")


def test_nothing_waits_for_a_delay_when_the_client_has_left(call, worlds):
    fault = Late(match="GET /v2/agents", delay={"for": "1h", "wait": "real"})
    worlds.select("Bearer k").world.injected.add("flt_1", fault)
    waiting = set()

    async def app(*arguments):
        await make_app(worlds)(*arguments)
        await asyncio.sleep(0)
        waiting.update(asyncio.all_tasks() - {asyncio.current_task()})

    end = [{"type": "http.request"}, {"type": "http.disconnect"}]
    assert call("GET", "/v2/agents", end=end, app=app) is None
    assert worlds.select("Bearer k").journal[0].unanswered == "its client gave up"
    assert waiting == set()


@pytest.mark.parametrize("late", ["held", "delayed"])
def test_a_world_makes_no_room_while_a_call_to_it_is_open(monkeypatch, late):
    monkeypatch.setattr(registry, "MOST_WORLDS", 1)
    worlds = WorldRegistry()
    first, second = ({"Authorization": f"Bearer {key}"} for key in ("one", "two"))
    slow = {"match": "POST /v2/agents", "delay": {"for": "1h", "wait": "real"}}
    slow = {"held": ("holds", {"call": "POST /v2/agents"}), "delayed": ("faults", slow)}[late]

    async def call():
        transport = httpx2.ASGITransport(make_app(worlds))
        async with httpx2.AsyncClient(transport=transport, base_url="http://localhost") as client:
            await client.post(f"/_sim/{slow[0]}", json=slow[1], headers=first)
            created = asyncio.ensure_future(
                client.post("/v2/agents", json={"name": "x"}, headers=first)
            )
            while not worlds.find("one").journal:
                await asyncio.sleep(0)
            await client.get("/v2/agents", headers=second)
            keys, simulation = worlds.known_keys, worlds.find("one")
            worlds.drop("one")  # which ends the wait
            return keys, (await created).status_code, simulation.uses

    assert asyncio.run(call()) == (["one", "two"], 201, 0)
