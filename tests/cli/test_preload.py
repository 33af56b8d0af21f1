"""The module that Python loads below `deck-sim exec --intercept`, loaded into this process."""

import asyncio
import runpy
import socket
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

import deck_sim.cli

FILE = Path(deck_sim.cli.__file__).parent / "preload" / "sitecustomize.py"
SETTINGS = {
    "DECK_SIM_INTERCEPT_PORT": "4711",
    "DECK_SIM_INTERCEPT_HOSTS": "api.deck.co",
    "DECK_SIM_INTERCEPT_ADDRESS": "192.31.196.1",
    "NO_PROXY": "localhost,internal.example",
}


@pytest.fixture
def load(monkeypatch):
    def load(**settings):
        lookups = []
        monkeypatch.setattr(socket, "getaddrinfo", lambda *words: lookups.append(words))
        for name in ("connect", "connect_ex"):
            monkeypatch.setattr(socket.socket, name, getattr(socket.socket, name))
        monkeypatch.setattr(socket, "gethostbyname", "usual {}".format)
        monkeypatch.setattr(sys, "meta_path", [*sys.meta_path])
        monkeypatch.setattr(sys, "path", [f"{FILE.parent}", *sys.path])
        monkeypatch.setitem(sys.modules, "sitecustomize", sys)
        for name, value in settings.items():
            monkeypatch.setenv(name, value)
        runpy.run_path(f"{FILE}")
        return lookups

    return load


def test_an_intercepted_host_has_a_public_address_and_another_none(load):
    lookups = load(**SETTINGS)
    for host in ("api.deck.co", b"API.deck.co"):
        socket.getaddrinfo(host, 443, socket.AF_INET6, socket.SOCK_STREAM)
    for host, port in (("deck.example", 443), ("127.example", "http"), ("localhost.example", 80)):
        options = f"--intercept-host api.deck.co --intercept-host {host}"
        with pytest.raises(socket.gaierror, match=f"refuses {host}; .* it: {options}"):
            socket.getaddrinfo(host, port)
    assert lookups == [("192.31.196.1", 443, socket.AF_INET, socket.SOCK_STREAM, 0)] * 2
    assert socket.gethostbyname("API.deck.co") == "192.31.196.1"
    assert socket.gethostbyname("db.example") == "usual db.example"


def test_a_socket_to_that_address_is_one_to_the_proxy(load):
    with socket.create_server(("127.0.0.1", 0)) as proxy, socket.create_server(("", 0)) as other:
        proxy_at, other_at = (server.getsockname()[1] for server in (proxy, other))
        load(**{**SETTINGS, "DECK_SIM_INTERCEPT_PORT": f"{proxy_at}"})
        for connect in (socket.socket.connect, socket.socket.connect_ex):
            for address, port in {
                ("192.31.196.1", 443): proxy_at,
                ("127.0.0.1", other_at): other_at,
            }.items():
                with socket.socket() as client:
                    connect(client, address)
                    assert client.getpeername() == ("127.0.0.1", port)


def test_a_refused_host_is_reported_to_the_proxy(load):
    with socket.create_server(("127.0.0.1", 0)) as proxy:
        load(**{**SETTINGS, "DECK_SIM_INTERCEPT_PORT": f"{proxy.getsockname()[1]}"})
        with ThreadPoolExecutor() as threads:
            calling = threads.submit(socket.getaddrinfo, "deck.example", 443)
            client, _ = proxy.accept()
            with client:
                assert client.recv(1000) == b"CONNECT deck.example:443 HTTP/1.1\r\n\r\n"
    assert isinstance(calling.exception(), socket.gaierror)


def test_other_addresses_are_looked_up_as_usual(load):
    lookups = load(**SETTINGS)
    others = [("db.example", 5432), ("127.0.0.1", 443), ("b.internal.example", 80), (None, 80)]
    for host, port in others:
        socket.getaddrinfo(host, port)
    assert lookups == [(host, port, 0, 0, 0, 0) for host, port in others]


def test_requests_and_urllib_bypass_the_proxy_while_sockets_are_led_there(load, monkeypatch):
    """urllib3 repeats a POST if a proxy fails. Under gevent, only the proxy can be used."""
    monkeypatch.delitem(sys.modules, "urllib.request")
    load(**SETTINGS)
    import urllib.request

    hosts = ("api.deck.co", "API.deck.co:443", "a.internal.example", "deck.example")
    bypassed = [bool(urllib.request.proxy_bypass(host)) for host in hosts]
    assert bypassed == [True, True, True, False]
    monkeypatch.setattr(socket, "socket", type("gevent", (), {}))
    assert not urllib.request.proxy_bypass("api.deck.co")
    assert urllib.request.proxy_bypass("a.internal.example")


def test_sessions_of_aiohttp_use_the_proxy_by_default(load, monkeypatch, tmp_path):
    """They would ignore the variables. Other imports are left alone."""
    loaded = {name for name in sys.modules if name.split(".")[0] == "aiohttp"}
    for name in {*loaded, "aiohttp", "aiohttp.client", "aiohttp.helpers", "urllib.request"}:
        monkeypatch.setitem(sys.modules, name, None)  # at the end, what is imported here goes, too
        del sys.modules[name]
    package = tmp_path / "aiohttp"
    package.mkdir()
    (package / "__init__.py").write_text("from aiohttp.client import ClientSession")
    code = "class ClientSession:\n    def __init__(self, *, trust_env=False): self.env = trust_env"
    code = f"import aiohttp.helpers\n{code}"
    (package / "client.py").write_text(code)
    (package / "helpers.py").write_text("from urllib.request import proxy_bypass")
    load(**SETTINGS)
    sys.path.insert(0, f"{tmp_path}")
    import aiohttp
    import aiohttp.helpers

    assert aiohttp.ClientSession().env is True
    assert not aiohttp.helpers.proxy_bypass("api.deck.co")


def test_connections_of_uvloop_are_led_to_the_proxy(load, monkeypatch, tmp_path):
    monkeypatch.setitem(sys.modules, "uvloop", None)  # so that the end removes the one below
    del sys.modules["uvloop"]
    (tmp_path / "uvloop.py").write_text(
        "class Loop:\n"
        "    async def create_connection(self, *words, **options): return *words, options\n"
        "    async def run_in_executor(self, _, call): return call()"
    )
    load(**SETTINGS)
    answer = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("192.31.196.1", 443))]
    monkeypatch.setitem(socket.getaddrinfo.__globals__, "_resolve", lambda *_: answer)
    sys.path.insert(0, f"{tmp_path}")
    import uvloop

    connect = uvloop.Loop().create_connection
    with_name = asyncio.run(connect(None, "api.deck.co", 443, ssl=True))
    assert with_name == (None, "127.0.0.1", 4711, {"ssl": True, "server_hostname": "api.deck.co"})
    assert asyncio.run(connect(None, "api.deck.co", 80)) == (None, "127.0.0.1", 4711, {})
    assert asyncio.run(connect(None, sock=1)) == (None, None, None, {"sock": 1})


def test_it_does_nothing_elsewhere(load):
    before = [*sys.meta_path]
    load()
    assert sys.meta_path == before


def test_the_file_that_it_hides_is_loaded(load, tmp_path, monkeypatch):
    (tmp_path / "sitecustomize.py").write_text("import sys; sys.hidden = True")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(sys, "hidden", False, raising=False)
    load(**SETTINGS)
    assert sys.hidden
