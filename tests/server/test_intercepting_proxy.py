import asyncio.constants
import errno
import itertools
import socket
import ssl
import struct
import sys
from contextlib import contextmanager

import httpx2
import pytest

from deck_sim import Deck, DeckSimError
from deck_sim.runtime.registry import WorldRegistry
from deck_sim.server.intercepting_proxy import Interceptor
from deck_sim.server.uvicorn_server import Server

KEY = "sk_live_of_the_program"
REQUEST = b"GET /v2/test HTTP/1.1\r\nHost: api.deck.co\r\nAuthorization: Bearer k\r\n\r\n"
CONNECT = b"CONNECT api.deck.co:443 HTTP/1.1\r\nHost: api.deck.co:443\r\n\r\n"


@pytest.fixture(scope="module")
def server():
    interceptor = Interceptor(["api.deck.co", "other.deck.co"])
    with Server(WorldRegistry(), interceptor=interceptor) as server:
        yield server


@pytest.fixture
def interceptor(server):
    return server.interceptor


@pytest.fixture
def trusting(interceptor):
    return ssl.create_default_context(cadata=interceptor.certificate.decode())


@pytest.fixture
def program(interceptor, trusting):
    """A client with a constant URL, which uses the proxy."""
    headers = {"Authorization": f"Bearer {KEY}"}
    options = {"proxy": interceptor.url, "verify": trusting, "trust_env": False}
    with httpx2.Client(headers=headers, **options) as client:
        yield client


@contextmanager
def dial(interceptor):
    with socket.create_connection(("127.0.0.1", interceptor.port), timeout=20) as client:
        yield client


def test_a_call_to_an_intercepted_host_reaches_the_world_of_its_key(server, program):
    for url in ("https://api.deck.co", "https://other.deck.co:8443", "http://API.deck.co"):
        answer = program.post(f"{url}/v2/%61gents?x=%C3%A4", json={"name": "Concierge"})
        assert answer.status_code == 201
        with Deck(server.url, KEY) as deck:
            call = deck.requests[-1]
        assert (call["path"], call["query"]) == ("/v2/agents", "x=%C3%A4")
    assert program.get("http://api.deck.co").status_code == 404


def test_a_request_about_the_whole_server_has_its_host_in_a_header(interceptor):
    """`*` is neither a path nor a URL."""
    with dial(interceptor) as client:
        client.sendall(REQUEST.replace(b"GET /v2/test", b"OPTIONS *"))
        assert client.recv(999).startswith(b"HTTP/1.1 404 ")


def test_a_socket_may_begin_with_tls_or_with_plain_http(interceptor, trusting):
    """The preloads connect so, and some clients tunnel plain HTTP."""
    wraps = lambda s: s, lambda s: trusting.wrap_socket(s, server_hostname="api.deck.co")
    for first, wrap in itertools.product((b"", CONNECT), wraps):
        with dial(interceptor) as client:
            client.sendall(first)
            assert not first or client.recv(999).startswith(b"HTTP/1.1 200 ")
            with wrap(client) as stream:
                stream.sendall(REQUEST)
                assert stream.recv(999).startswith(b"HTTP/1.1 200 OK")


def test_the_address_that_programs_find_for_a_host_is_one_of_its_names(interceptor, trusting):
    with dial(interceptor) as client:
        client.sendall(b"CONNECT 192.31.196.1:443 HTTP/1.1\r\n\r\n")
        assert client.recv(999).startswith(b"HTTP/1.1 200 ")
        with trusting.wrap_socket(client, server_hostname="api.deck.co") as stream:
            stream.sendall(REQUEST)
            assert stream.recv(999).startswith(b"HTTP/1.1 200 OK")


def test_another_host_is_refused(interceptor, program):
    options = "--intercept-host api.deck.co --intercept-host other.deck.co --intercept-host"
    text = f"deck-sim refuses deck.example; to intercept it: {options} deck.example"
    answer = program.get("http://deck.example/x")
    assert (answer.status_code, answer.text) == (403, f"{text}\n")
    with pytest.raises(httpx2.ProxyError, match=f"403 {text}"):
        program.get("https://deck.example/x")
    assert interceptor.refused["deck.example"] == 2


def test_a_page_of_another_origin_changes_no_world(program):
    answer = program.post(
        "http://api.deck.co/_sim/reset", headers={"Origin": "https://evil.example"}
    )
    assert answer.json()["errors"][0]["code"] == "origin_refused"


