"""The acceptor of clients, with sockets of its own."""

import asyncio
import socket
from contextlib import ExitStack, asynccontextmanager

import pytest

from deck_sim.server.accepting import CountedWarning, accepting


@pytest.fixture
def listen():
    """Accept the clients of a listening socket; gives a function that connects."""
    with ExitStack() as stack:

        @asynccontextmanager
        async def listen(opened, most):
            listener = stack.enter_context(socket.create_server(("127.0.0.1", 0)))
            listener.setblocking(False)
            async with accepting(listener, opened, CountedWarning("%d"), most):
                yield lambda: stack.enter_context(
                    socket.create_connection(listener.getsockname(), 20)
                )

        yield listen


async def turn(times=10):
    """Run the event loop until nothing is ready."""
    for _ in range(times):
        await asyncio.sleep(0)


def test_so_many_clients_are_opened_at_once(listen):
    """The others wait in the queue of the socket."""
    opened, may_end = [], asyncio.Semaphore(0)

    async def open_client(client):
        with client:
            opened.append(client)
            await may_end.acquire()

    async def play():
        async with listen(open_client, 2) as connect:
            for _ in range(3):
                connect()
            await turn()
            assert len(opened) == 2
            may_end.release()
            await turn()
            assert len(opened) == 3

    asyncio.run(play())


def test_a_client_whose_opening_never_began_is_closed(listen):
    """The block ends just after it was accepted."""
    opened = []

    async def open_client(client):
        opened.append(client)

    async def play():
        async with listen(open_client, 2) as connect:
            client = connect()
            while len(asyncio.all_tasks()) < 3:  # this one, and that which accepts
                await asyncio.sleep(0)
        return client.recv(1)

    assert (asyncio.run(play()), opened) == (b"", [])


@pytest.mark.parametrize("turns", range(6))
def test_no_client_is_lost_when_the_block_ends(listen, turns):
    """A socket that is dropped without being closed is a warning, which fails the test."""

    async def open_client(client):
        client.close()

    async def play():
        async with listen(open_client, 2) as connect:
            await turn()
            connect()
            await turn(turns)

    asyncio.run(play())
