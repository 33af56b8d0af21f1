"""`GET /_sim/stream`: what happens in a world, as server-sent events."""

import asyncio
import gc
import itertools
import json
import threading
import weakref
from contextlib import contextmanager, nullcontext

import httpx2
import pytest
from freezegun import freeze_time

from deck_sim.runtime.registry import WorldRegistry
from deck_sim.server.control import stream as module
from deck_sim.server.mounts import make_app


class Messages:
    """The messages of a stream, read one after the other."""

    def __init__(self, response):
        self.response, self.lines, self.last = response, response.iter_lines(), ""

    def __iter__(self):
        return self

    def __next__(self):
        fields = {}
        for line in self.lines:
            if not line:
                if "event" in fields:
                    self.last = fields["id"]
                    return fields["event"], json.loads(fields["data"])
                fields = {}
            name, _, value = line.partition(": ")
            fields[name] = value
        raise StopIteration

    def until(self, *, what="", type_=""):
        """The messages up to the first of this type, or of what says this; that one included."""
        found = []
        for type_of, data in self:
            found.append((type_of, data))
            if type_of == type_ or (what and data.get("what") == what):
                return found
        raise AssertionError(f"the stream ended: {found}")


@contextmanager
def open_stream(url, key, last="", method="GET"):
    """Open a stream of the world of a key, from a position on."""
    headers = {"Authorization": f"Bearer {key}", "Last-Event-ID": last}
    with (
        httpx2.Client(headers=headers, trust_env=False, timeout=60) as client,
        client.stream(method, f"{url}/_sim/stream") as response,
    ):
        yield Messages(response)


@pytest.fixture
def streaming(server, key):
    """Open a stream of this test's world."""
    return lambda last="", **options: open_stream(server.url, key, last, **options)


def types(messages):
    """The types of messages, each once in a row."""
    return [type_ for type_, _ in itertools.groupby(type_ for type_, _ in messages)]


def test_a_stream_has_the_past_and_then_what_happens(sim, agent, streaming, key):
    """First the world, then calls, entries and events as they happened, then those that come."""
    first = agent("first")
    with streaming() as messages:
        headers = messages.response.headers
        assert headers["content-type"].startswith("text/event-stream")
        assert headers["connection"] == "close"
        (_, world), (_, call), (_, entry), (_, event), ready = messages.until(type_="ready")
        second = agent("second")
        later = messages.until(type_="event")
    assert (world["key"], world["now"], world["mode"]) == (key, "2025-01-15T09:30:00Z", "frozen")
    assert (call["what"], call["after"]) == ("POST /v2/agents -> 201", 0)
    assert entry == sim.get("/timeline").json()["data"][1]
    assert {**event, "id": ""} == {
        "number": 1,
        "id": "",
        "type": "agent.created",
        "at": "2025-01-15T09:30:00Z",
        "resource_id": first["id"],
        "kind": "agent",
    }
    assert ready == ("ready", {"now": "2025-01-15T09:30:00Z"})
    assert types(later) == ["call", "entry", "event"]
    assert later[1][1]["id"] == second["id"]


def test_a_stream_goes_on_behind_the_last_message_that_was_read(agent, streaming):
    """`Last-Event-ID` is the id of a message; what came before is not sent again."""
    agent("first")
    with streaming() as messages:
        messages.until(type_="entry")
    agent("second")
    with streaming(messages.last) as later:
        found = later.until(type_="ready")
    assert types(found) == ["world", "event", "call", "entry", "event", "ready"]
    assert found[3][1]["number"] == 2


@pytest.mark.parametrize("last", ["0000:1:1:1", "EPOCH:9:9:9", "EPOCH:1:1", "EPOCH:x:1:1", "?"])
def test_a_position_in_another_history_is_the_beginning(agent, streaming, simulation, last):
    """An unknown epoch, too many entries, or no position at all."""
    agent("first")
    with streaming(last.replace("EPOCH", simulation().epoch)) as messages:
        assert types(messages.until(type_="ready")) == ["world", "call", "entry", "event", "ready"]


def test_a_message_has_one_line_of_data(agent, streaming):
    """Some clients split lines at characters that are none for server-sent events."""
    agent("a\u2028b\x85c")
    with streaming() as messages:
        _, _, (_, entry), *_ = messages.until(type_="ready")
    assert entry["about"]["name"] == "a\u2028b\x85c"


def test_a_change_of_the_settings_is_a_message(sim, streaming):
    with streaming() as messages:
        messages.until(type_="ready")
        sim.put("/clock", json={"mode": "on_poll", "step": "5s"})
        (_, stepped), *_ = messages.until(type_="world")
        sim.patch("/world", json={"default_scenario": "source_down"})
        (_, patched), *_ = messages.until(type_="world")
    assert (stepped["mode"], stepped["step"], stepped["default_scenario"]) == (
        *("on_poll", "5s"),
        "success",
    )
    assert patched["default_scenario"] == "source_down"


def test_calls_do_not_bring_messages_while_a_real_clock_goes_on(sim, streaming):
    """A page that asks after each message would never stop."""
    sim.put("/clock", json={"mode": "real", "speed": 100_000})
    with streaming() as messages:
        messages.until(type_="ready")
        times = {sim.get("/next").json()["now"] for _ in range(5)}
        sim.post("/clock/advance", json={"by": "1m"})
        found = messages.until(what="advanced 1m")
    assert (len(times), types(found)) == (5, ["entry"])


