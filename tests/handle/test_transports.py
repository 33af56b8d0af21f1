"""Every transport, adapter and a plain socket give a client the same answers."""

import io
import threading
from contextlib import contextmanager
from functools import partial

import anyio
import httpx
import httpx2
import pytest
import requests
import urllib3

from deck_sim import Deck, DeckSimError
from deck_sim.handle.threads import run_in_thread
from deck_sim.runtime.registry import WorldRegistry
from deck_sim.server.serve import Server, server_at


@contextmanager
def plain(deck, headers):
    """A client over a socket."""
    with httpx2.Client(headers=headers, trust_env=False) as client:
        yield client.request


@contextmanager
def synchronous(library, deck, headers):
    with library.Client(transport=deck.transport, headers=headers) as client:
        yield client.request


@contextmanager
def asynchronous(library, backend, deck, headers):
    def request(*words, **content):
        async def ask():
            async with library.AsyncClient(
                transport=deck.async_transport, headers=headers
            ) as client:
                return await client.request(*words, **content)

        return anyio.run(ask, backend=backend)

    yield request


@contextmanager
def with_requests(deck, headers):
    with requests.Session() as session:
        session.headers.update(headers)
        session.mount(deck.base_url, deck.requests_adapter)
        session.mount(deck.url, deck.requests_adapter)
        yield session.request


CLIENTS = {
    "plain": plain,
    "httpx2": partial(synchronous, httpx2),
    "httpx": partial(synchronous, httpx),
    "httpx2 in asyncio": partial(asynchronous, httpx2, "asyncio"),
    "httpx in asyncio": partial(asynchronous, httpx, "asyncio"),
    "httpx2 in trio": partial(asynchronous, httpx2, "trio"),
    "requests": with_requests,
}


@pytest.fixture(params=CLIENTS)
def ask(request, anywhere):
    """Ask for a path, by each client."""
    headers = {"Authorization": f"Bearer {anywhere.api_key}"}
    with CLIENTS[request.param](anywhere, headers) as call:
        yield lambda method, path, **how: call(method, f"{anywhere.url}{path}", **how)


def test_a_run_is_the_same_in_every_way(anywhere, ask):
    """It is started, read, and answered, and the clock advances in between."""
    ready = anywhere.ready_task(output_schema={"type": "object"})
    anywhere.use("mfa_then_success")
    body = {"connection_id": ready.connection_id}
    run = ask("POST", f"/v2/tasks/{ready.task_id}/run", json=body)
    path = f"/v2/task-runs/{run.json()['id']}"
    assert (run.status_code, run.headers["Deck-Sim-Scenario"].split(";")[0]) == (
        201,
        "mfa_then_success",
    )
    anywhere.advance_until("task_run.interaction_required", run.json())
    answer = ask("POST", f"{path}/interaction", json={"inputs": {"code": "123456"}})
    assert (answer.status_code, answer.json()["status"]) == (200, "running")
    anywhere.settle()
    assert ask("GET", path).json()["status"] == "completed"
    assert [call["method"] for call in anywhere.requests] == ["POST", "POST", "GET"]


def test_errors_are_answers_in_every_way(anywhere, ask):
    """With Deck's envelope, the request id and the reason phrase."""
    answer = ask("GET", "/v2/agents/agt_none")
    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (404, "agent_not_found")
    assert "Deck-Sim-Version" in answer.headers
    assert getattr(answer, "reason_phrase", None) or answer.reason == "Not Found"


def test_a_head_has_no_body_in_every_way(ask):
    answer = ask("HEAD", "/v2/test")
    assert (answer.status_code, answer.content) == (200, b"")
    assert int(answer.headers["Content-Length"]) > 0


def test_escaped_queries_and_paths_are_decoded_in_every_way(anywhere, ask):
    anywhere.create("agents", {"name": "A"}), anywhere.create("agents", {"name": "B"})
    assert len(ask("GET", "/v2/agents", params={"limit": 1}).json()["data"]) == 1
    odd = ask("GET", "/v2/agents/a%20b%2Fc?x=%C3%A4")
    assert odd.status_code == 404
    assert anywhere.requests[-1]["query"] == "x=%C3%A4"


def test_a_file_is_read_by_its_signed_url_in_every_way(anywhere, ask):
    """That URL is outside of `/v2`."""
    ready = anywhere.ready_task(storage={"enabled": True})
    anywhere.use("downloads_statement")
    run = anywhere.create(f"tasks/{ready.task_id}/run", {"connection_id": ready.connection_id})
    anywhere.settle()
    path = f"/v2/task-runs/{run['id']}?include=storage"
    (stored,) = ask("GET", path).json()["storage"]
    assert ask("GET", stored["url"].removeprefix(anywhere.url)).content.startswith(b"date,")


STREAMS = {
    "pieces": lambda: iter([b'{"name": ', b'"Concierge"}']),
    "a file": lambda: io.BytesIO(b'{"name": "Concierge"}'),
    "text": lambda: '{"name": "Concierge"}',
}


@pytest.mark.parametrize("stream", STREAMS)
@pytest.mark.parametrize("name", ["httpx2", "requests"])
def test_a_body_may_be_a_stream(anywhere, name, stream):
    headers = {"Authorization": f"Bearer {anywhere.api_key}"}
    with CLIENTS[name](anywhere, headers) as call:
        word = "content" if name == "httpx2" else "data"
        answer = call("POST", f"{anywhere.base_url}/agents", **{word: STREAMS[stream]()})
        assert answer.json()["name"] == "Concierge"


