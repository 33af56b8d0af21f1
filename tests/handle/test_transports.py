import signal
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import anyio
import httpx
import httpx2
import pytest

from deck_sim import Deck
from deck_sim.handle.connect.threads import run_in_thread
from deck_sim.handle.connect.transports import Transport
from deck_sim.runtime.registry import WorldRegistry
from deck_sim.server.uvicorn_server import Server

TRANSPORTS = {  # a library, and what runs its asynchronous client; without it, the other is used
    "httpx2": (httpx2, None),
    "httpx": (httpx, None),
    "httpx2 in asyncio": (httpx2, "asyncio"),
    "httpx in asyncio": (httpx, "asyncio"),
    "httpx2 in trio": (httpx2, "trio"),
}


def asking(deck, library, backend):
    headers = {"Authorization": f"Bearer {deck.api_key}"}

    def ask(method, path, **content):
        with library.Client(transport=deck.transport, headers=headers) as client:
            return client.request(method, f"{deck.url}{path}", **content)

    async def ask_async(method, path, content):
        async with library.AsyncClient(transport=deck.async_transport, headers=headers) as client:
            return await client.request(method, f"{deck.url}{path}", **content)

    if backend is None:
        return ask
    return lambda method, path, **content: anyio.run(
        ask_async, method, path, content, backend=backend
    )


def play(world, ask):
    """Every kind of call and answer, in a world that begins anew."""
    world.reset()
    with Deck(world.url, world.api_key) as deck:
        deck.use("downloads_statement")
        ready = deck.ready_task(storage={"enabled": True})
        yield ask("POST", f"/v2/tasks/{ready.task_id}/run", json=ready.login)
        deck.settle()
        run = ask("GET", f"/v2/task-runs/{deck.runs[0]['id']}?include=storage")
        yield run
        (stored,) = run.json()["storage"]
        yield ask("GET", stored["url"].removeprefix(deck.url))
        yield ask("POST", "/v2/agents", content=b'{"name": "Concierge"}')
        yield ask("HEAD", "/v2/test")
        yield ask("HEAD", "/_sim/health")
        yield ask("GET", "/v2/agents/a%20b%2Fc?x=%C3%A4")
        yield ask("GET", "/v2/agents", params={"limit": 1})


def look(answer):
    """The parts of an answer that a client sees, without those that a socket's server adds."""
    added = ("date", "server", "connection")
    headers = {name: text for name, text in answer.headers.items() if name not in added}
    return answer.status_code, answer.reason_phrase, headers, answer.content


def test_answers_are_the_same_in_every_way(anywhere):
    headers = {"Authorization": f"Bearer {anywhere.api_key}"}
    with httpx2.Client(base_url=anywhere.url, headers=headers, trust_env=False) as client:
        expected = [*map(look, play(anywhere, client.request))]
    for name, way in TRANSPORTS.items():
        assert [*map(look, play(anywhere, asking(anywhere, *way)))] == expected, name
    assert [status for status, *_ in expected] == [201, 200, 200, 201, 200, 200, 404, 200]


def test_a_body_may_be_a_stream(anywhere):
    async def pieces():
        yield b'{"name": '
        yield b'"Concierge"}'

    anywhere.keep_headers("content-length", "transfer-encoding")
    for name, (library, backend) in TRANSPORTS.items():
        body = pieces() if backend else iter([b'{"name": ', b'"Concierge"}'])
        ask = asking(anywhere, library, backend)
        assert ask("POST", "/v2/agents", content=body).json()["name"] == "Concierge", name
        if library is httpx:  # one body with a length: it does not come in chunks
            headers = anywhere.requests[-1]["headers"]
            assert (headers["content-length"], headers.get("transfer-encoding")) == ("21", None)


