"""The limits of a server, over real sockets. Times are short, and nothing is asserted of them."""

import errno
import json
import resource
import socket
import sys
from contextlib import ExitStack, contextmanager

import pytest

from deck_sim.runtime.registry import WorldRegistry
from deck_sim.server import accepting, protocol
from deck_sim.server.interception import Interceptor
from deck_sim.server.limits import Limits
from deck_sim.server.serve import Server

HALF = b"GET /v2/test HTTP/1.1\r\nHost: localhost\r\nX-Half:"
WHOLE = b"GET /v2/test HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer k\r\n\r\n"
BODY = b"POST /v2/agents HTTP/1.1\r\nHost: %s\r\nContent-Length: 99\r\n\r\n{"
SHORT, LONG = 0.05, 60


@pytest.fixture
def serving():
    """Start a server with limits; returns a function that connects to it."""
    with ExitStack() as stack:

        def serving(interceptor=None, **limits):
            usual = {"header": LONG, "body": LONG, "keep_alive": LONG}
            limits = Limits(**usual | limits)
            server = Server(WorldRegistry(), interceptor=interceptor, limits=limits)
            stack.enter_context(server)
            port = interceptor.port if interceptor else server.port
            return lambda: stack.enter_context(connect(port))

        yield serving


@contextmanager
def connect(port):
    with socket.create_connection(("127.0.0.1", port), timeout=20) as client:
        yield client


def read_all(client):
    """All bytes that the server sends until it closes the connection."""
    return b"".join(iter(lambda: client.recv(65_536), b""))


def read_answer(client):
    """The status and the body of one answer."""
    with client.makefile("rb") as stream:
        status = int(stream.readline().split()[1])
        headers = dict(line.lower().split(b": ") for line in iter(stream.readline, b"\r\n"))
        return status, json.loads(stream.read(int(headers[b"content-length"])))


def ask(client):
    client.sendall(WHOLE)
    return read_answer(client)[0]


@pytest.mark.parametrize("sent", [b"", HALF])
def test_a_connection_without_a_whole_header_is_closed(serving, sent):
    """Also one that sends nothing."""
    client = serving(header=SHORT)()
    client.sendall(sent)
    assert read_all(client) == b""


def test_a_second_header_has_the_same_time(serving):
    """From its first byte."""
    client = serving(header=SHORT)()
    assert ask(client) == 200
    client.sendall(HALF)
    assert read_all(client) == b""


def test_the_time_of_a_header_does_not_run_between_requests(serving):
    """While it ends another connection, one without a request stays open."""
    connect = serving(header=SHORT)
    kept = connect()
    assert ask(kept) == 200
    assert read_all(connect()) == b""
    assert ask(kept) == 200


def test_a_connection_without_another_request_is_closed(serving):
    """After the time to keep it alive."""
    client = serving(keep_alive=SHORT)()
    assert ask(client) == 200
    assert read_all(client) == b""


def test_a_body_without_an_end_is_answered_408(serving):
    """In Deck's envelope, and the connection is closed."""
    client = serving(body=SHORT)()
    client.sendall(BODY % b"localhost")
    status, answered = read_answer(client)
    assert (status, answered["request_id"][:4]) == (408, "req_")
    assert answered["errors"] == [
        {
            "type": "deck_sim",
            "code": "request_timeout",
            "message": "The body did not arrive within 0.05 seconds.",
        }
    ]
    assert read_all(client) == b""


def test_a_body_without_an_end_that_is_answered_already_is_closed(serving):
    """Here the host was refused before the body was read."""
    client = serving(body=SHORT)()
    client.sendall(BODY % b"evil.example")
    assert read_all(client).count(b"HTTP/1.1") == 1


def test_a_request_that_is_not_http_is_answered_400_and_counted(serving, logged, monkeypatch):
    """In Deck's envelope. One warning is for all that come soon after another."""
    connect = serving()
    for client, quiet in [(connect(), quiet) for quiet in (LONG, LONG, SHORT)]:
        monkeypatch.setattr(accepting, "_QUIET_SECONDS", quiet)
        client.sendall(b"GET\r\n\r\n")
        status, answered = read_answer(client)
        assert (status, answered["errors"][0]["code"]) == (400, "http_invalid")
        assert read_all(client) == b""
    assert logged() == "deck-sim: a request was not valid HTTP; if more follow, they are counted"
    assert logged() == "deck-sim: 3 requests were not valid HTTP"


