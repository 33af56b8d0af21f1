"""The time of webhooks: many in one advance, and thirty virtual days of retries.

A thousand times seven events go to three destinations on one real receiver. Then a destination that
always fails is activated again each day, for thirty days, without a socket.

    python benchmarks/webhooks.py [RUNS]
"""

import asyncio
import sys
import time
from datetime import timedelta

from deck_sim.engine.commands import create_resource
from deck_sim.engine.deliveries import create_destination, set_destination_status
from deck_sim.runtime.clock import advance_by
from deck_sim.runtime.dispatcher import Dispatcher
from deck_sim.runtime.settings import Settings
from deck_sim.runtime.simulation import Simulation
from deck_sim.scenario.library import Library, shipped
from deck_sim.webhooks.sender import Outcome, Sender
from deck_sim.webhooks.signing import secret_of

EVENTS, DESTINATIONS = 7, 3
BAR = 1.0  # seconds for the thirty days


class Failing(Sender):
    """A sender whose receivers always fail."""

    async def send(self, url, headers, body, *, at_once=False):
        """Fail at once."""
        return Outcome(500, None, 0)


async def take(reader, writer):
    head = await reader.readuntil(b"\r\n\r\n")
    length = int(head.lower().split(b"content-length:")[1].split(b"\r\n")[0])
    await reader.readexactly(length)
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
    writer.close()


def begin(urls):
    simulation = Simulation("k", Settings(), Library(shipped()))
    for url in urls:
        fields = {"name": url, "type": "webhook", "config": {"url": url}, "events": ["*"]}
        create_destination(simulation.world, fields, secret_of("k"))
    return simulation


def happen(simulation):
    create_resource(simulation.world, "agent", {"name": "a", "description": None})


async def many(runs):
    """Return the seconds of one advance that delivers the events of so many runs."""
    server = await asyncio.start_server(take, "127.0.0.1", 0, backlog=1024)
    port = server.sockets[0].getsockname()[1]
    simulation = begin(f"http://127.0.0.1:{port}/{n}" for n in range(DESTINATIONS))
    for _ in range(runs * EVENTS):
        happen(simulation)
    dispatcher, began = Dispatcher(), time.perf_counter()
    await dispatcher.drive(simulation, advance_by(simulation, timedelta(hours=1)))
    took = time.perf_counter() - began
    deliveries = simulation.world.all("event_delivery").values()
    assert all(delivery.status == "success" for delivery in deliveries)
    await dispatcher.close()
    server.close()
    return took, len(deliveries)


async def retries():
    """Return the seconds of thirty virtual days in which every delivery fails."""
    simulation, dispatcher = begin(["http://127.0.0.1:1/"]), Dispatcher(Failing())
    began = time.perf_counter()
    for _ in range(30):
        for destination in [*simulation.world.all("event_destination").values()]:
            set_destination_status(simulation.world, destination, "active")
        happen(simulation)
        await dispatcher.drive(simulation, advance_by(simulation, timedelta(days=1)))
    took = time.perf_counter() - began
    return took, sum(map(len, simulation.world.attempts.values()))


def main(runs):
    took, count = asyncio.run(many(runs))
    print(f"{count} deliveries in one advance   {took:7.2f} s   {took / count * 1e6:5.0f} µs each")
    took, count = asyncio.run(retries())
    print(f"thirty days, {count} attempts      {took:7.3f} s   (bar: {BAR})")
    return 0 if took <= BAR else 1


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 1000))
