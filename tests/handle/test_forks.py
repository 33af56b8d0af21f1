import multiprocessing
import os
import socket
from contextlib import ExitStack

import httpx2
import pytest

from deck_sim import Deck, DeckSim
from forks import Child

# Python warns of a fork while other threads run. Here one does: that of the server.
pytestmark = [
    pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no forks"),
    pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning"),
]


def test_a_child_shares_no_socket_with_its_parent(anywhere):
    """While its call waits for an answer, the parent's is answered. Both drive the world."""
    before = anywhere.clock.now

    def work():
        agent = anywhere.create("agents", {"name": "of the child"})
        anywhere.advance("1m")
        return agent["name"]

    with anywhere.hold("POST /v2/agents") as hold:
        child = Child(work)
        while not hold.answers:
            pass
        assert (anywhere.clock.now, len(anywhere.requests)) == (before, 1)
    assert child.result() == "of the child"
    assert (anywhere.clock.now - before).total_seconds() == 60


def test_a_child_ends_neither_the_server_nor_the_world_of_its_parent():
    with ExitStack() as stack:
        deck = stack.enter_context(DeckSim())
        deck.create("agents", {"name": "Concierge"})
        assert Child(stack.close).result() is None
        assert len(deck.requests) == 1


def test_a_server_ends_while_a_child_goes_on():
    """Its port is free, and its connections are closed, since the child does not hold them."""
    wait, go_on = os.pipe()
    with DeckSim() as deck:
        port = int(deck.url.rpartition(":")[2])
        idle_socket = socket.create_connection(("127.0.0.1", port), timeout=20)
        httpx2.get(f"{deck.url}/_sim/health", trust_env=False)  # it was accepted before
        child = Child(lambda: os.read(wait, 1) and "ended")
    assert idle_socket.recv(1) == b""
    idle_socket.close()
    socket.create_server(("127.0.0.1", port)).close()
    os.write(go_on, b"x")
    assert child.result() == "ended"
    os.close(wait), os.close(go_on)


@pytest.mark.parametrize("method", ["fork", "forkserver", "spawn"])
def test_multiprocessing_passes_a_handle(deck, method):
    with multiprocessing.get_context(method).Pool(1) as pool:
        pool.apply(Deck.create, (deck, "agents", {"name": "Concierge"}))
        pool.close()
        pool.join()
        pool.close()
        pool.join()  # else it ends by SIGTERM, which a child may have inherited a handler for
    assert [call["path"] for call in deck.requests] == ["/v2/agents"]
