import asyncio
import socket
import ssl
import struct
import threading
from datetime import timedelta
from pathlib import Path

import pytest

from deck_sim.base.loops import Loop
from deck_sim.webhooks.sender import Sender, read_target

TLS = Path(__file__).parent / "tls"
SHORT = timedelta(milliseconds=150)


def send(url, headers=None, body=b"{}", **how):
    async def send():
        return await Sender(**how).send(url, headers or {}, body)

    with asyncio.Runner(loop_factory=Loop) as runner:
        return runner.run(send())


def resolver(*addresses):
    """A resolver that returns these addresses, and records what it was asked."""
    lookups = []

    async def resolve(host, port):
        lookups.append((host, port))
        return addresses

    resolve.lookups = lookups
    return resolve


def reset(arrival, line):
    line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    line.close()


def test_only_a_2xx_is_a_success(receiver):
    """A redirect is not followed."""
    for status in (200, 204, 299, 300, 304, 404, 500, 302):
        receiver.say(status)
        outcome = send(receiver.url)
        assert (outcome.status, outcome.ok) == (status, status < 300)
        redirect = "answered 302; redirects are not followed" if status == 302 else None
        assert outcome.error == redirect


RESET = "the receiver reset the connection before its answer was complete"
CLOSED = "the receiver closed the connection before its answer was complete"
NO_HTTP = "the response is not valid HTTP: "


def test_an_incomplete_answer_is_a_failure(receiver):
    """The outcome has the status if the headers had arrived."""
    half = b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf"
    for answer, status, error in (
        (reset, None, RESET),
        (b"", None, CLOSED),
        (b"HTTP/1.1 20", None, CLOSED),
        (b"nonsense\r\n\r\n", None, f"{NO_HTTP}Expected HTTP/"),
        (b"HTTP/1.1 9999 What\r\n\r\n", None, NO_HTTP),
        (
            b"HTTP/1.1 200 OK\r\nX: " + b"x" * 200_000,
            None,
            f"{NO_HTTP}its head is longer than 65536 bytes",
        ),
        (half, 200, f"answered 200, but then failed: {CLOSED}"),
        (half.replace(b"Content-Length", b"Transfer-Encoding"), 200, "answered 200, but then"),
    ):
        receiver.say(answer)
        outcome = send(receiver.url)
        assert (outcome.ok, outcome.status) == (False, status)
        assert outcome.error.startswith(error)
        assert len(outcome.error) < 300


def test_a_slow_receiver_is_a_failure(receiver):
    """One limit covers the whole attempt, also if the answer comes byte by byte."""

    def drip(arrival, line):
        line.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n")
        for _ in iter(lambda: receiver.closing.wait(0.01), True):
            line.sendall(b".")

    for answer, error in (
        (receiver.hang, "no answer within 0.15 seconds"),
        (drip, "answered 200, but then failed: no end of the answer within 0.15 seconds"),
    ):
        receiver.say(answer)
        outcome = send(receiver.url, limit=SHORT)
        assert (outcome.ok, outcome.error) == (False, error)
        assert outcome.latency_ms >= 149
    assert Sender().limit == timedelta(seconds=5)


@pytest.mark.parametrize(
    ("length", "limit", "ok"), [(65_535, SHORT, False), (65_536, timedelta(seconds=5), True)]
)
def test_64_kib_of_a_body_are_read(receiver, length, limit, ok):
    """The attempt does not wait for more."""

    def stop(arrival, line):
        line.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 99999\r\n\r\n" + b"." * length)
        receiver.closing.wait()

    receiver.say(stop)
    assert send(receiver.url, limit=limit).ok is ok


def test_the_first_2_kib_of_a_body_are_kept(receiver):
    """Of an application without a socket, too."""

    async def call(app):
        sender = Sender()
        sender.apps["app"] = app
        return await sender.send("http://app/", {}, b"")

    async def app(path, headers, body):
        return 400, {}, b"." * 3_000

    receiver.say(b"HTTP/1.1 400 No\r\nContent-Length: 3000\r\n\r\n" + b"." * 3_000)
    for outcome in (send(receiver.url), asyncio.run(call(app))):
        assert outcome.body == b"." * 2_048