@pytest.mark.parametrize(("host", "status"), [(b"localhost", 400), (b"evil.example", 421)])
def test_a_body_that_is_not_http_has_one_answer(serving, host, status):
    """Whether it was awaited, or the answer had been given before it."""
    client = serving()()
    head = b"POST /v2/agents HTTP/1.1\r\nHost: %s\r\nTransfer-Encoding: chunked\r\n\r\n"
    client.sendall(head % host)
    if status == 421:
        assert read_answer(client)[0] == status
    client.sendall(b"no length\r\n")
    found = read_all(client)
    assert found.count(b"HTTP/1.1 ") == found.count(b" 400 Bad Request") == (status == 400)


def test_a_connection_beyond_the_limit_is_answered_503(serving, logged):
    """The first one is served as before, and so is another when it has left."""
    connect = serving(connections=1)
    first, second = connect(), connect()
    assert ask(first) == 200
    second.sendall(WHOLE)
    status, answered = read_answer(second)
    text = "1 connections are open, which is the limit"
    message = answered["errors"][0]["message"]
    assert (status, message) == (503, f"{text} of the deck-sim server.")
    assert read_all(second) == b""
    switch = "--max-connections, or half of `ulimit -n`"
    assert logged() == f"deck-sim: {text} ({switch}); more are answered 503"
    assert ask(first) == 200
    first.close()
    while ask(connect()) == 503:
        pass


@pytest.mark.parametrize(("name", "value"), [("_REFUSAL_SECONDS", SHORT), ("_REFUSED_AT_ONCE", 0)])
def test_a_silent_connection_beyond_the_limit_is_answered_503(serving, monkeypatch, name, value):
    """Soon, or at once if there are many."""
    monkeypatch.setattr(protocol, name, value)
    connect = serving(connections=1)
    assert ask(connect()) == 200
    assert read_all(connect()).startswith(b"HTTP/1.1 503 ")


def test_refused_connections_are_counted_in_one_warning(serving, logged, monkeypatch):
    """When no more come."""
    monkeypatch.setattr(protocol, "_REFUSED_AT_ONCE", 0)
    connect = serving(connections=1)
    assert ask(connect()) == 200
    for quiet in (LONG, LONG, SHORT):
        monkeypatch.setattr(accepting, "_QUIET_SECONDS", quiet)
        read_all(connect())
    assert "more are answered 503" in logged()
    assert logged().endswith("open than the limit again; 3 were answered 503")


@pytest.mark.parametrize("intercepts", [False, True])
def test_a_server_without_a_free_file_accepts_again_later(serving, logged, monkeypatch, intercepts):
    """The proxy does, too. It is logged once and counted; a client that has left is no trouble."""
    errors = [ConnectionAbortedError(), *[OSError(errno.EMFILE, "Too many open files")] * 3]
    accept, proxy = accepting._accept, Interceptor(["localhost"]) if intercepts else None

    async def accept_at_last(listener):
        if errors and (proxy is None or listener.getsockname()[1] == proxy.port):
            raise errors.pop()
        return await accept(listener)

    monkeypatch.setattr(accepting, "_accept", accept_at_last)
    monkeypatch.setattr(accepting, "_PAUSE_SECONDS", 0)
    monkeypatch.setattr(accepting, "_QUIET_SECONDS", SHORT)
    assert ask(serving(proxy)()) == 200
    text = "deck-sim: cannot accept clients: Too many open files; they wait until others have left"
    assert logged() == text
    assert logged() == "deck-sim: clients are accepted again; the server was short of files 3 times"


def test_a_client_of_the_proxy_that_says_nothing_is_closed(serving):
    """Before it says what it speaks, and in a tunnel."""
    connect = serving(Interceptor(["localhost"]), header=SHORT)
    client, tunnel = connect(), connect()
    tunnel.sendall(b"CONNECT localhost:443 HTTP/1.1\r\n\r\n")
    assert read_all(client) == b""
    assert read_all(tunnel).startswith(b"HTTP/1.1 200 ")


@pytest.mark.parametrize(
    ("files", "most"), [(256, 128), (1 << 20, 999), (resource.RLIM_INFINITY, 999)]
)
def test_half_of_the_files_may_be_connections(monkeypatch, files, most):
    """Less only if there is a lower limit."""
    monkeypatch.setattr(resource, "getrlimit", lambda which: (files, files))
    assert Limits(connections=999).most_connections == most


def test_a_system_without_a_limit_of_files_has_one_of_connections(monkeypatch):
    monkeypatch.setitem(sys.modules, "resource", None)
    assert Limits(connections=999).most_connections == 999
