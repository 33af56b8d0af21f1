import json
import sys
from functools import partial
from urllib.error import HTTPError
from urllib.request import AbstractHTTPHandler, Request, urlopen

import aiohttp
import anyio
import httpx
import httpx2
import pytest
import requests
from requests.adapters import HTTPAdapter
from urllib3 import Retry

from deck_sim import Deck, DeckSimError
from deck_sim.handle.interception import _SEAMS

BASE = "https://api.deck.co/v2"
HEADERS = {"Authorization": "Bearer sk_live_of_the_program"}
BODY = {"name": "Concierge"}


def with_httpx(library, url, **headers):
    answer = library.post(url, json=BODY, headers=headers)
    return answer.status_code, answer.json(), f"{answer.url}"


def with_async_httpx(library, backend, url, **headers):
    async def call():
        async with library.AsyncClient(headers=headers) as client:
            answer = await client.post(url, json=BODY)
            return answer.status_code, answer.json(), f"{answer.url}"

    return anyio.run(call, backend=backend)


def with_requests(url, **headers):
    answer = requests.post(url, json=BODY, headers=headers)
    return answer.status_code, answer.json(), answer.url


def with_aiohttp(url, **headers):
    async def call():
        async with (
            aiohttp.ClientSession(headers=headers, trust_env=True) as session,
            session.post(url, json=BODY) as answer,
        ):
            return answer.status, await answer.json(), f"{answer.url}"

    return anyio.run(call)


def with_urllib(url, **headers):
    headers = {**headers, "Content-Type": "application/json"}
    try:
        answer = urlopen(Request(url, json.dumps(BODY).encode(), headers))
    except HTTPError as error:
        answer = error
    with answer:
        return answer.status, json.load(answer), answer.url


CLIENTS = {
    "httpx": partial(with_httpx, httpx),
    "httpx2": partial(with_httpx, httpx2),
    "httpx in asyncio": partial(with_async_httpx, httpx, "asyncio"),
    "httpx2 in trio": partial(with_async_httpx, httpx2, "trio"),
    "requests": with_requests,
    "aiohttp": with_aiohttp,
    "urllib": with_urllib,
}


@pytest.fixture(params=CLIENTS.values(), ids=CLIENTS)
def call(request, monkeypatch):
    """Create an agent at a URL, with each client; returns status, data and the answer's URL."""
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:9")  # which is not used
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    monkeypatch.setattr("urllib.request._opener", None)  # it keeps the proxies of its first use
    return request.param


def methods():
    owners = [getattr(sys.modules[module], kind) for module, kind, _, _ in _SEAMS]
    return [getattr(owner, seam[2]) for owner, seam in zip(owners, _SEAMS, strict=True)]


def test_a_call_to_deck_reaches_the_world_of_the_test(anywhere, call):
    anywhere.keep_headers("host")
    with anywhere.intercept():
        status, agent, url = call(f"{BASE}/agents?x=%20", **HEADERS)
    assert (status, agent["name"], url) == (201, "Concierge", f"{BASE}/agents?x=%20")
    (received,) = anywhere.requests
    assert (received["path"], received["query"]) == ("/v2/agents", "x=%20")
    assert received["headers"]["host"] == anywhere.url.removeprefix("http://")


@pytest.mark.deck(strict=False)
def test_a_program_without_a_key_is_refused(deck):
    """As by Deck: only a key is replaced."""
    deck.intercept()
    for headers in ({}, {"Authorization": "Basic c2VjcmV0"}):
        assert with_requests(f"{BASE}/agents", **headers)[0] == 401


def test_other_hosts_are_left_alone(deck, call, receiver):
    head = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Type: application/json"
    receiver.say(head + b"\r\n\r\n{}")
    with deck.intercept():
        assert call(f"{receiver.url}/", **HEADERS)[0] == 200
    assert receiver.arrivals[0].headers["authorization"] == HEADERS["Authorization"]


def test_the_libraries_are_as_before_when_the_last_one_ends(deck):
    before = methods()
    with deck.intercept(), deck.intercept("other.deck.co") as inner:
        assert all(now is not old for now, old in zip(methods(), before, strict=True))
        inner.stop()
        assert methods() != before
    assert methods() == before
    with Deck(deck.url, deck.api_key) as other:
        other.intercept()
    assert methods() == before
    assert "connect" not in vars(aiohttp.TCPConnector)  # it is inherited


def test_a_host_belongs_to_one_world_at_a_time(deck):
    text = f"answers for `api.deck.co`, with the world of '{deck.api_key}'"
    with deck.intercept(), Deck(deck.url, "sk_test_other") as other:
        with pytest.raises(DeckSimError, match=text):
            other.intercept(["other.deck.co", "api.deck.co"])
        other.intercept("other.deck.co")
        assert httpx.get("https://other.deck.co/v2/test", headers=HEADERS).status_code == 200
        with deck.intercept():
            pass
        assert httpx.get(f"{BASE}/test", headers=HEADERS).status_code == 200
        assert (len(other.requests), len(deck.requests)) == (1, 1)


def test_a_fault_is_an_error_of_the_library(deck):
    """About the request of the program; the retries of requests are those of the program."""
    deck.fault("GET /v2/agents", status=502, times=2)
    retry = Retry(2, status_forcelist=[502])
    with deck.intercept(), requests.Session() as session:
        session.mount("https://", HTTPAdapter(max_retries=retry))
        assert session.get(f"{BASE}/agents", headers={"Authorization": b"Bearer k"}).ok
        deck.fault("GET /v2/agents", reset=True)
        with pytest.raises(httpx.ReadError) as failure:
            httpx.get(f"{BASE}/agents", headers=HEADERS)
    assert f"{failure.value.request.url}" == f"{BASE}/agents"


def test_a_library_that_is_missing_is_skipped(deck, monkeypatch):
    monkeypatch.setitem(sys.modules, "requests.adapters", None)
    before = AbstractHTTPHandler.do_open
    with deck.intercept():
        assert AbstractHTTPHandler.do_open is not before


def test_a_url_is_no_host(deck):
    with pytest.raises(DeckSimError, match="is not the name of a host; write one like"):
        deck.intercept(BASE)