@pytest.mark.parametrize("library", [httpx, httpx2])
def test_an_answer_may_be_a_stream_and_another_host_is_refused(anywhere, library):
    """So no test calls Deck itself; the error names both URLs."""
    wrong = "https://api.deck.example/v2/agents"
    text = f"reaches only {anywhere.url}, but the request was to {wrong}"
    with library.Client(transport=anywhere.transport) as client:
        with client.stream("GET", f"{anywhere.url}/_sim/health") as answer:
            assert b"".join(answer.iter_raw()).startswith(b'{"status":"ok"')
        assert answer.elapsed
        with pytest.raises(library.ConnectError, match=text):
            client.get(wrong)
    with pytest.raises(httpx2.ConnectError, match="reaches only"):
        Transport("http://127.0.0.1").handle_request(httpx2.Request("GET", "http://127.0.0.1:9/"))


def test_an_application_may_catch_errors_of_either_library(deck, monkeypatch):
    """If both are imported."""

    def fail(library):
        with library.Client(transport=deck.transport) as client:
            with pytest.raises(library.ConnectError) as caught:
                client.get("https://api.deck.example/v2/agents")
            assert type(caught.value).__module__ == library.__name__
            return caught.value

    for error in (fail(httpx2), fail(httpx)):
        assert isinstance(error, httpx.TransportError)
        assert isinstance(error, httpx2.TransportError)
        assert error.request.url.host == "api.deck.example"
    monkeypatch.delitem(sys.modules, "httpx")
    assert not isinstance(fail(httpx2), httpx.TransportError)


@pytest.fixture
def server_to_stop():
    with Server(WorldRegistry()) as server:
        yield server


def test_a_timeout_is_an_error_of_the_library(server_to_stop):
    """After real time, as with a socket."""
    with Deck(server_to_stop.url, "sk_test") as deck, deck.hold("GET /v2/test"):
        for library, backend in TRANSPORTS.values():
            text = r"^no answer within 0\.05 seconds$"
            with pytest.raises(library.ReadTimeout, match=text):
                asking(deck, library, backend)("GET", "/v2/test", timeout=0.05)


@pytest.mark.parametrize("name", TRANSPORTS)
def test_a_server_that_stops_is_an_error_of_the_library(server_to_stop, receiver, name):
    library, backend = TRANSPORTS[name]
    reached = threading.Event()
    receiver.say(lambda arrival, line: reached.set() or receiver.hang(arrival, line))
    with Deck(server_to_stop.url, "sk_test") as deck:
        ask = asking(deck, library, backend)
        deck.register_webhook(receiver.url)
        deck.create("agents", {"name": "Concierge"})
        move = partial(ask, "POST", "/_sim/clock/advance", json={"by": "1s"}, timeout=60)
        waiting = run_in_thread(move)
        reached.wait()
        server_to_stop.stop()
        with pytest.raises(library.TransportError):
            waiting.result()
        with pytest.raises(library.ConnectError):
            move()


def test_a_test_that_fails_in_a_thread_fails_in_the_one_that_waits():
    with pytest.raises(pytest.fail.Exception, match="boom"):
        run_in_thread(pytest.fail, "boom").result(timeout=10)


def test_threads_share_the_sockets_of_a_deck(deck, elsewhere):
    """A socket that stays open is a warning, so the test fails."""
    together = threading.Barrier(4)
    with ThreadPoolExecutor(4) as pool:
        for _ in range(10):
            with Deck(elsewhere, deck.api_key) as other:

                def read(_, other=other):
                    together.wait()
                    return other.clock.now

                assert set(pool.map(read, range(4))) == {deck.clock.now}


def test_what_a_signal_handler_raises_in_a_call_comes_out_as_itself(deck, deck_client, receiver):
    """Such as a time limit, also if it is a TimeoutError."""

    def interrupt(number, frame):
        raise TimeoutError("this test takes too long")

    receiver.say(receiver.hang)
    deck.register_webhook(receiver.url)
    deck.hold("POST /v2/agents")
    before = signal.signal(signal.SIGALRM, interrupt)
    try:
        for call in (deck.settle, lambda: deck_client.post("/agents", json={"name": "A"})):
            deck.create("sources", {"type": "website", "website": {"url": "https://a.example"}})
            signal.setitimer(signal.ITIMER_REAL, 0.1)
            with pytest.raises(TimeoutError, match="this test takes too long"):
                call()
    finally:
        signal.signal(signal.SIGALRM, before)