@pytest.mark.parametrize("how", ["reset", "restore", "delete"])
def test_a_world_that_is_replaced_begins_a_new_epoch(sim, agent, streaming, how):
    """Clients forget what was sent before. A deleted world comes back with a call."""
    agent("first")
    snapshot = sim.post("/snapshots").json()["id"]
    with streaming() as messages:
        (_, before), *_ = messages.until(type_="ready")
        if how == "restore":
            sim.post(f"/snapshots/{snapshot}/restore")
        elif how == "reset":
            sim.post("/reset")
        else:
            sim.delete("/world")
            sim.get("/world")
        (_, after), *past, _ = messages.until(type_="ready")
    assert after["epoch"] != before["epoch"]
    assert types(past) == (["call", "entry", "event"] if how == "restore" else [])


def test_a_stream_does_not_keep_a_dropped_world(sim, streaming, simulation):
    """It follows the key."""
    dropped = weakref.ref(simulation())
    with streaming() as messages:
        messages.until(type_="ready")
        sim.post("/reset")
        messages.until(type_="ready")
        gc.collect()
        assert dropped() is None


def test_an_advance_is_streamed_while_it_delivers(sim, streaming, subscribe, receiver, run_task):
    """Records from before an attempt are sent during the attempt."""
    subscribe("task_run.running")
    seen = threading.Event()
    receiver.say(lambda arrival, line: seen.wait(60) and 200)
    with streaming() as messages:
        run_task()
        path, body = "/clock/advance", {"json": {"by": "1m"}}
        advancing = threading.Thread(target=sim.post, args=(path,), kwargs=body)
        advancing.start()
        during = messages.until(what="queued -> running")
        seen.set()
        after = messages.until(what="advanced 1m")
        advancing.join()
    assert "running -> completed" not in [data.get("what") for _, data in during]
    assert "task_run.running, attempt 1: 200" in [data.get("what") for _, data in after]


def test_a_real_clock_moves_while_a_stream_is_open(sim, api, source, streaming):
    """Statuses that fall due are sent without a call, and without a webhook."""
    sim.put("/clock", json={"mode": "real", "speed": 100})
    with streaming() as messages:
        messages.until(type_="ready")
        api.post("/connections", json={"source_id": source["id"], "auth_method": "none"})
        assert messages.until(what="connecting -> connected")


def test_a_stream_tells_of_records_that_were_dropped(api, sim, streaming):
    """Also one that goes on behind a position that was dropped."""
    sim.patch("/world", json={"keep_calls": 2, "keep_timeline": 3, "keep_events": 1})
    api.get("/agents")
    with streaming() as messages:
        messages.until(type_="ready")
        last = messages.last
    for name in "abcd":
        api.post("/agents", json={"name": name})
    for position, counts in (("", (1, 3, 3)), (last, (1, 2, 3))):
        with streaming(position) as messages:
            found = messages.until(type_="ready")
        assert [*found[1][1].values()][-3:] == [*counts]
        assert found[1][1]["what"].startswith(f"dropped: 1 entries, {counts[1]} calls, 3 events;")
        assert [(type_, data["number"]) for type_, data in found[2:-1]] == [
            *(("entry", 2), ("call", 4), ("entry", 3)),
            *(("call", 5), ("entry", 4), ("event", 4)),
        ]


def test_a_long_history_is_complete(streaming, simulation):
    """It is sent in pieces; nothing is sent twice or left out."""
    for number in range(1000):
        simulation().world.note("clock", "", f"{number}")
    with streaming() as messages:
        found = messages.until(type_="ready")
    assert [data["number"] for type_, data in found if type_ == "entry"] == [*range(1, 1001)]


@pytest.mark.parametrize("frozen", [False, True])
def test_a_stream_without_news_has_comments(streaming, monkeypatch, frozen):
    """They come in real time, also if the process is frozen."""
    monkeypatch.setattr(module, "HEARTBEAT_SECONDS", 0.01)
    with streaming() as messages:
        messages.until(type_="ready")
        with freeze_time("2030-01-01") if frozen else nullcontext():
            assert next(messages.lines) == ":"


def test_head_has_no_messages(streaming):
    """As for every GET, there is a HEAD."""
    with streaming(method="HEAD") as messages:
        assert messages.response.status_code == 200


def test_a_stream_ends_when_its_client_leaves():
    """No listener is left."""
    worlds = WorldRegistry()
    scope = {"type": "http", "method": "GET", "path": "/_sim/stream", "query_string": b""}
    scope |= {"headers": [(b"authorization", b"Bearer sk_test")], "root_path": ""}
    arriving = [{"type": "http.request"}, {"type": "http.request"}, {"type": "http.disconnect"}]
    sent = []

    async def receive():
        await asyncio.sleep(0)
        return arriving.pop(0)

    async def send(message):
        sent.append(message)

    asyncio.run(asyncio.wait_for(make_app(worlds)(scope, receive, send), 30))
    assert sent[-1]["more_body"] is False
    assert not worlds.dispatcher.changes.has_listeners("sk_test")


def test_a_stream_can_end_when_the_past_was_sent(sim, agent):
    agent()
    text = sim.get("/stream", params={"follow": "false"}).text
    types = [line for line in text.splitlines() if line.startswith("event: ")]
    assert types == ["event: world", "event: call", "event: entry", "event: event", "event: ready"]