def test_an_answer_may_have_any_form_of_http(receiver):
    """Its status is that of the first final response; without a length it ends when closed."""
    for answer in (
        b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 201 OK\r\nContent-Length: 0\r\n\r\n",
        b"HTTP/1.1 201 OK\r\nContent-Length: 0\r\n\r\nHTTP/1.1 500 No\r\n\r\n",
        b"HTTP/1.1 201 OK\r\n\r\nbody",
        b"HTTP/1.0 201 OK\r\n\r\nbody",
    ):
        receiver.say(answer)
        outcome = send(receiver.url)
        assert (outcome.status, outcome.error) == (201, None), answer


@pytest.fixture
def attempt():
    """Begin attempts at an application that does not answer before `attempt.let_go`."""
    sender = Sender()

    async def app(path, headers, body):
        attempt.called.append(path)
        await attempt.let_go.wait()
        return 200, {}, b""

    async def attempt(*paths):
        tasks = [asyncio.ensure_future(sender.send(f"http://app{p}", {}, b"")) for p in paths]
        for _ in range(50):  # each comes as far as it can
            await asyncio.sleep(0)
        return tasks

    attempt.called, attempt.let_go = [], asyncio.Event()
    sender.apps["app"] = app
    return attempt


def test_attempts_at_one_url_start_one_after_the_other(attempt):
    """The next one starts when the one before has been answered; other URLs do not wait."""

    async def story():
        tasks = await attempt("/a", "/a", "/b")
        assert attempt.called == ["/a", "/b"]
        attempt.let_go.set()
        await asyncio.gather(*tasks)
        assert attempt.called == ["/a", "/b", "/a"]

    asyncio.run(story())


def test_a_canceled_attempt_ends_its_turn(attempt):
    async def story():
        first, second = await attempt("/a", "/a")
        first.cancel()
        await attempt()
        attempt.let_go.set()
        assert (await second).ok

    asyncio.run(story())


def test_an_attempt_that_hangs_ends_its_turn(attempt, monkeypatch):
    """The next one starts after `TURN`."""
    monkeypatch.setattr("deck_sim.webhooks.sender.TURN", timedelta())

    async def story():
        tasks = await attempt("/a", "/a")
        assert attempt.called == ["/a", "/a"]
        attempt.let_go.set()
        await asyncio.gather(*tasks)

    asyncio.run(story())


def test_the_outcome_has_every_header_of_the_request(receiver):
    """Also those from the URL and the body; a given header replaces that of the URL."""
    send(receiver.url.replace("//", "//a:b@"), {"authorization": "Bearer x"})
    assert receiver.arrivals.pop().headers["authorization"] == "Bearer x"
    url = f"http://us%20er:pw@127.0.0.1:{receiver.server_address[1]}/"
    outcome = send(url, {"x-key": "1"}, b'{"a":1}')
    (arrival,) = receiver.arrivals
    assert outcome.request == arrival.headers
    assert arrival.headers == {
        "host": f"127.0.0.1:{receiver.server_address[1]}",
        "content-length": "7",
        "connection": "close",
        "authorization": "Basic dXMgZXI6cHc=",
        "x-key": "1",
    }


def test_a_name_is_resolved_once_and_called_at_a_checked_address(receiver):
    """Public addresses of the name are left out."""
    port = receiver.server_address[1]
    resolve = resolver("8.8.8.8", "127.0.0.1")
    assert send(f"http://hook.test:{port}/a?b=c", resolve=resolve).ok
    assert resolve.lookups == [("hook.test", port)]
    (arrival,) = receiver.arrivals
    assert (arrival.path, arrival.headers["host"]) == ("/a?b=c", f"hook.test:{port}")


