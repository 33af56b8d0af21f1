"""Faulty responses: those of a server, and those of an app without a socket."""

import asyncio
from datetime import timedelta

import pytest

from deck_sim.faults.outgoing import CLOSED, NOTHING, RESET, OutgoingResponse
from deck_sim.runtime.settings import Settings
from deck_sim.runtime.simulation import Simulation
from deck_sim.scenario.library import shipped
from deck_sim.server.fault_injection import FaultyResponse


def send_faulty(**how):
    """The messages of a faulty response whose client disconnects at once."""
    sent = []

    async def receive():
        return {"type": "http.disconnect"}

    async def send(message):
        sent.append(message["type"])

    usual = {"status": 200, "headers": (), "pieces": (b"half",), "length": 8}
    faulty = FaultyResponse(
        OutgoingResponse(**usual | how), Simulation("key", Settings(), shipped()), "req_1"
    )
    asyncio.run(faulty({"type": "http", "method": "GET"}, receive, send))
    return sent


def test_without_a_socket_the_app_raises_the_clients_error():
    for end, error in [(RESET, ConnectionResetError), (CLOSED, ConnectionAbortedError)]:
        for how in ({}, {"status": NOTHING}):
            with pytest.raises(error, match=f"the socket was {end}"):
                send_faulty(end=end, **how)


def test_a_whole_response_has_an_end():
    """A head, each piece, and the end."""
    body = "http.response.body"
    assert send_faulty() == ["http.response.start", body, body]


def test_nothing_is_sent_to_a_client_that_disconnected():
    assert send_faulty(held=timedelta(hours=1)) == []
