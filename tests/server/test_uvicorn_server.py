import socket
from concurrent.futures import wait
from contextlib import ExitStack, suppress

import httpx2
import pytest

from deck_sim import Deck, __version__
from deck_sim.runtime.registry import WorldRegistry
from deck_sim.server.uvicorn_server import Server


def test_the_event_loop_waits_while_another_thread_uses_the_worlds(server):
    async def work(app):
        done.append("the loop")

    done = []
    with server.paused() as worlds:
        assert worlds is server.worlds
        submitted = server.submit(work)
        wait([submitted], 0.05)
        done.append("this thread")
    submitted.result()
    assert done == ["this thread", "the loop"]


def test_a_busy_port_is_an_error_and_leaves_nothing_open():
    busy = socket.create_server(("127.0.0.1", 0))
    with busy, pytest.raises(OSError, match="in use"):
        Server(WorldRegistry(), port=busy.getsockname()[1])


def _has_ipv6():
    with socket.socket(socket.AF_INET6, socket.SOCK_DGRAM) as probe:
        return probe.connect_ex(("::1", 9)) == 0


def test_the_bound_address_decides_which_names_are_answered():
    """However loopback is written, a website cannot call the server. Its own URL works."""
    for host in ("127.1", "localhost", *(("::1", "::ffff:127.0.0.1") if _has_ipv6() else ())):
        with Server(WorldRegistry(), host=host) as server:
            url = f"{server.url}/_sim/health"
            for headers, status in (({}, 200), ({"Host": "evil.example"}, 421)):
                answer = httpx2.get(url, headers=headers, trust_env=False)
                assert (server.is_local, answer.status_code) == (True, status), host


def test_a_server_at_every_address_has_a_url_that_can_be_called():
    for host in ("0.0.0.0", "0"):
        with Server(WorldRegistry(), host=host) as server:
            assert (server.is_local, server.url) == (False, f"http://127.0.0.1:{server.port}")


def test_a_stopped_server_answers_no_more_and_frees_its_port():
    server = Server(WorldRegistry()).start()
    port = server.port
    server.stop()
    with pytest.raises(httpx2.ConnectError):
        httpx2.get(f"http://127.0.0.1:{port}/_sim/health", trust_env=False)
    with pytest.raises(ConnectionRefusedError, match="was stopped"):
        server.submit(None)
    with pytest.raises(ConnectionRefusedError, match="was stopped"), server.paused():
        pass
    Server(WorldRegistry(), port=port).start().stop()


@pytest.fixture
def stoppable():
    """A server, its world's handle, and a function that sends a request on a new connection. What
    is not read stays with the sender, as far as it can.
    """
    server = Server(WorldRegistry())
    server._socket.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 1)
    server.start()
    with ExitStack() as stack:
        deck = stack.enter_context(Deck(server.url, "k"))

        def send(line, end=b"\r\n"):
            client = stack.enter_context(socket.socket())
            client.settimeout(20)
            client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1)
            client.connect(("127.0.0.1", server.port))
            headers = b"Host: localhost\r\nAuthorization: Bearer k\r\n"
            client.sendall(line + b" HTTP/1.1\r\n" + headers + end)
            return client

        yield server, deck, send
        server.stop()


def test_a_stopping_server_drops_open_calls(stoppable, caplog):
    """One that is held, and two that are incomplete: a body, and a head."""
    server, deck, send = stoppable
    hold = deck.hold("GET /v2/test")
    clients = [send(b"GET /v2/test"), send(b"POST /v2/agents", b"Content-Length: 9\r\n\r\n")]
    clients.append(send(b"GET /", b""))
    while not hold.answers:
        pass
    server.stop()
    for client in clients:
        with suppress(ConnectionResetError):  # if the server has not read all of it
            assert client.recv(1) == b""
    assert caplog.records == []


def test_a_stopping_server_leaves_a_client_that_does_not_read(stoppable, caplog):
    server, deck, send = stoppable
    deck.fault("GET /v2/agents", status=200, body="x" * 1_000_000)
    clients = [send(b"GET /v2/agents"), send(b"GET /openapi.json")]
    for client in clients:
        assert client.recv(1) == b"H"
    server.stop()
    for client in clients:
        received = bytearray()
        with suppress(ConnectionResetError):
            while piece := client.recv(65_536):
                received += piece
        assert len(received) < 500_000
    assert caplog.records == []


def test_a_client_that_uses_https_is_named_in_the_log(server, caplog):
    """Its own error is about a version number of TLS."""
    with pytest.raises(httpx2.ConnectError):
        httpx2.get(server.url.replace("http:", "https:"), trust_env=False)
    told = f"deck-sim: a client used https; this server is at {server.url}"
    assert [record.getMessage() for record in caplog.records] == [told]


def test_a_client_that_begins_with_http_2_is_named_in_the_log(server, caplog):
    with socket.create_connection(("127.0.0.1", server.port)) as client:
        client.sendall(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n")
        assert client.recv(1) == b""
    told = "deck-sim: a client used HTTP/2; put a proxy before this server for it"
    assert [record.getMessage() for record in caplog.records] == [told]


def test_a_client_that_offers_http_2_is_answered_with_http_1_1(server):
    """Java's does, with a body, too."""
    offer = {"Connection": "Upgrade, HTTP2-Settings", "Upgrade": "h2c", "HTTP2-Settings": "AA"}
    headers = {"Authorization": "Bearer k", **offer}
    answer = httpx2.post(f"{server.base_url}/agents", json={"name": "A"}, headers=headers)
    assert (answer.status_code, answer.json()["name"]) == (201, "A")


def test_answers_without_a_key_have_the_version_header(server):
    paths = ("/openapi.json", "/openapi.json?edition=x", "/_sim/files/none/stor_1", "/_sim/health")
    for path in paths:
        answer = httpx2.get(f"{server.url}{path}", trust_env=False)
        assert answer.headers["Deck-Sim-Version"] == __version__
    health = {"status": "ok", "version": __version__, "request_id": answer.json()["request_id"]}
    assert (answer.status_code, answer.json()) == (200, health)
    head = httpx2.head(answer.url, trust_env=False)
    assert (head.status_code, head.content) == (200, b"")