def test_the_next_address_of_a_name_is_tried(receiver):
    url = f"http://hook.test:{receiver.server_address[1]}/"
    assert send(url, resolve=resolver("127.0.0.2", "127.0.0.1")).ok


def test_of_several_addresses_the_first_error_is_reported():
    """The machine may lack the address family of later addresses."""
    outcome = send("http://hook.test:1/", resolve=resolver("127.0.0.1", "255.255.255.255"))
    assert outcome.error.startswith("connection refused")


def test_after_a_reset_no_other_address_is_called():
    """A receiver is there; another call could reach it twice."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        thread = threading.Thread(target=lambda: reset(None, server.accept()[0]))
        thread.start()
        url = f"https://hook.test:{server.getsockname()[1]}/"
        outcome = send(url, resolve=resolver("127.0.0.1", "127.0.0.1"), limit=SHORT)
        thread.join()
        assert outcome.error == RESET
        server.setblocking(False)
        with pytest.raises(BlockingIOError):
            server.accept()


def test_any_other_error_is_a_failed_attempt():
    """The outcome has its message, and its type if that is not expected."""
    for error, text in (
        (socket.gaierror(-2, "not known"), "the name hook.test could not be resolved: not known"),
        (ZeroDivisionError("by zero"), "ZeroDivisionError: by zero"),
    ):

        async def broken(host, port, error=error):
            raise error

        assert send("http://hook.test/", resolve=broken).error == text


def test_a_certificate_is_checked_for_the_name_in_the_url(monkeypatch):
    """Although the connection is opened to an address."""
    monkeypatch.setenv("SSL_CERT_FILE", str(TLS / "hook.test.pem"))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(TLS / "hook.test.pem", TLS / "hook.test.key")
    names = []
    context.sni_callback = lambda line, name, _: names.append(name)
    with socket.create_server(("127.0.0.1", 0)) as listening:
        serving = threading.Thread(target=_serve_tls, args=(listening, context))
        serving.start()
        port = listening.getsockname()[1]
        good = send(f"https://hook.test:{port}/", resolve=resolver("127.0.0.1"))
        both = resolver("127.0.0.1", "127.0.0.2")
        bad = send(f"https://other.test:{port}/", resolve=both)
        serving.join()
    assert names == ["hook.test", "other.test"]
    assert good.ok
    assert bad.error.startswith("no secure connection: ")
    assert "CERTIFICATE_VERIFY_FAILED" in bad.error


def _serve_tls(listening, context):
    for _ in range(2):
        line, _ = listening.accept()
        try:
            with context.wrap_socket(line, server_side=True) as wrapped:
                while not wrapped.recv(4096).endswith(b"{}"):
                    pass
                wrapped.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
        except OSError:
            line.close()


def test_a_url_gives_the_address_the_path_and_the_headers():
    """All are in ASCII. The host header has a port only if the URL has one. Characters that a
    request line allows stay, others are encoded; a fragment is not sent.
    """
    name, basic = "xn--bcher-kva.test", {"authorization": "Basic dXMgZXI6cHc="}
    for url, host, port, host_header, path, more in (
        ("http://Hook.Test", "hook.test", 80, "hook.test", "/", {}),
        ("https://hook.test/a/b?c=d&e=%20#f", "hook.test", 443, "hook.test", "/a/b?c=d&e=%20", {}),
        ("https://h:8443?a=b", "h", 8443, "h:8443", "/?a=b", {}),
        ("http://us%20er:pw@[::1]:80//a", "::1", 80, "[::1]:80", "//a", basic),
        ("http://user:p@ss@h/", "h", 80, "h", "/", {"authorization": "Basic dXNlcjpwQHNz"}),
        ('http://bücher.test/ü?x="☂"', name, 80, name, "/%C3%BC?x=%22%E2%98%82%22", {}),
    ):
        target = read_target(url)
        assert (target.host, target.port, target.path) == (host, port, path)
        assert target.headers == {"host": host_header, "connection": "close", **more}
        assert target.is_secure == url.startswith("https")
