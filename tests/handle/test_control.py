"""What the handle says when the server is not there, or is not one."""

import http.server
import socket
import threading

import pytest

from deck_sim import Deck, DeckSimError
from deck_sim.handle.control import Control


@pytest.fixture
def free_url():
    """The URL of a port that is taken, and on which nobody answers."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        yield f"http://127.0.0.1:{taken.getsockname()[1]}"


@pytest.fixture
def other_url():
    """The URL of a server that is not deck-sim."""
    server = http.server.HTTPServer(("127.0.0.1", 0), http.server.BaseHTTPRequestHandler)
    thread = threading.Thread(target=server.handle_request)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    thread.join()
    server.server_close()


def test_a_server_that_is_not_there_is_named(free_url):
    """The error says which URL does not answer."""
    with (
        Deck(free_url, "sk_test") as deck,
        pytest.raises(DeckSimError, match=f"no deck-sim server answers at {free_url}"),
    ):
        deck.settle()


@pytest.mark.parametrize(
    "url", ["localhost:8000", "127.0.0.1:8000", "ftp://a", "http://", "http://[::1", "http://a:0"]
)
def test_what_is_no_url_of_a_server_is_refused(url):
    """At once, and with what a URL needs."""
    with pytest.raises(DeckSimError) as refusal:
        Deck(url, "sk_test")
    said = "is no URL of a server; it begins with http:// or https:// and names a host, like http:"
    assert str(refusal.value).startswith(f"{url!r} {said}")


def test_another_server_is_told_apart(other_url, capfd):
    """The error names the URL and the status."""
    with (
        Deck(other_url, "sk_test") as deck,
        pytest.raises(DeckSimError, match="answers 501, but is no deck-sim server"),
    ):
        deck.settle()


def test_an_environment_with_a_proxy_changes_nothing(elsewhere, monkeypatch, free_url):
    """The proxy of the environment is not asked for what is on loopback."""
    monkeypatch.setenv("HTTP_PROXY", free_url)
    with Deck(elsewhere.removesuffix("/v2"), "sk_test_proxy") as other:
        assert other.clock.mode == "frozen"


def test_a_server_of_this_process_is_called_without_a_socket(deck, elsewhere):
    """A web server tells the date of each answer, and here there is none in between."""
    for url, dated in ((deck.url, False), (elsewhere.removesuffix("/v2"), True)):
        control = Control(url, "sk_test")
        assert ("date" in control._client.get("/health").headers) == dated
        control.close()


@pytest.mark.parametrize(("url", "certificates"), [("http://a.io", 0), ("https://a.io", 1)])
def test_certificates_are_read_only_if_they_are_needed(url, certificates):
    """Every test's world has a handle, and reading them costs more than all the rest."""
    control = Control(url, "sk_test")
    stats = control._client._transport._pool._ssl_context.cert_store_stats()
    assert min(stats["x509_ca"], 1) == certificates
    control.close()