@pytest.mark.parametrize("library", [httpx, httpx2])
def test_an_asynchronous_body_may_be_a_stream(anywhere, library):
    async def pieces():
        yield b'{"name": '
        yield b'"Concierge"}'

    headers = {"Authorization": f"Bearer {anywhere.api_key}"}
    with asynchronous(library, "asyncio", anywhere, headers) as call:
        answer = call("POST", f"{anywhere.base_url}/agents", content=pieces())
    assert answer.json()["name"] == "Concierge"


@pytest.mark.parametrize("library", [httpx, httpx2])
def test_another_host_is_refused_by_every_way(anywhere, library):
    """So no test calls Deck itself; the error names both URLs."""
    wrong = "https://api.deck.example/v2/agents"
    text = f"reaches only {anywhere.url}, and the request was to {wrong}"
    with (
        library.Client(transport=anywhere.transport) as client,
        pytest.raises(library.ConnectError, match=text),
    ):
        client.get(wrong)
    with requests.Session() as session:
        session.mount("https://", anywhere.requests_adapter)
        with pytest.raises(requests.ConnectionError, match=text):
            session.get(wrong)


MOVE = {"json": {"by": "1s"}}


@pytest.fixture
def own():
    """A server that a test may stop."""
    with Server(WorldRegistry()) as server:
        yield server


@pytest.fixture
def stuck(own, receiver):
    """A world whose clock cannot be moved on, as a webhook is not answered; `reached` when it is
    sent, and `calls` ask for that in each way.
    """
    with Deck(own.url, "sk_test") as deck:
        deck.reached = threading.Event()
        receiver.say(lambda arrival, line: deck.reached.set() or receiver.hang(arrival, line))
        deck.register_webhook(receiver.url)
        deck.create("agents", {"name": "Concierge"})
        yield deck


def move(deck, name, **how):
    with CLIENTS[name](deck, {"Authorization": f"Bearer {deck.api_key}"}) as call:
        return call("POST", f"{deck.url}/_sim/clock/advance", json={"by": "1s"}, **how)


ERRORS = {
    name: (library.ReadTimeout, library.ConnectError)
    for library in (httpx, httpx2)
    for name in CLIENTS
    if name.split()[0] == library.__name__
} | {"requests": (requests.ReadTimeout, requests.ConnectionError)}


@pytest.mark.parametrize("name", ERRORS)
def test_a_timeout_is_an_error_of_the_library(stuck, name):
    """After real time, as with a socket."""
    with pytest.raises(ERRORS[name][0]) as shown:
        move(stuck, name, timeout=0.05)
    assert name == "requests" or str(shown.value) == "no answer within 0.05 seconds"


@pytest.mark.parametrize("timeout", [(1, 0.05), urllib3.Timeout(read=0.05)])
def test_requests_takes_every_form_of_timeout(stuck, timeout):
    with pytest.raises(requests.ReadTimeout):
        move(stuck, "requests", timeout=timeout)


@pytest.mark.parametrize("name", CLIENTS)
def test_a_stopping_server_refuses_a_call_that_still_works(own, stuck, name):
    waiting = run_in_thread(partial(move, stuck, name, timeout=60))
    stuck.reached.wait()
    own.stop()
    answer = waiting.result()
    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (503, "unavailable")


@pytest.mark.parametrize("name", ERRORS)
def test_a_stopped_server_refuses_connections(own, name):
    with Deck(own.url, "sk_test") as deck:
        assert deck.transport  # it knows the server from when it ran
        assert deck.requests_adapter
        own.stop()
        assert server_at(deck.url) is None
        with pytest.raises(ERRORS[name][1], match=f"{deck.url} has been stopped"):
            move(deck, name)


@pytest.mark.parametrize("backend", ["asyncio", "trio"])
def test_an_advance_of_a_cancelled_call_goes_on_to_its_next_pause(own, stuck, receiver, backend):
    """As with a socket."""

    async def cancelled():
        async with httpx2.AsyncClient(transport=stuck.async_transport) as client:
            headers = {"Authorization": f"Bearer {stuck.api_key}"}
            with anyio.move_on_after(0.05) as scope:
                await client.post(f"{stuck.url}/_sim/clock/advance", headers=headers, **MOVE)
        return scope.cancelled_caught

    assert anyio.run(cancelled, backend=backend)
    with pytest.raises(DeckSimError, match="another call is moving this world's clock"):
        stuck.settle()


def test_proxies_of_the_environment_are_ignored(anywhere, monkeypatch):
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    with CLIENTS["requests"](anywhere, {}) as call:
        assert call("GET", f"{anywhere.url}/_sim/health").status_code == 200


def test_a_transport_outlives_its_client(anywhere):
    """Closing a client closes nothing that another uses."""
    for _ in range(2):
        with httpx2.Client(transport=anywhere.transport) as client:
            assert client.get(f"{anywhere.url}/_sim/health").status_code == 200


def test_a_world_is_used_by_one_thread_only(own):
    seen = []

    async def look(app):
        seen.append(threading.current_thread().name)

    own.submit(look).result()
    assert seen == ["deck-sim"]