def test_a_target_that_is_no_host_is_refused(interceptor):
    """It cannot break the answer's head."""
    for target in (b"[", b"", b"a\x1bb:443"):
        with dial(interceptor) as client:
            client.sendall(b"CONNECT " + target + b" HTTP/1.1\r\n\r\n")
            first = client.makefile("rb").readline()
        assert first.startswith(b"HTTP/1.1 403 deck-sim refuses ")
        assert b"\x1b" not in first


def test_a_client_that_leaves_disturbs_nobody(interceptor, program):
    for sent in (b"", b"CONNECT api.deck.co"):
        with dial(interceptor) as client:
            client.sendall(sent)
            client.shutdown(socket.SHUT_WR)
            assert client.recv(1) == b""
    with dial(interceptor) as client:
        client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    with dial(interceptor) as client:  # no TLS; Python's error for such a length has no `reason`
        client.sendall(b"\x16\x03\x01\xff\xff\x00")
        client.shutdown(socket.SHUT_WR)
        client.recv(99)
    assert program.get("https://api.deck.co/v2/test").status_code == 200


def test_an_error_about_one_client_disturbs_no_other(interceptor, program, monkeypatch):
    """Its connection is closed, and asyncio logs the error."""
    with monkeypatch.context() as patch, dial(interceptor) as client:
        patch.delattr(Interceptor, "_refuse")
        client.sendall(CONNECT)
        assert client.recv(1) == b""
    assert program.get("https://api.deck.co/v2/test").status_code == 200


@pytest.mark.parametrize("is_proxy", [False, True])
def test_a_client_waits_while_too_many_files_are_open(is_proxy, caplog, monkeypatch):
    """The log says it once, however often accepting fails. Other tests may log late."""
    failures, accept = iter([OSError(errno.EMFILE, "too many")] * 3), socket.socket.accept

    def accept_later(listener):
        for error in failures:
            raise error
        return accept(listener)

    monkeypatch.setattr(asyncio.constants, "ACCEPT_RETRY_DELAY", 0.01)
    interceptor = Interceptor(["api.deck.co"])
    with Server(WorldRegistry(), interceptor=interceptor) as server:
        monkeypatch.setattr(socket.socket, "accept", accept_later)
        address = "127.0.0.1", interceptor.port if is_proxy else server.port
        with socket.create_connection(address, 20) as client:
            client.sendall(REQUEST)
            assert client.recv(99).startswith(b"HTTP/1.1 ")
    start = "deck-sim: too many open files, so new clients wait"
    assert len([text for text in caplog.messages if text.startswith(start)]) == 1


def test_a_program_that_does_not_trust_the_authority_is_logged(interceptor, logged):
    """One that leaves without an alert is not told to: it may be its own time-out."""
    with dial(interceptor) as client:
        client.sendall(b"\x16\x03\x01\x02\x00")
    with dial(interceptor) as client, pytest.raises(ssl.SSLCertVerificationError):
        ssl.create_default_context().wrap_socket(client, server_hostname="api.deck.co")
    assert logged() == (
        "deck-sim: a program did not accept the certificate for `api.deck.co` and `other.deck.co`"
        " (TLSV1_ALERT_UNKNOWN_CA); it must trust the certificate in the file that"
        " SSL_CERT_FILE names"
    )


def test_a_fault_ends_a_tunnel_as_it_ends_a_socket(server, program):
    for kind in ("reset", "truncate"):
        with Deck(server.url, KEY) as deck:
            deck.fault("GET /v2/agents", **{kind: True}, times=1)
        with pytest.raises((httpx2.ReadError, httpx2.RemoteProtocolError)):
            program.get("https://api.deck.co/v2/agents")
        assert program.get("https://api.deck.co/v2/agents").status_code == 200


def test_a_server_that_stops_closes_its_clients():
    server = Server(WorldRegistry(), interceptor=Interceptor(["api.deck.co"])).start()
    with dial(server.interceptor) as silent, dial(server.interceptor) as tunnel:
        tunnel.sendall(CONNECT)
        tunnel.recv(999)
        server.stop()
        assert (silent.recv(1), tunnel.recv(1)) == (b"", b"")


def test_without_trustme_the_error_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "trustme", None)
    with pytest.raises(DeckSimError, match=r"pip install 'deck-sim\[intercept\]'"):
        Interceptor(["api.deck.co"])
